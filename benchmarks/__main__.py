"""`python -m benchmarks`: all of them."""

from .engine import run

run()
