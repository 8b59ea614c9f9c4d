"""`nnlib.recorded("foundations/05_gradients")`: results that take longer than a page may.

The experiments stand in `experiments/`, one script a chapter; `make results` runs them and writes
small tables into `nnlib/results/`, each with its date, device, versions and a digest of the code
that made it. A test fails when a digest no longer fits.
"""

import json
from pathlib import Path

RESULTS = Path(__file__).parent / "results"


class Recorded:
    """A recorded result: `.rows` (a dict a run), `.columns` and `.provenance` (a sentence)."""

    def __init__(self, record):
        self.rows = record["rows"]
        self.columns = list(self.rows[0])
        made = record["made"]
        self.provenance = (
            f"recorded on {made['date']} in {made['seconds']} s by {made['script']},\n"
            f"{made['device']}, {made['versions']}"
        )
        if "confirmed" in made:  # with the code of today, which is not that of then
            self.provenance += f"\n{made['confirmed']}"

    def values(self, column, **where):
        """The entries of one column, for the rows in which every `where` column has that value."""
        if column not in self.columns:
            raise ValueError(f"column: expected one of {', '.join(self.columns)}, got {column!r}")
        rows = [row for row in self.rows if all(row[key] == want for key, want in where.items())]
        return [row[column] for row in rows]

    def __repr__(self):
        return f"{len(self.rows)} runs: {', '.join(self.columns)}\n{self.provenance}"


def recorded(name):
    """Load the recorded results of a chapter, named as its notebook: "foundations/05_gradients".

    Raises ValueError for a chapter without any, naming those that have some.
    """
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        known = sorted(
            p.relative_to(RESULTS).with_suffix("").as_posix() for p in RESULTS.rglob("*.json")
        )
        raise ValueError(f"name: no recorded results for {name!r}; there are: {', '.join(known)}")
    return Recorded(json.loads(path.read_text(encoding="utf-8")))
