"""Where the sources of exercises lie: the course's own, and an instructor's bank of questions."""

import re

from nnlib.grading.sandbox import PACKAGE


class Mistaken(ValueError):
    """An assignment, a roster or a folder that cannot be used; the message says what is wrong and
    where."""


def solutions():
    """The course's own solutions. Raises Mistaken where there is only the installed package."""
    folder = PACKAGE.parent / "solutions"
    if not folder.is_dir():
        raise Mistaken(
            "The sources of the exercises are not here: release and grade need a checkout of the "
            f"course (no folder {folder})."
        )
    return folder


def names(bank=None):
    """Every exercise that can be assigned."""
    found = set()
    for folder in filter(None, (bank, None if bank and not _course() else solutions())):
        found |= {f.relative_to(folder).with_suffix("").as_posix() for f in folder.rglob("*.yml")}
    return sorted(found)


def _course():
    return (PACKAGE.parent / "solutions").is_dir()


def home(name, bank=None):
    """The folder in which an exercise's source stands; the bank goes before the course."""
    if bank and (bank / f"{name}.yml").is_file():
        return bank
    return solutions()


def chosen(text, bank=None):
    """The exercises that `foundations/04,steps/01-03` means. Raises Mistaken for what is none."""
    every, found = names(bank), []
    for part in filter(None, (part.strip() for part in text.split(","))):
        span = re.fullmatch(r"(.+/)(\d+)-(\d+)", part)
        if span:
            numbers = range(int(span[2]), int(span[3]) + 1)
            wanted = [f"{span[1]}{number:02d}_" for number in numbers]
        else:
            wanted = [part if re.search(r"_|\D$", part) else f"{part}_"]
        matches = [name for name in every if name.startswith(tuple(wanted))]
        if not matches:
            raise Mistaken(f"chapters: nothing is called {part!r}; there are {', '.join(every)}")
        found += [name for name in matches if name not in found]
    if not found:
        raise Mistaken("chapters: none given; say for instance foundations/04,steps/01-03")
    return found
