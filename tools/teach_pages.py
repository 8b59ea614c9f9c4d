"""The pages for instructors: `teach/<part>/NN_name.md`, one a chapter, and `teach/index.md`.

Nothing on them is written twice: teach_sources.py says where each piece comes from.
"""

import re
import tomllib
from html import escape
from itertools import accumulate
from pathlib import Path

import yaml
from docutils.nodes import make_id
from teach_sources import CHAPTER, ROOT, Lesson, called, lessons


def pages(root: Path = ROOT) -> dict[str, str]:
    """Path below the staged book → Markdown; ValueError where the sources disagree."""
    course = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["course"]
    found = lessons(root)
    files = {f"teach/{one.name}.md": page(one, course["solutions"]) for one in found}
    if (root / "book/teach/index.md").is_file():
        files["teach/index.md"] = index(root, found)
    return files


def page(one: Lesson, solutions: bool = True) -> str:
    """One chapter's page."""
    teach = one.teach
    parts = [
        f"# For instructors: {one.title}",
        f":::{{div}} nn-promise\n{teach['point'].strip()}\n\n{glance(one)}\n:::",
        doors(one, solutions),
        "## Outcomes, exercises, quiz",
        outcomes(one),
        "## Before the lecture",
        "Two questions at the door. Whoever cannot answer them needs this first.",
        listed(teach["before"], lambda e: (e["ask"], e["answer"], f"*If not:* {e['if_not']}")),
        "## A lecture",
        plan(one),
        f"**On the board.** {text(teach['board'])}",
        "### With little time, leave out",
        "\n".join(f"- {text(e['what'])} *{text(e['why'])}*" for e in teach["skip"]),
        "## Where they get stuck, and what to ask",
        "The question leaves the answer to them.",
        listed(teach["stuck"], lambda e: (
            e["says"], f"*Why* ({at(one, e['at'])}): {e['why']}", f"*Ask:* {e['ask']}",
        )),
        "## What the exercises catch",
        "Each wrong answer is recognized by its values and gets a hint of its own, in the notebook "
        "and from `nnlib check`. Here stands what its author believed, and that hint.",
        "\n\n".join(caught(one, id) for id in one.questions),
        "## To talk about",
        listed(teach["discuss"], lambda e: (e["ask"], f"*Listen for:* {text(e['hear'])}")),
        "## A pass on paper, with one's own numbers",
        paper(one),
        "## The open challenge: a rubric",
        rubric(one),
        "## Minutes of reading",
        reading(one),
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


# ── the pieces of a page ─────────────────────────────────────────────────────────────


def text(markdown: str) -> str:
    """Authored Markdown in one line, as tables and lists want it."""
    return " ".join(markdown.split()).replace(" %", "\N{NO-BREAK SPACE}%")


def cell(markdown: str) -> str:
    return text(markdown).replace("|", "\\|")


def section(one: Lesson, heading: str) -> str:
    """A section's heading, as a link where the chapter has given it a label."""
    label = one.sections[heading]
    return f"[{heading}](#{label})" if label else heading


def at(one: Lesson, place: str) -> str:
    """Where it happens: a section or a question."""
    return section(one, place) if place in one.sections else f"exercise {exercise(one, place)}"


def exercise(one: Lesson, id: str) -> str:
    """A link to a question of the exercises."""
    question = one.questions[id]
    place = f"{make_id(question['title'])}"
    href = f"../../exercises/{one.name}.html#{place}"
    return f'<a href="{href}">{escape(question["title"], quote=False)}</a>'


def quiz_item(one: Lesson, id: str) -> str:
    number = next(i for i, item in enumerate(one.quiz, 1) if item["id"] == id)
    name = id if len(id) > 14 else id.replace("-", "\N{NON-BREAKING HYPHEN}")
    return f'<a href="../../{one.name}.html#quiz-{id}">{number}&nbsp;<em>{name}</em></a>'


def doors(one: Lesson, solutions: bool) -> str:
    there = {"Chapter": one.name, "Exercises": f"exercises/{one.name}"}
    there |= {"Solutions": f"solutions/{one.name}"} if solutions else {}
    links = [f"[{name}](../../{path}.ipynb)" for name, path in there.items()]
    quiz = f'<a href="../../{one.name}.html#quiz-{one.quiz[0]["id"]}">Quiz</a>'
    return " · ".join([*links, quiz])


def glance(one: Lesson) -> str:
    """The numbers of a chapter, in one line."""
    points = sum(question["points"] for question in one.questions.values())
    lectures = " or ".join(map(str, one.lengths))
    return (
        f"Lecture: {lectures} minutes · reading: {one.promised['read']} · "
        f"{len(one.questions)} exercises: {one.promised['exercises']}, {points} points · "
        f"{len(one.quiz)} quiz items · on paper: {one.teach['paper']['minutes']} · "
        f"open challenge: {one.teach['challenge']['minutes']}, {sum(one.points)} points"
    )


def outcomes(one: Lesson) -> str:
    """The table outcomes ↔ exercises ↔ quiz items."""
    heard = one.teach.get("in_class", {})
    rows = ["| The student can … | Exercise (points, minutes) | Quiz item |", "|---|---|---|"]
    for outcome, (questions, items) in one.outcomes.items():
        tasks = "<br>".join(
            f"{exercise(one, id)} ({one.questions[id]['points']}, {one.teach['exercises'][id]})"
            for id in questions
        )
        asked = "<br>".join(quiz_item(one, id) for id in items)
        rows.append(f"| {cell(outcome)} | {tasks or '–'} | {asked or '–'} |")
    told = "\n".join(f"- {text(outcome)} *{text(how)}*" for outcome, how in heard.items())
    if told:
        told = "Where a column is empty, listen for it in class:\n\n" + told
    return "\n".join(rows) + "\n\n" + told


def listed(entries: list[dict], parts) -> str:
    """A definition list: what `parts(entry)` gives, the first as the term."""
    blocks = []
    for entry in entries:
        term, *told = (text(part) for part in parts(entry))
        blocks.append("\n".join([term, *(f": {line}\n" for line in told)]))
    return "\n".join(blocks)


def plan(one: Lesson) -> str:
    """The clock for each length, then what happens in each part."""
    rows, lengths = one.teach["plan"], one.lengths
    head = "| Minutes | " + " | ".join(f"of {n}" for n in lengths) + " |"
    clock = {n: ["0", *map(str, accumulate(r["minutes"].get(n, 0) for r in rows))] for n in lengths}
    table = [head, "|---|" + "---:|" * len(lengths)]
    parts = []
    for i, row in enumerate(rows):
        times = [
            f"{clock[n][i]}&nbsp;–&nbsp;{clock[n][i + 1]}" if row["minutes"].get(n) else "–"
            for n in lengths
        ]
        table.append(f"| {i + 1}. {cell(row['title'])} | {' | '.join(times)} |")
        lines = [f"**{i + 1}. {text(row['title'])}**", f": *On screen:* {text(row['screen'])}"]
        if "state" in row:
            lines[-1] += f" In a notebook: `{text(row['state'])}`."
        if "press" in row:
            lines[-1] += f" Once they have guessed, press “{row['press']}”."
        lines += [f": *Ask:* {text(row['ask'])}", f": *Point:* {text(row['land'])}"]
        parts.append("\n\n".join(lines[1:]).join([f"{lines[0]}\n", "\n"]))
    return "\n".join(table) + "\n\n" + "\n".join(parts)


def caught(one: Lesson, id: str) -> str:
    """One exercise: its misconceptions, and what the check says to each."""
    question = one.questions[id]
    title = escape(question["title"], quote=False)
    count = len(question["mistakes"])
    told = listed(question["mistakes"], lambda m: (m["misconception"], m["says"]))
    return (
        f"<details><summary>{title} <span>({question['points']} points, "
        f"{one.teach['exercises'][id]} minutes, {count} mistakes)</span></summary>\n\n"
        f"{exercise(one, id)}: {text(question['outcome'])}\n\n{told}\n\n</details>"
    )


def paper(one: Lesson) -> str:
    given = one.teach["paper"]
    return (
        f"{given['minutes']} minutes, without a machine, on what the exercises were about.\n\n"
        f"{given['task'].strip()}\n\nThe answers, for everybody's numbers:\n\n"
        f"```python\n{given['key'].strip()}\n```"
    )


def rubric(one: Lesson) -> str:
    told = re.split(r"\s+\*(?:What a good answer has|You are done when)", one.challenge)[0]
    rows = ["| Points | For | Half of them | None |", "|---:|---|---|---|"]
    rows += [
        f"| {r['points']} | {cell(r['full'])} | {cell(r['half'])} | {cell(r['none'])} |"
        for r in one.teach["challenge"]["rubric"]
    ]
    return f"> {text(told)}\n\n" + "\n".join(rows)


def reading(one: Lesson) -> str:
    rows = ["| Section | Minutes |", "|---|---:|"]
    rows += [f"| {cell(section(one, h))} | {n} |" for h, n in one.teach["minutes"].items()]
    return "\n".join([*rows, f"| together | {sum(one.teach['minutes'].values())} |"])


# ── the index ────────────────────────────────────────────────────────────────────────


def index(root: Path, found: list[Lesson]) -> str:
    """The authored page, with the table of chapters and the syllabi in place of its marks."""
    authored = (root / "book/teach/index.md").read_text(encoding="utf-8")
    syllabi = yaml.safe_load((root / "book/teach/syllabi.yml").read_text(encoding="utf-8"))
    told = "\n\n".join(syllabus(one, {lesson.name: lesson for lesson in found}) for one in syllabi)
    pieces = {"chapters": chapters(found), "missing": missing(root, found), "syllabi": told}
    for mark, content in pieces.items():
        if authored.count(f"<!-- {mark} -->") != 1:
            raise ValueError(f"book/teach/index.md: one <!-- {mark} --> expected")
        authored = authored.replace(f"<!-- {mark} -->", content)
    return authored


def chapters(found: list[Lesson]) -> str:
    rows = [
        "| Chapter | Lecture | Reading | Exercises | Points | On paper |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        points = sum(question["points"] for question in one.questions.values())
        rows.append(
            f"| [{one.called} · {one.title}]({one.name}.md) | {' / '.join(map(str, one.lengths))} "
            f"| {one.promised['read']} | {one.promised['exercises']} | {points} "
            f"| {one.teach['paper']['minutes']} |"
        )
    return "\n".join(rows)


def missing(root: Path, found: list[Lesson]) -> str:
    """What the map announces and the table of contents does not have."""
    course = yaml.safe_load((root / "book/map.yml").read_text(encoding="utf-8"))
    stands = {one.name for one in found}
    told = []
    for part, word in (("foundations", "Of the Foundations"), ("steps", "of the fourteen steps")):
        names = [
            f"{chapter['id'][:2]} {chapter['title']}"
            for chapter in course[part]
            if f"{part}/{chapter['id']}" not in stands
        ]
        told += [f"{word}: {', '.join(names)}"] if names else []
    return f"**Not written yet.** {'; '.join(told)}." if told else ""


def minutes(kind: str, one: Lesson) -> int:
    """How long an item of a syllabus takes: "lecture 90", "reading", "exercises", "paper"."""
    known = {f"lecture {n}": n for n in one.lengths}
    known |= one.promised | {"reading": one.promised["read"]}
    known |= {"paper": one.teach["paper"]["minutes"]}
    if kind not in known:
        raise ValueError(f"syllabi.yml, {one.name}: expected one of {sorted(known)}, got {kind!r}")
    return known[kind]


def syllabus(given: dict, known: dict[str, Lesson]) -> str:
    """A syllabus: sessions with what happens in class and at home, minutes from the chapters."""
    rows = ["| When | In class | At home |", "|---|---|---|"]
    sums = {"class": 0, "home": 0}
    for session in given["sessions"]:
        row = [session["name"]]
        for where in sums:
            items = [item(i, known) for i in session.get(where, [])]
            total = sum(n for _, n in items)
            sums[where] += total
            told = [f"{what},&nbsp;{n}" if n else what for what, n in items] + [f"**{total}**"]
            row.append("<br>".join(told if items else ["–"]))
        rows.append(f"| {' | '.join(row)} |")
    rows.append(f"| together | **{sums['class']}** | **{sums['home']}** |")
    return f"### {given['title']}\n\n{given['text'].strip()}\n\n" + "\n".join(rows)


def item(given: dict, known: dict[str, Lesson]) -> tuple[str, int]:
    """({what: chapter}, or {minutes: what else}) → what the table says, and its minutes."""
    ((kind, what),) = given.items()
    if isinstance(kind, int):
        return what, kind
    if not CHAPTER.fullmatch(what):
        raise ValueError(f"syllabi.yml: {what!r} is no chapter")
    if what not in known:
        return f"{called(what)} {kind.split()[0]}, not written yet", 0
    one = known[what]
    return f"{one.called} {kind.split()[0]}", minutes(kind, one)
