"""Whatever students write stays text, and the pages stay whole, small and accessible."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nnlib.grading import handback
from tests.grading.some_results import a_class, check, question, result
from tests.grading.test_handback import EXERCISE, Tags, written

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
HOSTILE = (
    '<script>alert(1)</script><img src=x onerror="alert(2)">]]></failure>&amp;&#0;'
    "\x00\x08\x1b[31m\ud800\uffff\u202e\u2066'\"`*_$x$\r\n</pre></style></title>" + "A" * 100_000
)


def hostile():
    bad = dict.fromkeys(("case", "came", "expected", "printed", "error"), HOSTILE)
    checks = [check(right=False) | bad, check(hidden=True) | bad]
    texts = {"title": HOSTILE, "message": HOSTILE, "answer": HOSTILE, "mistake": HOSTILE}
    one = question("backprop-paths", checks, notes=[HOSTILE], flags=[HOSTILE], **texts)
    texts = {"submission": HOSTILE, "reason": HOSTILE, "where": HOSTILE}
    return result(HOSTILE, HOSTILE, [one], folder="x/y", state="timed out", **texts)


def test_hostile_texts_stay_texts(tmp_path):
    files = written(hostile(), tmp_path)
    files["review"] = (tmp_path / "review" / "x" / "y.html").read_text(encoding="utf-8")
    for name in ("feedback.html", "review"):
        tags = Tags(files[name])
        assert not {"script", "img"} & set(tags.tags)
        assert tags.tags.count("title") == tags.tags.count("style") == 1
        assert not set("\x00\x08\x1b\u202e\u2066\uffff") & set(files[name])
        assert "alert(1)" in tags.text
        assert "more characters" in tags.text
        assert len(files[name]) < 100_000
        assert "Content-Security-Policy" in files[name] and "script-src 'none'" in files[name]
    suite = ElementTree.fromstring(files["junit.xml"].encode())
    assert "alert(1)" in suite.find(".//failure").text
    told = json.loads(files["results.json"])
    assert "alert(1)" in told["tests"][0]["output"]
    assert all(len(files[name]) < 50_000 for name in ("results.json", "junit.xml"))


def test_a_rejected_one_may_be_hostile_too(tmp_path):
    files = written(hostile() | {"state": "rejected", "questions": []}, tmp_path)
    assert "script" not in Tags(files["feedback.html"]).tags
    assert ElementTree.fromstring(files["junit.xml"].encode()).get("errors") == "1"


@pytest.mark.parametrize("folder", ["../x", "/etc/x", "a/../../x", "", ".", "a\\..\\x"])
def test_a_folder_that_leads_outside_is_refused(tmp_path, folder):
    made = result("ada", EXERCISE, [question()]) | {"folder": folder}
    with pytest.raises(ValueError, match="folder"):
        handback.write(made, tmp_path / "R")
    assert not list(tmp_path.rglob("*.html"))


# ── in a browser ─────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_pages_are_accessible_and_fit(browser, tmp_path, scheme, width):
    results, _ = a_class()
    stopped = [made for made in results if made["state"] != "graded"]
    chosen = [results[0], hostile(), *stopped]
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    tab, troubles = context.new_page(), []
    tab.on("console", lambda message: troubles.append(message.text))
    tab.on("dialog", lambda dialog: (troubles.append(dialog.message), dialog.dismiss()))
    tab.on("request", lambda r: r.url.startswith("file:") or troubles.append(r.url))
    for made in chosen:
        handback.write(made, tmp_path)
        for path in (f"feedback/{made['folder']}/feedback.html", f"review/{made['folder']}.html"):
            tab.goto((tmp_path / path).as_uri())
            tab.evaluate(AXE.read_text(encoding="utf-8"))
            found = tab.evaluate(
                "axe.run().then(r => r.violations.map(v => v.id + v.nodes[0].html))"
            )
            assert found == [], path
            assert tab.evaluate("document.documentElement.scrollWidth") <= width, path
    assert troubles == []
    context.close()
