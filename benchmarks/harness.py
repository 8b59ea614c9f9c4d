"""What every benchmark shares: proof that both sides compute the same, then interleaved timing.

A side is a function without arguments that does one unit of work and returns a number, for example
the loss of one training step.
"""

from __future__ import annotations

import argparse
import gc
import json
import math
import os
import platform
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from torch.profiler import ProfilerActivity, profile

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


def peak_ratio(ours: Side, theirs: Side) -> float:
    """Of the peak memory of one unit of work under PyTorch: what is allocated beyond the start."""
    return peak_bytes(ours) / peak_bytes(theirs)


def peak_bytes(side: Side) -> int:
    """The most that PyTorch held at once on the CPU during one unit of work, as it allocated it."""
    side()  # what is made once, such as an optimizer's memory, is there before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as seen:
        side()
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    held = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        held += event.nbytes()
        most = max(most, held)
    return most


def all_threads() -> int:
    """As many as this process may use at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


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
