"""Compile the Python files in archives, inside the Python that will run them (see compile.mjs).

Without this a browser compiles some two thousand files each time it starts, which takes longer than
all else. Byte code is marked as never to be compared with a source, so that no file time matters.
"""

import importlib.util
import warnings
import zipfile
from importlib import _bootstrap_external
from pathlib import Path

SITE = "/lib/python3.14/site-packages/"
STDLIB = "/lib/python314.zip/"


def byte_code(source, path):
    """What a .pyc file holds: magic number, flags, the source's hash, the code."""
    code = compile(source, path, "exec", dont_inherit=True)
    source_hash = importlib.util.source_hash(source)
    return bytes(_bootstrap_external._code_to_hash_pyc(code, source_hash, False))


def compiled(name, data, home, keep_source):
    """The files that take the place of the Python file `name`: [(name, data)]."""
    try:
        code = byte_code(data, home + name)
    except SyntaxError:  # templates, and tests of what does not parse
        return [(name, data)]
    if not keep_source:
        return [(name + "c", code)]
    folder, slash, file = name.rpartition("/")
    cached = f"{folder}{slash}__pycache__/{file.removesuffix('.py')}.cpython-314.pyc"
    return [(name, data), (cached, code)]


def compile_archive(source, target, keep_source):
    """Write `target`, the archive `source` with its Python files compiled."""
    home = STDLIB if Path(source).name == "python_stdlib.zip" else SITE
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for name in sorted(old.namelist()):
            data = old.read(name)
            is_python = name.endswith(".py")
            files = compiled(name, data, home, keep_source) if is_python else [(name, data)]
            for path, content in files:
                new.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)


warnings.simplefilter("ignore", SyntaxWarning)  # of other people's files
