"""What the instructors' pages are made of, read and held against each other.

Of a chapter `foundations/04_backprop` are read: the notebook (title, sections with their labels,
promised minutes, the open challenge's points), `solutions/….yml` (questions), `nnlib/quizzes/….yml`
(items), and `book/teach/….yml`, which says what none of the others can. `problems` names
everything in which they disagree. The last file has

    point       what has to be landed when the room empties
    minutes     of reading, by section, in the chapter's order and words
    exercises   minutes by question; both add up to what the chapter promises
    in_class    {outcome: how it is heard} for what only the quiz or only the exercises ask
    before      two questions at the door: ask, answer, if_not
    plan        the lecture: title, minutes {90: …, 50: …}, screen, ask, land, and perhaps
                state (the call that opens the simulation there), press (a button's name)
    board, skip, stuck (says, at, why, ask), discuss (ask, hear)
    paper       minutes, task, key: a function `key` that prints the answers for one's own numbers
    challenge   minutes, and a rubric with the points that the chapter gives
"""

import difflib
import json
import re
from dataclasses import dataclass
from pathlib import Path

import settings
import yaml

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = re.compile(r"(foundations|steps)/\d\d_\w+")
SLACK = 0.1  # by how much minutes may miss what was promised
KEYS = {
    "point", "minutes", "exercises", "challenge", "before", "plan", "stuck",
    "discuss", "board", "skip", "paper",
}  # fmt: skip
MAY = {"in_class"}
PARTS = {  # what each entry of a list has
    "before": {"ask", "answer", "if_not"},
    "plan": {"title", "minutes", "screen", "ask", "land"},
    "stuck": {"says", "at", "why", "ask"},
    "discuss": {"ask", "hear"},
    "skip": {"what", "why"},
}
PART_MAY = {"plan": {"state", "press"}}


@dataclass
class Lesson:
    """A chapter as its instructor sees it; `name` as in foundations/04_backprop."""

    name: str
    title: str
    sections: dict[str, str]  # heading → label, or ""
    promised: dict[str, int]  # "read" and "exercises" → minutes
    points: list[int]  # of the open challenge, as the chapter gives them
    challenge: str  # its text
    questions: dict[str, dict]
    quiz: list[dict]
    teach: dict

    @property
    def called(self) -> str:
        return called(self.name)

    @property
    def lengths(self) -> list[int]:
        """For how many minutes there is a lecture plan, the longest first."""
        return sorted({n for row in self.teach["plan"] for n in row["minutes"]}, reverse=True)

    @property
    def outcomes(self) -> dict[str, tuple[list[str], list[str]]]:
        """Outcome → the ids of the questions and of the quiz items that show it."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for id, question in self.questions.items():
            found.setdefault(question["outcome"], ([], []))[0].append(id)
        for item in self.quiz:
            found.setdefault(item["outcome"], ([], []))[1].append(item["id"])
        return found


def called(name: str) -> str:
    """A chapter as one speaks of it: "04", "step 1"."""
    part, rest = name.split("/")
    return f"step {int(rest[:2])}" if part == "steps" else rest[:2]


def pages_of(root: Path = ROOT) -> list[str]:
    """Every page of the table of contents, in order."""
    return settings.pages_of(yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8")))


def lessons(root: Path = ROOT) -> list[Lesson]:
    """Every chapter of the table of contents; ValueError that lists what does not fit."""
    pages = pages_of(root)
    names = [page for page in pages if CHAPTER.fullmatch(page)]
    files = ("book/{}.ipynb", "solutions/{}.yml", "nnlib/quizzes/{}.yml", "book/teach/{}.yml")
    gone = {n: [f.format(n) for f in files if not (root / f.format(n)).is_file()] for n in names}
    found = [f"{n} is in _toc.yml, and there is no {f}" for n in names for f in gone[n]]
    found += [f"{n} is in _toc.yml, teach/{n} is not" for n in names if f"teach/{n}" not in pages]
    taught = [page.removeprefix("teach/") for page in pages if page.startswith("teach/")]
    known = {*names, "index", "grading"}
    found += [f"teach/{n} is in _toc.yml, {n} is not" for n in taught if n not in known]
    read = [lesson(name, root) for name in names if not gone[name]]
    found += [problem for one in read for problem in problems(one)]
    if found:
        raise ValueError("pages for instructors:\n" + "\n".join(f"- {line}" for line in found))
    return read


def lesson(name: str, root: Path = ROOT) -> Lesson:
    """One chapter, read from its four files."""
    notebook = json.loads((root / f"book/{name}.ipynb").read_text(encoding="utf-8"))
    cells = [c for c in notebook["cells"] if c["cell_type"] == "markdown"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells)
    first = re.search(r"^# (.+)$", text, re.M)
    headings = re.findall(r"(?:^\((\S+)\)=\n)?^## (.+)$", text, re.M)
    read = re.search(r"(\d+) minutes to read", text)
    work = re.search(r"\]\([./]*exercises/[\w/]+\.ipynb\)[^\d\n]{0,12}(\d+) minutes", text)
    told = re.search(r"^\*\*Open challenge\.\*\*.*$", text, re.M)
    challenge = told[0].removeprefix("**Open challenge.**").strip() if told else ""
    return Lesson(
        name=name,
        title=first[1] if first else "",
        sections={heading: label for label, heading in headings},
        promised={
            "read": int(read[1]) if read else 0,
            "exercises": int(work[1]) if work else 0,
        },
        points=[int(n) for n in re.findall(r"\s\((\d+)(?: points?)?\)", challenge)],
        challenge=challenge,
        questions=_yaml(root / f"solutions/{name}.yml"),
        quiz=_yaml(root / f"nnlib/quizzes/{name}.yml"),
        teach=_yaml(root / f"book/teach/{name}.yml"),
    )


def _yaml(path: Path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def problems(one: Lesson) -> list[str]:
    """Everything in which the chapter's files disagree, as sentences."""
    found = _keys(one.teach)
    if not found:
        found = [*_outcomes(one), *_minutes(one), *_places(one), *_rubric(one)]
    return [f"{one.name}: {line}" for line in found]


