"""Whom the pages leave out: axe's rules, narrow screens, and servers that ask for a key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from model.classifier import NewsClassifier
from service.app import create_app
from service.keys import digest_of
from service.served import ServedModels
from service.settings import Settings

STORY = "فاز الفريق في المباراة وسجل المهاجم هدفا في الدوري على ملعبه أمام الجماهير"
LONG = STORY + " " + "كلمةطويلة" * 40 + " https://example.org/" + "a" * 300
SECRET = "a-key-of-the-newsroom-1"
Visit = Callable[..., Page]


def complaints(page: Page, *rules: str) -> list[tuple[str, Any]]:
    """Run axe, all of its rules where none are named: ids of those that are broken, and by which elements.

    Of contrast it judges Latin text only: it takes Arabic letters for icons. Both languages have the same colours.
    """
    found = Axe().run(page, options={"runOnly": rules} if rules else None).response["violations"]
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]


def show(page: Page, state: str) -> None:
    if state == "one":
        page.fill("#text", f"الرئيسية | رياضة\n{STORY}\nشارك\nفيسبوك")
        page.click("#ask button[type=submit]")
        expect(page.locator("#result .answer")).to_be_visible()
        page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    elif state == "several":
        page.get_by_role("radio").nth(1).check()
        page.fill("#text", f"{STORY}\n\nعاجل\n\n{LONG}")
        page.click("#ask button[type=submit]")
        expect(page.locator("#several")).to_be_visible()
    elif state == "long":
        page.fill("#text", f"{LONG}\n{LONG}")
        page.click("#ask button[type=submit]")
        expect(page.locator("#result .answer")).to_be_visible()
    elif state == "nothing":
        page.click("#ask button[type=submit]")
        expect(page.get_by_role("alert")).to_be_visible()


STATES = [("/", "one"), ("/", "several"), ("/", "nothing"), ("/labels", ""), ("/model", "")]


@pytest.mark.parametrize(
    ("language", "scheme", "rules"), [("ar", "light", ()), ("en", "light", ()), ("en", "dark", ("color-contrast",))]
)
def test_axe_finds_nothing(visit: Visit, site: str, language: str, scheme: str, rules: tuple[str, ...]) -> None:
    page = visit(f"/?lang={language}", color_scheme=scheme, bypass_csp=True, reduced_motion="reduce")
    for path, state in STATES:
        page.goto(f"{site}{path}?lang={language}")
        show(page, state)
        assert complaints(page, *rules) == [], (path, state)


def test_axe_finds_nothing_in_the_documentation(visit: Visit) -> None:
    page = visit("/docs", bypass_csp=True)
    kinds = "[3, 10, 11]"  # a call, the problems, a shape: there are many of the first and the last
    page.evaluate(
        f"document.querySelectorAll('section').forEach((one, place) => {kinds}.includes(place) || one.remove())"
    )
    assert complaints(page) == []
    page.emulate_media(color_scheme="dark")
    assert complaints(page, "color-contrast") == []
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("language", ["ar", "en"])
def test_axe_finds_nothing_where_a_key_is_asked_for(visit: Visit, closed_site: str, language: str) -> None:
    page = visit(f"/?lang={language}", at=closed_site, bypass_csp=True)
    assert complaints(page) == []
    page.goto(f"{closed_site}/labels?lang={language}")
    assert page.locator("[role=alert]").count() == 1
    assert complaints(page) == []


def test_axe_would_find_something(visit: Visit) -> None:
    page = visit("/?lang=en", bypass_csp=True)
    page.add_style_tag(content=".lead { color: var(--line) }")
    assert [rule for rule, _ in complaints(page)] == ["color-contrast"]


OUTSIDE = """[...document.querySelectorAll("main *")].filter((element) => {
  const box = element.getBoundingClientRect();
  return box.width > 1 && (box.left < -1 || box.right > innerWidth + 1);
}).map((element) => element.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize(("language", "width"), [("ar", 390), ("en", 320)])
def test_nothing_is_wider_than_the_screen(visit: Visit, site: str, language: str, width: int) -> None:
    page = visit(
        f"/?lang={language}", viewport={"width": width, "height": 800}, has_touch=True, reduced_motion="reduce"
    )
    for path, state in [*STATES, ("/", "long"), ("/docs", "")]:
        page.goto(f"{site}{path}?lang={language}")
        show(page, state)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, state)
        assert page.evaluate(OUTSIDE) == [], (path, state)


def test_a_phone_can_label_by_touch(visit: Visit) -> None:
    page = visit("/", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.fill("#text", STORY)
    page.tap("#ask button[type=submit]")
    expect(page.locator("#result .answer")).to_be_visible()
    button = page.locator("#ask button[type=submit]").bounding_box()
    assert button is not None
    assert button["height"] >= 40
    assert page.evaluate("innerWidth") == 390


# tables of the catalogue


@pytest.mark.parametrize("width", [1280, 390])
def test_labels_are_sorted_by_quality(visit: Visit, width: int) -> None:
    page = visit("/labels", viewport={"width": width, "height": 800})
    table = page.locator("table").first
    table.locator("tbody tr").first.evaluate("row => (row.cells[5].dataset.value = '')")  # as if never measured
    recalls = "rows => rows.map((row) => row.cells[5].dataset.value)"
    before = table.locator("tbody tr").evaluate_all(recalls)
    for sign in (-1, 1):
        table.locator("thead button").nth(5).click()
        after = table.locator("tbody tr").evaluate_all(recalls)
        assert sorted(before) == sorted(after)
        assert after == sorted(after, key=lambda value: (value == "", sign * float(value or 0)))


# keys


@pytest.fixture(scope="module")
def closed_site(tiny_classifier: NewsClassifier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that asks for a key."""
    keys = tmp_path_factory.mktemp("keys") / "keys.jsonl"
    keys.write_text(json.dumps({"name": "newsroom", "sha256": digest_of(SECRET), "scopes": ["label"]}), "utf-8")
    app = create_app(Settings(keys=keys), ServedModels.of(tiny_classifier))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_server_that_asks_for_a_key_is_told_it(visit: Visit, closed_site: str, scripts: bool) -> None:
    page = visit("/", at=closed_site, java_script_enabled=scripts)
    page.fill("#text", STORY)
    page.fill("#key", "another-key-altogether")
    page.click("#ask button[type=submit]")
    expect(page.locator("[role=alert]")).to_contain_text("رمز دخول")
    assert page.locator("#result .answer").count() == 0
    page.goto(closed_site)
    page.fill("#text", STORY)
    page.fill("#key", SECRET)
    page.click("#ask button[type=submit]")
    expect(page.locator("#result .answer")).to_be_visible()
    assert SECRET not in page.content()
    page.goto(f"{closed_site}/labels")
    assert page.locator("table").count() == 0
    page.fill("#key", SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("table").first).to_be_visible()
