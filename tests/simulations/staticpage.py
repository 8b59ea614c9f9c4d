"""A page without a kernel, made from a notebook that a real kernel has executed."""

import base64
import json
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

ROOT = Path(__file__).resolve().parents[2]
STATE = "application/vnd.jupyter.widget-state+json"
VIEW = "application/vnd.jupyter.widget-view+json"


def execute(*cells):
    """The notebook with these code cells, executed, its widget state stored in it."""
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        # Sockets in files: kernels of tests that run side by side would race for free ports.
        sockets = Config(KernelManager={"transport": "ipc", "ip": f"{folder}/k"})
        client = NotebookClient(nb, kernel_name="python3", timeout=120, config=sockets)
        client.store_widget_state = True
        client.execute()
    return nb


def fonts():
    """The book's typefaces, so that a page looks the same on every machine."""
    rules = []
    for name in ("sans", "mono"):
        data = (ROOT / "book" / "assets" / "fonts" / f"course-{name}.woff2").read_bytes()
        source = f"url(data:font/woff2;base64,{base64.b64encode(data).decode()})"
        family = f"Course {name.title()}"
        rules.append(f'@font-face{{font-family:"{family}";font-weight:400 700;src:{source}}}')
    return "".join(rules)


def script(kind, data):
    text = json.dumps(data).replace("</", r"<\/")
    return f'<script type="{kind}">{text}</script>'


def page(nb, attributes='data-theme="light"'):
    """The notebook's simulations as one HTML page, as the book writes them."""
    views = [
        f'<div class="cell_output">{script(VIEW, output["data"][VIEW])}</div>'
        for cell in nb.cells
        for output in cell.outputs
        if VIEW in output.get("data", {})
    ]
    state = nb.metadata.widgets[STATE]
    host = (ROOT / "book" / "assets" / "static-host.js").read_text(encoding="utf-8")
    return (
        f'<!doctype html><html lang="en" {attributes}><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Test</title>'
        f"<style>{fonts()}body{{margin:0 auto;max-width:46rem;padding:0 16px;background:#FDFCFA}}"
        "html[data-theme=dark] body{background:#14171C}</style></head>"
        f"<body><main><h1>A page</h1><h2>Part</h2>{''.join(views)}</main>"
        f"{script(STATE, state)}<script>{host}</script></body></html>"
    )
