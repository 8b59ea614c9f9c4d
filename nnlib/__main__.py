"""`python -m nnlib` is `nnlib`."""

from nnlib.cli import app

app(prog_name="nnlib")