def _keys(teach: dict) -> list[str]:
    """What the authored file lacks, or has and should not."""
    found = _differ("the file", set(teach), KEYS, MAY)
    for part, keys in PARTS.items():
        for number, entry in enumerate(teach.get(part, []), 1):
            found += _differ(f"{part} {number}", set(entry), keys, PART_MAY.get(part, set()))
    for part, keys in (("paper", {"minutes", "task", "key"}), ("challenge", {"minutes", "rubric"})):
        found += _differ(part, set(teach.get(part, keys)), keys, set())
    return found


def _differ(where: str, has: set, needs: set, may: set) -> list[str]:
    lacks, spare = sorted(needs - has), sorted(has - needs - may)
    found = [f"{where} lacks {', '.join(lacks)}"] if lacks else []
    return found + ([f"{where} has {', '.join(spare)}, which nothing reads"] if spare else [])


def _outcomes(one: Lesson) -> list[str]:
    """An outcome needs an exercise and a quiz item, or a word on how it is heard in class."""
    found, heard = [], one.teach.get("in_class", {})
    for outcome, (questions, items) in one.outcomes.items():
        if outcome in heard or (questions and items):
            continue
        has, lacks = ("an exercise", "a quiz item") if questions else ("a quiz item", "an exercise")
        side = 1 if questions else 0
        others = [other for other, ids in one.outcomes.items() if ids[side] and other != outcome]
        near = difflib.get_close_matches(outcome, others, n=1, cutoff=0.3)
        hint = f' (is it "{near[0]}"?)' if near else ""
        found.append(
            f'the outcome "{outcome}" has {has} and not {lacks}{hint}: '
            "give both the same sentence, or say under in_class how it is heard"
        )
    stale = [outcome for outcome in heard if outcome not in one.outcomes]
    return found + [f'in_class: no exercise and no quiz item has "{line}"' for line in stale]


def _minutes(one: Lesson) -> list[str]:
    """Sections and exercises add up to what the chapter promises, a plan to its length."""
    teach, found = one.teach, []
    for key, kind, needed in (
        ("minutes", "read", list(one.sections)),
        ("exercises", "exercises", list(one.questions)),
    ):
        given, promised = teach[key], one.promised[kind]
        if list(given) != needed:
            odd = [n for n in needed if n not in given] + [n for n in given if n not in needed]
            found.append(f"{key}: expected {needed} in this order, got {list(given)}, see {odd}")
        elif abs(sum(given.values()) - promised) > SLACK * promised:
            found.append(f"{key} add up to {sum(given.values())}, the chapter promises {promised}")
    for length in one.lengths:
        planned = sum(row["minutes"].get(length, 0) for row in teach["plan"])
        if not (1 - SLACK) * length <= planned <= length:
            found.append(f"the plan for {length} minutes adds up to {planned}")
    return found


def _places(one: Lesson) -> list[str]:
    """Where students get stuck is a section of the chapter or a question."""
    known = {*one.sections, *one.questions}
    return [
        f'stuck {number}: "{entry["at"]}" is no section and no question'
        for number, entry in enumerate(one.teach["stuck"], 1)
        if entry["at"] not in known
    ]


def _rubric(one: Lesson) -> list[str]:
    given = [row["points"] for row in one.teach["challenge"]["rubric"]]
    if given == one.points:
        return []
    return [f"the rubric has the points {given}, the chapter's open challenge {one.points}"]
