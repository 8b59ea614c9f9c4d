"""What every benchmark shares: proof that both sides compute the same, then interleaved timing.

A side is a function without arguments that does one unit of work and returns a number, for example
the loss of one training step.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

Side = Callable[[], float]


class Disagreement(Exception):
    """The two sides do not compute the same, so there is no ratio to print."""


@dataclass(frozen=True)
class Ratio:
    """Our time in units of theirs: the median over blocks, and the middle half of them."""

    case: str
    ratio: float
    low: float
    high: float
    target: float | None
    agreement: float

    def __str__(self):
        target = "" if self.target is None else f"   target ≤ {self.target:g}"
        agreement = f"to {self.agreement:.0e}" if self.agreement else "exactly"
        return (
            f"{self.case:<44} {self.ratio:6.2f}  [{self.low:.2f} … {self.high:.2f}]{target}"
            f"   (losses agree {agreement})"
        )


def agree(case: str, ours: Side, theirs: Side, *, steps: int, rtol: float) -> float:
    """The largest relative difference over some steps, or Disagreement when it exceeds `rtol`."""
    worst = 0.0
    for step in range(steps):
        a, b = ours(), theirs()
        gap = abs(a - b) / max(abs(b), 1e-30)
        if not (math.isfinite(a) and gap <= rtol):
            raise Disagreement(f"{case}: at step {step} ours is {a!r}, theirs is {b!r}")
        worst = max(worst, gap)
    return worst


def time_ratio(ours: Side, theirs: Side, *, blocks: int = 30, seconds: float = 0.02):
    """(median, lower quartile, upper quartile) of ours/theirs.

    Blocks of both sides alternate, in changing order: whatever else the machine does meets both.
    """
    calls = max(1, round(seconds / min(_time(theirs, 3), _time(ours, 3))))
    ratios = []
    gc.collect()
    for block in range(blocks):
        times = {}
        for side in (ours, theirs) if block % 2 else (theirs, ours):
            times[side] = _time(side, calls)
        ratios.append(times[ours] / times[theirs])
    low, _, high = quantiles(ratios, n=4)
    return median(ratios), low, high


def _time(side: Side, calls: int) -> float:
    start = perf_counter()
    for _ in range(calls):
        side()
    return (perf_counter() - start) / calls


def main(title: str, results: Iterable[Ratio], versions: dict[str, str], device: str = "cpu"):
    """Print each ratio as it comes; `--json PATH` also writes them, with date and versions."""
    parser = argparse.ArgumentParser(description=title)
    parser.add_argument("--json", type=Path, metavar="PATH", help="also write the result there")
    path = parser.parse_args().json
    print(title)
    done = []
    try:
        for result in results:
            print(result, flush=True)
            done.append(result)
    except Disagreement as reason:
        sys.exit(f"no ratio, the two sides differ: {reason}")
    if path:
        record = {
            "title": title,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "device": device,
            "processor": platform.processor() or platform.machine(),
            "versions": {"python": platform.python_version(), **versions},
            "ratios": [asdict(result) for result in done],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
