"""nnlib.plots: drawings read aloud, follow light and dark, and come out the same every time."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import numpy as np
import pytest

from nnlib import data, plots, scratch
from nnlib.plots.tokens import tokens

Z = np.linspace(-4, 4, 41)


def everything():
    """One of each figure: name → a function that draws it."""
    rng = np.random.default_rng(0)
    runs = {"few": rng.random((5, 41)), "many": rng.random((20, 41))}
    params = scratch.init([2, 3, 1], rng)
    moons, matrix, pictures = data.moons(60), rng.normal(size=(3, 4)), rng.random((5, 8, 8))
    run = SimpleNamespace(train=[2.0, 1.0, 0.5], validation=[2.0, 1.0, 1.5], best_epoch=2)
    return {
        "curves": lambda: plots.curves(Z, {"tanh": np.tanh(Z), "ReLU": scratch.RELU.f(Z)}),
        "one": lambda: plots.curves(Z, {"tanh": np.tanh(Z)}, log="y", baseline=("half", 0.5)),
        "seeds": lambda: plots.seeds_band(Z, runs, labels=("epoch", "loss")),
        "bars": lambda: plots.bars({"a": [0.2, 0.4], "b": -0.5}, baseline=("guess", 0.1)),
        "history": lambda: plots.history(run),
        "images": lambda: plots.images(pictures, titles=range(5)),
        "heatmap": lambda: plots.heatmap(matrix),
        "magnitude": lambda: plots.heatmap(abs(matrix), signed=False, rows=["r", "s", "t"]),
        "sizes": lambda: plots.network([2, 12, 1]),
        "network": lambda: plots.network(params, values=[[1, 2], [0, 3, 0], [-1]]),
        "boundary": lambda: plots.decision_boundary(lambda p: p[:, 1], moons.X, moons.y),
    }


EACH = pytest.mark.parametrize("draw", everything().values(), ids=everything())


def svg(drawing):
    return ET.fromstring(drawing.svg)


@EACH
def test_every_drawing_is_an_accessible_svg(draw):
    drawing = draw()
    root = svg(drawing)
    assert root.tag == "svg" and root.get("role") == "img"
    assert root.get("aria-label") == drawing.alt and len(drawing.alt) > 30
    assert "nan" not in drawing.svg.split("base64")[0].lower()


@EACH
def test_the_same_call_draws_the_same_bytes(draw):
    assert draw().svg == draw().svg
    assert repr(draw()) == repr(draw())


@EACH
def test_every_colour_is_a_variable_with_the_light_value_behind_it(draw):
    """No hex number stands outside var(…), but for the dark themes' list and white's absence."""
    drawing = draw()
    body = re.sub(r"<style>.*?</style>|base64,[^\"]*", "", drawing.svg, flags=re.S)
    assert re.search(r"var\(--nn-[\w-]+, #[0-9a-f]{6}\)", body)
    rest = re.sub(r"var\(--nn-[\w-]+, #[0-9a-f]{6}\)", "", body)
    assert re.findall(r"#[0-9a-fA-F]{6}\b", rest) == []
    assert "DejaVu" not in body


@EACH
def test_ids_are_used_and_belong_to_one_drawing(draw):
    drawing = draw()
    ids = re.findall(r'\bid="([^"]+)"', drawing.svg)
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawing.svg))
    assert len(ids) == len(set(ids)) and set(ids) == {a or b for a, b in used}
    assert len({name.split("-")[0] for name in ids}) <= 1


@EACH
def test_a_drawing_is_small(draw):
    assert len(draw().svg) < 70_000


def test_two_different_drawings_share_no_id():
    ids = [set(re.findall(r'\bid="([^"]+)"', draw().svg)) for draw in everything().values()]
    assert sum(map(len, ids)) == len(set().union(*ids))


def test_the_figure_holds_svg_and_caption_and_escapes_them():
    fig, ax = plots.figure("half")
    ax.plot([0, 1], [0, 1], color=plots.color("loss"))
    drawing = plots.draw(fig, alt='a "line" & <more>', caption="It rises, a < b.")
    html = ET.fromstring(drawing._repr_html_())
    assert html.tag == "figure" and html.get("class") == "nn-figure"
    assert html.find("svg").get("aria-label") == 'a "line" & <more>'
    assert html.find("figcaption").text == "It rises, a < b."
    assert repr(drawing) == 'Figure: a "line" & <more>'
    assert drawing.figure is fig


def test_no_caption_no_figcaption():
    fig, _ = plots.figure()
    assert "figcaption" not in plots.draw(fig, alt="empty axes")._repr_html_()


@pytest.mark.parametrize(
    "size, points", [("column", (504, 288)), ("half", (244.8, 216)), ("wide", (720, 288))]
)
def test_three_sizes(size, points):
    fig, _ = plots.figure(size)
    view = svg(plots.draw(fig, alt="empty axes")).get("viewBox").split()
    assert tuple(map(float, view[2:])) == points


def test_a_token_becomes_its_variable_even_where_two_look_alike():
    for name in ("forward", "class-4", "forward-text", "class-7", "negative", "class-0"):
        fig, ax = plots.figure()
        ax.plot([0, 1], [0, 1], color=plots.color(name))
        shades = tokens()["roles"] | {f"class-{k}": c for k, c in enumerate(tokens()["classes"])}
        base = name.removesuffix("-text")
        light = shades[base]["text-light" if base != name else "light"].lower()
        assert f"stroke: var(--nn-{name}, {light})" in plots.draw(fig, alt="a line").svg


def test_dark_themes_outside_the_book_get_their_colours():
    drawing = plots.curves(Z, {"tanh": np.tanh(Z)})
    style = re.search(r"<style>(.*?)</style>", drawing.svg)[1]
    assert "body[data-jp-theme-light=false]" in style and "html[theme=dark]" in style
    for variable in set(re.findall(r"var\((--nn-[\w-]+), #", drawing.svg)):
        assert f"{variable}: #" in style


def test_numbers_in_the_drawing_are_not_rounded_with_the_coordinates():
    texts = [t.text for t in svg(plots.bars({"a": 0.97612})).iter("text")]
    assert "0.976" in texts


def test_pyplot_does_not_show_a_drawn_figure_again():
    from matplotlib import pyplot

    fig, _ = pyplot.subplots()
    plots.draw(fig, alt="empty axes")
    assert not pyplot.fignum_exists(fig.number)


# ── what the alt texts say ───────────────────────────────────────────────────────────


def test_curves_tell_ends_and_turns():
    alt = plots.curves(Z, {"dip": Z**2 - 1}, labels=("w", "loss"), baseline=("zero", 0)).alt
    assert alt == (
        "loss over w from −4 to 4. dip goes from 15 to 15, lowest −1 at 0. Dashed line at 0: zero."
    )


def test_curves_may_run_backwards_and_have_gaps():
    alt = plots.curves([3, 2, 1], {"a": [30, np.nan, 10]}).alt
    assert "from 1 to 3" in alt and "goes from 10 to 30" in alt


def test_spread_is_told():
    runs = np.array([[0.0, 1.0], [0.0, 3.0]])
    assert "last value 2 ± 1.4 over 2 seeds" in plots.seeds_band([0, 1], {"a": runs}).alt
    assert "a 2 ± 1.4 over 2 seeds" in plots.bars({"a": runs[:, 1]}).alt


def test_history_marks_the_best_epoch():
    run = SimpleNamespace(train=[2.0, 1.0], validation=[2.0, 1.25], best_epoch=2)
    assert plots.history(run).alt.endswith("Best validation loss 1.25 after epoch 2.")


def test_heatmap_tells_where_the_extremes_are():
    alt = plots.heatmap([[0, -2.5], [1, 0]], rows=["p", "q"], labels=("input", "unit")).alt
    assert alt == (
        "Heat map of 2 rows (unit) by 2 columns (input): "
        "lowest −2.5 at row p, column 1, highest 1 at row q, column 0."
    )


def test_heatmap_shades_by_sign():
    drawing = plots.heatmap([[-1.0, 1.0]])
    assert "var(--nn-positive" in drawing.svg and "var(--nn-negative" in drawing.svg
    assert "var(--nn-negative" not in plots.heatmap([[0.0, 1.0]], signed=False).svg


def test_heatmap_writes_numbers_where_they_fit():
    def texts(matrix, size="column"):
        return {t.text for t in svg(plots.heatmap(matrix, size=size)).iter("text")}

    assert {"−1.5", "0.2"} <= texts([[-1.5, 0.24]])
    assert {"12", "3"} <= texts([[12, 3]])
    assert "0.50" in texts(np.full((8, 8), 0.5))
    assert "0.50" not in texts(np.full((10, 10), 0.5), size="half")


def test_boundary_counts_what_is_right():
    X, y = np.array([[0, -1], [1, -2], [0, 1.0]]), np.array([0, 1, 1])
    for predict in (lambda p: p[:, 1], lambda p: p[:, 1:], lambda p: np.c_[-p[:, 1], p[:, 1]]):
        assert "2 of 3 points" in plots.decision_boundary(predict, X, y).alt


def test_network_writes_values_and_names_the_largest_weight():
    params = [(np.array([[1.0, -3.0]]), np.zeros(1))]
    drawing = plots.network(params, values=[[0.5, 2], [-5.5]], names=["x", "z"])
    assert "Largest weight −3: layer 1, unit 2 to 1" in drawing.alt
    texts = [t.text for t in svg(drawing).iter("text")]
    assert {"0.5", "2", "−5.5"} <= set(texts)


@pytest.mark.parametrize(
    "call, named",
    [
        (lambda: plots.figure("huge"), "size:.*'huge'"),
        (lambda: plots.color("pink"), "name:.*'pink'"),
        (lambda: plots.draw(plots.figure()[0], alt=" "), "alt:"),
        (lambda: plots.curves([1, 2], {"a": [1, 2, 3]}), "a: expected 2.*got 3"),
        (lambda: plots.curves([1, 2], {"a": [1, 2]}, log="z"), "log:.*'z'"),
        (lambda: plots.images(np.zeros((8, 8))), r"pictures:.*\(8, 8\)"),
        (lambda: plots.images(np.zeros((2, 8, 8)), titles=["a"]), "titles: expected 2.*got 1"),
        (lambda: plots.heatmap([[np.nan]]), "matrix:"),
        (lambda: plots.heatmap([[-1.0]], signed=False), "matrix:.*−1"),
        (lambda: plots.heatmap([[1.0]], rows=["a", "b"]), "rows: expected 1 names, got 2"),
        (lambda: plots.network([3]), r"net:.*\[3\]"),
        (lambda: plots.network([2, 1], values=[[1, 2]]), "values: expected 2.*got 1"),
        (
            lambda: plots.network([(np.ones((3, 2)), 0), (np.ones((1, 2)), 0)]),
            r"net:.*\(1, 2\).*\(3, 2\)",
        ),
        (
            lambda: plots.decision_boundary(len, np.ones((3, 3)), np.ones(3)),
            r"X, y:.*\(3, 3\).*\(3,\)",
        ),
        (lambda: plots.history(SimpleNamespace(train=[])), "run:"),
    ],
)
def test_errors_name_the_argument_and_what_came(call, named):
    with pytest.raises(ValueError, match=named):
        call()
