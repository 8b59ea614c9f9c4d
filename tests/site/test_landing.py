"""The landing page: its network computes and follows, its map can be walked with the keyboard."""

import gzip
import re

import course_map
import pytest

from nnlib import catalog
from tests.site.built import HTML, ROOT

browser_only = [pytest.mark.browser, pytest.mark.slow]


def test_the_map_has_every_chapter_and_no_step_builds_on_a_later_one():
    course, pages = course_map.load()
    known = {f"{part}/{c['id']}" for part in ("foundations", "steps") for c in course[part]}
    assert len(course["foundations"]) == 10 and len(course["steps"]) == 14
    assert {
        p for p in pages if p.startswith(("foundations/", "steps/")) and p.count("/") == 1
    } <= known
    for number, step in enumerate(course["steps"], start=1):
        assert step["id"].startswith(f"{number:02d}_")
        assert all(before < number for before in step["after"] + step.get("helps", []))
        column = step["at"][0]
        assert all(course["steps"][n - 1]["at"][0] < column for n in step["after"])


def test_no_two_steps_stand_in_one_place():
    course, _ = course_map.load()
    places = [tuple(step["at"]) for step in course["steps"]]
    assert len(set(places)) == len(places)


def test_an_implied_edge_is_not_drawn():
    steps = [{"after": []}, {"after": [1]}, {"after": [1, 2], "helps": [1]}]
    assert course_map.edges(steps) == [(1, 2, "on"), (2, 3, "on"), (1, 3, "helps")]


def test_the_door_for_teachers_leads_to_their_pages_where_there_are_some():
    _, pages = course_map.load()
    assert 'href="teach/index.html"' in course_map.doors(pages)
    assert "teach/" not in course_map.doors([page for page in pages if "teach" not in page])


def test_the_scripts_are_light():
    scripts = sorted((ROOT / "book/assets").glob("landing*.js"))
    assert sum(len(gzip.compress(path.read_bytes())) for path in scripts) <= 8_000


class TestInTheBrowser:
    pytestmark = browser_only

    @pytest.fixture
    def page(self, visit):
        """The landing page of a reader who prefers little motion: nothing runs by itself."""
        seen = visit("index.html", reduced_motion="reduce")
        yield seen.page
        seen.page.context.close()

    def test_gradients_are_those_of_central_differences(self, page):
        worst = page.evaluate(
            """() => { const { fresh, gradients, X, Y } = nnLanding, { a } = fresh(), e = 1e-5;
            const { g } = gradients(a, X, Y);
            return Math.max(...a.map((value, i) => {
              const [up, down] = [[...a], [...a]]; up[i] += e; down[i] -= e;
              const slope = (gradients(up, X, Y).loss - gradients(down, X, Y).loss) / (2 * e);
              return Math.abs(slope - g[i]) / Math.max(1e-3, Math.abs(g[i]));
            })); }"""
        )
        assert worst < 1e-6

    def loss(self, page) -> float:
        return float(
            re.search(r"loss (?:< )?([\d.]+)", page.locator("[data-count]").inner_text())[1]
        )

    def test_steps_lower_the_loss_and_back_takes_them_back(self, page):
        before = self.loss(page)
        for _ in range(20):
            page.locator("[data-step]").click()
        assert self.loss(page) < before
        for _ in range(20):
            page.locator("[data-back]").click()
        assert self.loss(page) == before

    def test_a_point_follows_the_keys_and_the_mouse(self, page):
        point = page.locator(".nn-scene .point").nth(2)
        start = float(point.get_attribute("aria-valuenow"))
        point.focus()
        point.press("ArrowDown")
        assert float(point.get_attribute("aria-valuenow")) == pytest.approx(start - 0.1)
        box = point.locator(".dot").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + 60, steps=4)
        page.mouse.up()
        assert float(point.get_attribute("aria-valuenow")) < start - 0.2

    def test_it_learns_by_itself_unless_motion_is_unwelcome(self, page, visit):
        assert "update 0 " in page.locator("[data-count]").inner_text()
        lively = visit("index.html").page
        lively.wait_for_function("() => /update [1-9]/.test(document.body.innerText)")
        lively.locator("[data-play]", has_text="Learn").wait_for(timeout=20_000)
        assert self.loss(lively) < 1e-3

    def test_the_sentence_tells_a_screen_reader_what_happened(self, page):
        page.locator("[data-step]").click()
        says = page.locator(".nn-living [aria-live=polite]").inner_text()
        assert says.startswith("After 1 update the curve")

    def test_the_map_is_walked_with_the_arrow_keys(self, page):
        here = "() => document.activeElement.dataset.node"
        page.locator("[data-node=s5]").evaluate("e => e.focus()")
        for key, goal in [
            ("ArrowRight", "s7"),
            ("ArrowLeft", "s5"),
            ("ArrowUp", "s4"),
            ("ArrowRight", "s6"),
        ]:
            page.keyboard.press(key)
            assert page.evaluate(here) == goal
        assert page.locator("[data-node=s1].past").count() == 1
        assert page.locator("[data-node=s11].future").count() == 1

    def test_what_is_not_written_says_so_and_what_is_written_is_a_link(self, page):
        _, pages = course_map.load()
        for node in page.locator("[data-node]").all():
            href = node.get_attribute("href")
            if href:
                assert href.removesuffix(".html") in pages and (HTML / href).is_file()
            else:
                assert "not written yet" in node.text_content()

    def test_a_node_holds_its_architectures_and_those_that_are_written_are_links(self, page):
        _, pages = course_map.load()
        for family in catalog.FAMILIES:
            box = page.locator(".nn-step").nth(family.step - 1)
            assert family.architectures in box.locator(".nn-members").inner_text()
            for name, entry in course_map.typical(family, catalog.entries()):
                link = box.locator(".nn-members").get_by_role("link", name=name, exact=True)
                assert link.count() == bool(entry and entry.page in pages)

    @pytest.mark.parametrize("width", [360, 800, 1280])
    def test_what_a_node_holds_stays_within_it(self, page, width):
        page.set_viewport_size({"width": width, "height": 800})
        outside = page.evaluate(
            """() => [...document.querySelectorAll('.nn-step')].filter((step) => {
              const box = step.getBoundingClientRect();
              return [...step.querySelectorAll('.nn-title, .nn-says, .nn-members')].some((part) => {
                const inner = part.getBoundingClientRect();
                return inner.right > box.right + 1 || inner.bottom > box.bottom + 1;
              });
            }).map((step) => step.textContent)"""
        )
        assert outside == []

    def test_steps_do_not_touch_one_another(self, page):
        boxes = [box.bounding_box() for box in page.locator(".nn-graph .nn-step").all()]
        for i, one in enumerate(boxes):
            for other in boxes[:i]:
                apart = [
                    max(one[at], other[at]) - min(one[at] + one[size], other[at] + other[size])
                    for at, size in (("x", "width"), ("y", "height"))
                ]
                assert max(apart) >= 4

    def test_the_mouse_over_an_architecture_is_over_its_step(self, page):
        page.locator("[data-node=s5] + .nn-members").hover()
        assert page.locator("[data-node=s5].here").count() == 1
        assert page.locator("[data-node=s3].past").count() == 1

    def test_the_first_screen_holds_the_network(self, page):
        page.set_viewport_size({"width": 1280, "height": 800})
        bottom = page.locator(".nn-bar").bounding_box()
        assert bottom["y"] + bottom["height"] <= 800
