"""`nnlib …` and `python -m nnlib …`: the doctor answers also where nothing else starts."""

import sys

from nnlib import doctor


def main():
    """The command line (nnlib.cli); without what that needs, `nnlib doctor` alone."""
    try:
        from nnlib.cli import app
    except ImportError as error:
        if sys.argv[1:2] == ["doctor"]:
            sys.exit(doctor.main(as_json="--json" in sys.argv))
        sys.exit(f"{error}. `nnlib doctor` says what is missing, and how to mend it.")
    app(prog_name="nnlib")


if __name__ == "__main__":
    main()
