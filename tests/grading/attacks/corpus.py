"""The corpus: every attack and every honest notebook, with what it must get. Read by the tests.

A class is a file: `<class>.yml`, or `<class>.py` where something has to be built. An entry:

    name, tries     what it is, and what it hopes for
    answers         {question: source}; every other question has a right answer
    gets            {question: [public, hidden]} points; every other question gets all of its points
    may_lose        questions that may have any points up to those: the attack harms itself
    state(s)        how it must end; "graded" where nothing is said
    why, says       what must stand in its errors, and in its words for the student
    looks           it prints LOOKED n FOUND […], and must have found nothing
    works_on        "nbval" or "asserts": the same answers do earn points there
    within          seconds it may take at most
    before          source of an extra cell in front
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import yaml

from tests.grading.attacks import edited, exercise, files
from tests.grading.tiny_exercise import code

HERE = Path(__file__).parent


@dataclass
class Entry:
    """One submission, or one file that is none. See above."""

    kind: str
    name: str
    tries: str = ""
    answers: dict = field(default_factory=dict)
    gets: dict = field(default_factory=dict)
    may_lose: list = field(default_factory=list)
    may_earn: list = field(default_factory=list)
    state: str = "graded"
    states: list = field(default_factory=list)
    why: str = ""
    says: str = ""
    looks: bool = False
    works_on: str = ""
    within: float = 0
    before: str = ""
    write: Callable | None = None  # of the folder it is handed in in; instead of answers
    file: str = "hw.ipynb"  # its name there
    place: str = ""  # the student's folder; its slug where nothing is said

    def __post_init__(self):
        self.states = self.states or [self.state]
        self.place = self.place or self.slug

    @property
    def slug(self):
        words = "".join(c if c.isascii() and c.isalnum() else " " for c in self.name).split()
        return f"{self.kind}-{'-'.join(words)[:60]}"

    def bounds(self, id):
        """((least, most) public points, (least, most) hidden points) of a question."""
        most = self.gets.get(id, exercise.EARNS[id] if self.states != ["rejected"] else (0, 0))
        least = (0, 0) if id in self.may_lose else most
        if id in self.may_earn:
            most = exercise.EARNS[id]
        return tuple(zip(least, most, strict=True))

    def hand_in(self, submissions, fill=lambda text: text):
        """Write it below a folder of submissions."""
        folder = submissions / self.place
        folder.mkdir(parents=True, exist_ok=True)
        if self.write:
            return self.write(folder, self.file)
        text = fill(json.dumps(self.notebook()))
        return (folder / self.file).write_text(text, encoding="utf-8")

    def notebook(self):
        handed_in = exercise.handed_in(self.answers)
        if self.before:
            handed_in["cells"].insert(0, code(self.before))
        return handed_in


def entries(only=()):
    """Every Entry, class by class."""
    found = []
    for path in sorted(HERE.glob("*.yml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        for one in told["attacks"]:
            one = dict(one)
            common = told.get("common", "")
            one["answers"] = {
                id: text.replace("# common\n", common, 1) for id, text in one["answers"].items()
            }
            found.append(Entry(kind=path.stem, **one))
    for module in (edited, files):
        found += _built(module)
    names = [entry.slug for entry in found]
    assert len(names) == len(set(names)), sorted(n for n in names if names.count(n) > 1)
    return [entry for entry in found if not only or entry.kind in only]


def _built(module: ModuleType):
    kind = module.__name__.rpartition(".")[2]
    return [Entry(kind=kind, **one) for one in module.ENTRIES]
