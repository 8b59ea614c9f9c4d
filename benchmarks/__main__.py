"""`python -m benchmarks`: all of them."""

from . import engine, feedforward

engine.run()
feedforward.run()
