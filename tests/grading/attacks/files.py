"""Files that are no notebook, or one under a strange name. None stops the others; each gets a word.

`write(folder, name)` makes the file in the folder of one student.
"""

import io
import json
import os
import zipfile

from tests.grading.attacks.exercise import handed_in

GOOD = json.dumps(handed_in({}))


def _bytes(content):
    return lambda folder, name: (folder / name).write_bytes(content)


def _changed(**changes):
    return _bytes(json.dumps(handed_in({}) | changes).encode())


def _zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("hw.ipynb", GOOD)
    return file.getvalue()


def fifo(folder, name):
    os.mkfifo(folder / name)


def link_to_a_file(target):
    return lambda folder, name: (folder / name).symlink_to(target)


def a_folder(folder, name):
    (folder / name).mkdir()
    (folder / name / "hw.ipynb").write_text(GOOD)


def a_socket(folder, name):
    import socket

    here = os.getcwd()
    os.chdir(folder)  # such a path may have 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as one:
            one.bind(name)
    finally:
        os.chdir(here)


def without_rights(folder, name):
    (folder / name).write_text(GOOD)
    (folder / name).chmod(0)


CELLS = handed_in({})["cells"]
OLD = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": CELLS}]}
DEEP = b'{"nbformat": 4, "cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
DEEP_OUTPUT = (
    b'{"nbformat": 4, "cells": [{"outputs": ' + b'{"a": ' * 990 + b"1" + b"}" * 990 + b"}]}"
)
HUGE_NUMBER = b'{"nbformat": 4, "cells": [], "metadata": ' + b"9" * 1_000_000 + b"}"
MANY_OBJECTS = b'{"nbformat": 4, "cells": [' + b'{"":0},' * 1_350_000 + b"{}]}"

REJECTED = {
    "twelve megabytes": (_bytes(b'{"cells": "' + b"x" * 12_000_000 + b'"}'), "too large"),
    "empty": (_bytes(b""), "not valid JSON"),
    "truncated": (_bytes(GOOD[: len(GOOD) // 2].encode()), "not valid JSON"),
    "a merge that was left": (_bytes(b"<<<<<<< HEAD\n" + GOOD.encode()), "not valid JSON"),
    "a zip that calls itself a notebook": (_bytes(_zipped()), "not UTF-8"),
    "UTF-16": (_bytes(GOOD.encode("utf-16")), "not UTF-8"),
    "Latin-1": (_bytes(b'{"nbformat": 4, "cells": [], "n": "J\xfcrgen"}'), "not UTF-8"),
    "a list": (_bytes(b"[1, 2]"), "not a notebook"),
    "nbformat 3": (_bytes(json.dumps(OLD).encode()), "nbformat 4"),
    "nbformat 5": (_changed(nbformat=5), "nbformat 4"),
    "nbformat that is a text of a megabyte": (_changed(nbformat="4" * 1_000_000), "nbformat 4"),
    "no cells": (_changed(cells=None), "no list of cells"),
    "cells that are no dicts": (_changed(cells=[1, "two", None]), "no list of cells"),
    "another notebook": (_changed(cells=[]), "right file"),
    "a hundred thousand brackets": (_bytes(DEEP), "not valid JSON"),
    "a number of a million digits": (_bytes(HUGE_NUMBER), "not valid JSON"),
    "a million objects": (_bytes(MANY_OBJECTS), ""),
    "a pipe": (fifo, "not a plain file"),
    "a link to the password file": (link_to_a_file("/etc/passwd"), "a link"),
    "a link to another student's work": (
        link_to_a_file("../honest-lambdas/hw.ipynb"),
        "a link",
    ),
    "a link to nowhere": (link_to_a_file("nowhere.ipynb"), "a link"),
    "a link to an endless device": (link_to_a_file("/dev/zero"), "a link"),
    "a socket": (a_socket, "cannot be read"),
    "a file without rights": (without_rights, "cannot be read"),
}
NAMES = {
    "spaces and quotes": "my 'own' \"notebook\" (1); rm -rf ~ $HOME `id`.ipynb",
    "a line end in the name": "home\nwork\r.ipynb",
    "dots": "...ipynb",
    "escape codes": "\x1b[2J\x1b[31mred.ipynb",
    "pictures": "🙂🧠 — Übung.ipynb",
    "250 characters": "n" * 249 + ".ipynb"[-6:],
    "wide characters": "𝒉" * 61 + ".ipynb",
    "bytes that are no text": os.fsdecode(b"\xff\xfe hw.ipynb"),
    "capitals": "HW.IPYNB",
    "like an option": "--help.ipynb",
    "like markup": "<b>&lt;x onload=alert(1)>.ipynb",
    "two names that look alike, first": "a b.ipynb",
    "two names that look alike, second": "a_b.ipynb",
    "two names that look alike, third": "a?b.ipynb",
}
ENTRIES = [
    {
        "name": name,
        "tries": "The whole batch stops, or something outside is read.",
        "write": write,
        "state": "rejected",
        "why": why,
    }
    for name, (write, why) in REJECTED.items()
] + [
    {
        "name": f"named with {name}",
        "tries": "The name breaks a path, a page or a console, or is another's.",
        "write": _bytes(GOOD.encode()),
        "file": file,
    }
    for name, file in NAMES.items()
]
for entry in ENTRIES:
    if "look alike" in entry["name"]:
        entry["place"] = "look-alikes"
ENTRIES += [
    {
        "name": "a folder named like one",
        "tries": "It cannot be opened.",
        "write": a_folder,
        "file": "x.ipynb",
    },
    {
        "name": "a deep output",
        "tries": "It can be read, but not written again.",
        "write": _bytes(DEEP_OUTPUT),
        "state": "rejected",
    },
]
