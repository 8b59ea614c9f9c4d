"""Quizzes whose every choice is explained: `nnlib.quiz("foundations/04_backprop")`.

The YAML files beside this one are the only source. A file is a list of questions:

    - id: paths-add                    short, unique in the file
      outcome: what answering it shows
      question: Markdown with $mathematics$
      choices:
        - text: …
          why: why this is right, or why it is tempting and wrong
          correct: true                on one choice or several

Rendered without JavaScript: a choice is a `<details>` that opens its explanation, so the same
HTML lives on the static page and in the notebook.
"""

from html import escape
from pathlib import Path

from nnlib.grading import markup

FOLDER = Path(__file__).parent
_KEYS = {"id", "outcome", "question", "choices"}


def quiz(name):
    """The quiz of a chapter, named as the chapter: displays itself."""
    file = FOLDER / f"{name}.yml"
    if name not in names():
        raise ValueError(f"quiz: no quiz {name!r}; there are {', '.join(names())}")
    import yaml

    return Quiz(name, validated(yaml.safe_load(file.read_text(encoding="utf-8")), name))


def names():
    """Every quiz there is."""
    return sorted(f.relative_to(FOLDER).with_suffix("").as_posix() for f in FOLDER.rglob("*.yml"))


def validated(questions, name):
    """`questions` when they are a quiz; else ValueError that says where they are not."""
    if not isinstance(questions, list) or not questions:
        raise ValueError(f"{name}: expected a list of questions, got {type(questions).__name__}")
    ids = [q.get("id") if isinstance(q, dict) else None for q in questions]
    for number, (question, id) in enumerate(zip(questions, ids, strict=True), 1):
        where = f"{name}, question {number} ({id})"
        if not isinstance(question, dict) or set(question) != _KEYS:
            raise ValueError(f"{where}: expected exactly the keys {', '.join(sorted(_KEYS))}")
        if ids.count(id) > 1:
            raise ValueError(f"{where}: the id stands twice")
        _check_choices(question["choices"], where)
    return questions


def _check_choices(choices, where):
    if not isinstance(choices, list) or len(choices) < 2:
        raise ValueError(f"{where}: expected at least two choices")
    for choice in choices:
        if not isinstance(choice, dict) or not {"text", "why"} <= set(choice):
            raise ValueError(f"{where}: every choice needs a text and a why, got {choice!r:.60}")
        unknown = set(choice) - {"text", "why", "correct"}
        if unknown or not all(isinstance(choice[key], str) for key in ("text", "why")):
            raise ValueError(f"{where}: a choice is text, why and perhaps correct: {choice!r:.60}")
    right = sum(choice.get("correct") is True for choice in choices)
    if not 1 <= right < len(choices):
        raise ValueError(f"{where}: {right} of {len(choices)} choices are correct")


class Quiz:
    """Questions that display themselves; `.questions` is the validated list."""

    def __init__(self, name, questions):
        self.name, self.questions = name, questions

    def __repr__(self):
        lines = []
        for number, question in enumerate(self.questions, 1):
            lines += [f"{number}. {question['question'].strip()}"]
            lines += [
                f"   {letter}) {choice['text'].strip()}"
                for letter, choice in zip("ABCDEFGH", question["choices"], strict=False)
            ]
        return "\n".join(lines)

    def _repr_html_(self):
        body = "".join(_question(number, q) for number, q in enumerate(self.questions, 1))
        label = f"Quiz: {escape(self.name)}"
        return (
            f'{markup.style()}<div class="nn-quiz" role="group" aria-label="{label}">{body}</div>'
        )


def _question(number, question):
    right = sum(choice.get("correct") is True for choice in question["choices"])
    several = " <em>(several are right)</em>" if right > 1 else ""
    legend = f"<legend>{number}. {markup.blocks(question['question'])}{several}</legend>"
    choices = "".join(_choice(choice) for choice in question["choices"])
    return f'<fieldset id="quiz-{escape(question["id"])}">{legend}{choices}</fieldset>'


def _choice(choice):
    right = choice.get("correct") is True
    word = "✓ Correct." if right else "✗ Not this one."
    why = markup.blocks(f"**{word}** {choice['why'].strip()}")
    mark = ' data-right=""' if right else ""  # the page counts first answers by it
    text = markup.inline(choice["text"].strip())
    return f"<details{mark}><summary>{text}</summary>{why}</details>"
