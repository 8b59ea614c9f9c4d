"""The page "Execution statistics": when, on what and for how long each chapter last ran."""

import platform

HEAD = """\
# Execution statistics

Every chapter of this book is executed before its page is built; an error anywhere stops the build.
A chapter runs again when its text, a file of `nnlib` that it imported, a simulation that it shows,
the lock file or a setting has changed.

| Chapter | Executed | Seconds | On | Python |
|---|---|---:|---|---|
"""


def statistics_page(records: dict[str, dict]) -> str:
    """Markdown for the records of all chapters (name → record, see execute.py)."""
    rows = [
        f"| [{name.removesuffix('.ipynb')}](../{name}) | {record['executed']} "
        f"| {record['seconds']} | {record['engine']} | {record['environment']['python']} |"
        for name, record in records.items()
    ]
    machine = f"{platform.system()} on {platform.machine()}"
    return HEAD + "\n".join(rows) + f"\n\nMachine: {machine}. A chapter has 60 seconds.\n"
