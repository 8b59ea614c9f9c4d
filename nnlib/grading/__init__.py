"""Exercises that check themselves: what a student calls, and what the command line runs.

    student's notebook   show → text (values.py) → check → judge (feedback.py)
    `nnlib check FILE`   read, splice (splice.py) → run (drivers.py) → text → judge → report.py

Both roads meet in `judge`, which sees nothing but printed text and the references packaged with
nnlib (references.py, written by tools/exercises.py).

A check on the student's own machine is *feedback, not a grade*: the references lie readable beside
it, so whoever wants to print the expected numbers can. What it does guarantee: nothing in a
submission but the source of its answer cells is ever run or believed.
"""

from nnlib.grading.exercise import check, hint, show
from nnlib.grading.references import edition

__all__ = ["check", "edition", "hint", "show"]
