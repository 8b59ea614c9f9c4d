"""A catalog as large as the course's will be: the real entries, and made-up ones for the rest."""

from itertools import islice

from nnlib import catalog
from nnlib.catalog import Entry, Paper

COSTS = ("O(B · LD²)", "O(B · (L²D + LD²))", "O(B · L · log L · D)", "O(B · L(DN + D²))")


def fake(family: catalog.Family, name: str, number: int) -> Entry:
    return Entry(
        key=f"fake-{number}",
        name=name,
        family=family.name,
        step=family.step,
        where=f"nnlib.step{family.step}.architecture_{number}:Fake",
        page=f"steps/{family.step:02d}_fake/{number}",
        paper=Paper("Somebody & Somebody Else", 1980 + number % 45, f"arXiv 1706.{number:05d}"),
        idea=f"An idea of the {family.name.lower()} family, told in one sentence.",
        bias="What is near belongs together, and what is far away hardly matters.",
        time=COSTS[number % 4],
        memory=COSTS[number % 3],
    )


def entries(count: int = 60) -> list[Entry]:
    """`count` entries in the order of the steps: each family's typical ones, then some more."""
    names = [
        (family, name + " again" * turn)
        for turn in range(3)
        for family in catalog.FAMILIES
        for name in family.architectures.split(", ")
        if family.step > 1
    ]
    real = catalog.entries()
    made = [fake(*pair, number) for number, pair in enumerate(names)]
    return sorted([*real, *islice(made, count - len(real))], key=lambda entry: entry.step)
