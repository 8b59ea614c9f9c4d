"""How the commands speak: one sentence for what cannot be tried, a bar for what takes time."""

import json
import sys
import traceback

import typer


class refusals:
    """What cannot be tried ends with 2 and one sentence instead of a traceback."""

    def __init__(self, as_json):
        self.as_json = as_json

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        from nnlib.grading.sandbox import NoSandbox

        if isinstance(error, ValueError | NoSandbox | OSError):
            say({"problem": str(error)}, str(error), self.as_json, err=True)
            raise typer.Exit(2) from None
        if isinstance(error, Exception) and not isinstance(error, typer.Exit):
            traceback.print_exception(error)  # a fault of ours; 1 would say that all was tried
            raise typer.Exit(2) from None


class progress:
    """A bar on stderr with what is left to do; `tell(done, total, result)` moves it."""

    def __init__(self, word, as_json):
        self.word, self.quiet, self.bar = word, as_json, None

    def __enter__(self):
        return self._tell

    def _tell(self, done, total, result):
        from tqdm import tqdm

        if self.quiet:
            return
        if self.bar is None:
            self.bar = tqdm(total=total, desc=self.word, unit=" notebooks", dynamic_ncols=True)
        self.bar.update(done - self.bar.n)
        if result is not None and result["state"] != "graded":
            where = f" at {result['where']}" if result["where"] else ""
            text = f"{result['submission']}: {result['state']}{where}. {result['reason']}"
            self.bar.write("".join(c if c.isprintable() else "?" for c in text))

    def __exit__(self, *_):
        if self.bar is not None:
            self.bar.close()


def say(data, text, as_json, err=False):
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")  # ✓ and ✗, on any console
    typer.echo(
        json.dumps(data, indent=2, ensure_ascii=False) if as_json else text, err=err and not as_json
    )
