"""The page of a report in a real Chromium, from a file: alone, in both languages, on a phone, on paper."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from training.evaluate import main

TRAP = "<img src=https://example.org/x.png onerror=alert(1)><b>خبر</b>"
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def report(
    installed: str, tmp_path_factory: pytest.TempPathFactory, tiny_artifact: Path, mini_stories: list[dict[str, Any]]
) -> Path:
    """Return the page of the mini model on 120 stories, of two outlets, that are partly filed wrongly."""
    folder = tmp_path_factory.mktemp("report")
    many = []
    for row, story in enumerate([*mini_stories, *mini_stories]):
        source, section = ("masa", "sabah")[row % 2], story["section"]
        section = "health" if source == "sabah" and section == "sport" else section
        published = f"2024-{1 + row % 9:02}-11"
        many.append({**story, "id": f"a{row}", "source": source, "section": section, "published": published})
    many[3]["headline"] = many[1]["headline"] = f"{TRAP} {many[1]['headline']}"
    many[1]["section"] = "sport"
    corpus = folder / "stories.jsonl"
    corpus.write_text("".join(json.dumps(story) + "\n" for story in many), "utf-8")
    arguments = ["--artifact", str(tiny_artifact), "--corpus", str(corpus), "--report", str(folder)]
    assert main([*arguments, "--compare", str(tiny_artifact), "--json"]) == 0
    return folder / "report.html"


@pytest.fixture
def read(chromium: Browser, report: Path) -> Iterator[Open]:
    """Open the report; whatever a test does, the page asks for nothing, and nothing goes wrong in it."""
    contexts, asked, told = [], [], []

    def open_page(language: str = "ar", **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, "offline": True, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        page.on("dialog", lambda dialog: told.append(dialog.message))
        page.goto(report.as_uri())
        if language == "en":
            page.get_by_text("English").click()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not told
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert len([url for url in asked if url.startswith("file")]) == len(contexts)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_arabic_comes_first_and_english_is_a_click_away(read: Open, scripts: bool) -> None:
    page = read(java_script_enabled=scripts)
    arabic, english = page.locator("#ar"), page.locator("#en")
    expect(arabic).to_be_visible()
    expect(english).to_be_hidden()
    expect(arabic.get_by_role("heading", level=1)).to_have_text("تقرير النموذج")
    page.get_by_text("English").click()
    expect(english).to_be_visible()
    expect(arabic).to_be_hidden()
    expect(english.get_by_role("heading", level=1)).to_have_text("Model report")


def test_the_language_can_be_changed_by_keyboard(read: Open) -> None:
    page = read()
    page.locator("#in-ar").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#en")).to_be_visible()


@pytest.mark.parametrize(("language", "side"), [("ar", "right"), ("en", "left")])
def test_pages_begin_on_their_side(read: Open, language: str, side: str) -> None:
    page = read(language)
    assert page.locator(f"#{language}").evaluate("element => getComputedStyle(element).direction") == (
        "rtl" if language == "ar" else "ltr"
    )
    heading, first = page.locator(f"#{language} h1").bounding_box(), page.locator(f"#{language} .labels th").first
    box = first.bounding_box()
    assert heading is not None
    assert box is not None
    if side == "right":
        assert heading["x"] + heading["width"] > 1200
        assert box["x"] > 640
    else:
        assert heading["x"] < 100
        assert box["x"] < 100


def test_dates_and_shares_are_not_turned_around(read: Open) -> None:
    page = read()
    shown = page.locator("#ar .lead-in").inner_text()
    year = shown.find("20")
    assert shown[year + 4] == "-"
    # Where the glyphs stand: the year of a date is to the left of its day, among Arabic words too.
    places = page.locator("#ar .lead-in").evaluate(
        """element => {
          const text = element.firstChild, at = text.data.search(/20\\d\\d-/), range = document.createRange();
          return [[at, at + 4], [at + 8, at + 10]].map(([from, to]) => {
            range.setStart(text, from); range.setEnd(text, to); return range.getBoundingClientRect().left;
          });
        }"""
    )
    assert places[0] < places[1]


def test_markup_in_a_headline_stays_text(read: Open) -> None:
    page = read()
    expect(page.locator("#ar .quote").filter(has_text="onerror").first).to_contain_text(TRAP)
    assert page.locator("img").count() == 0


def test_arabic_words_of_pictures_are_shaped(read: Open) -> None:
    page = read()
    word = page.locator("#ar svg text", has_text="الاستدعاء").first
    expect(word).to_be_visible()
    assert word.evaluate("element => getComputedStyle(element).fontFamily") == page.evaluate(
        "getComputedStyle(document.body).fontFamily"
    )
    # Joined letters take less room than the same letters apart.
    joined, apart = word.evaluate(
        """element => {
          const length = element.getComputedTextLength();
          element.textContent = [...element.textContent].join("\\u200c");
          return [length, element.getComputedTextLength()];
        }"""
    )
    assert joined < apart


def complaints(page: Page) -> list[tuple[str, list[Any]]]:
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in Axe().run(page).response["violations"]]


@pytest.mark.parametrize(("language", "width"), [("ar", 1280), ("en", 390)])
def test_axe_finds_nothing(read: Open, language: str, width: int) -> None:
    page = read(language, viewport={"width": width, "height": 900})
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    assert complaints(page) == []


def test_axe_would_find_something(read: Open) -> None:
    page = read()
    page.evaluate(
        "document.querySelectorAll('section').forEach((one) => one.querySelector('svg[role=img]') || one.remove())"
    )
    page.evaluate("document.querySelector('#ar .lead-in').style.color = '#ddd'")
    page.evaluate("document.querySelector('#ar svg[role=img]').removeAttribute('aria-label')")
    assert {rule for rule, _ in complaints(page)} >= {"color-contrast", "svg-img-alt"}


@pytest.mark.parametrize(("language", "width"), [("ar", 390), ("en", 320)])
def test_nothing_is_wider_than_a_phone(read: Open, language: str, width: int) -> None:
    page = read(language, viewport={"width": width, "height": 800}, has_touch=True, is_mobile=True)
    page.locator("details").evaluate_all("all => all.forEach((one) => (one.open = true))")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    outside = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter((element) => {
          const box = element.getBoundingClientRect();
          return box.width > 1 && !element.closest(".scroll") && (box.left < -1 || box.right > innerWidth + 1);
        }).map((element) => element.outerHTML.slice(0, 80))"""
    )
    assert outside == []
    row = page.locator(f"#{language} .labels").first.locator("..")
    assert row.evaluate("element => getComputedStyle(element).overflowX") == "auto"


def test_paper_shows_one_language_whole(read: Open) -> None:
    page = read("en")
    page.emulate_media(media="print")
    expect(page.locator("#en")).to_be_visible()
    expect(page.locator("#ar")).to_be_hidden()
    expect(page.locator(".switch")).to_be_hidden()
    for region in page.locator("#en .scroll").all():
        assert region.evaluate("element => getComputedStyle(element).overflowX") == "visible"
    assert page.pdf(format="A4").startswith(b"%PDF")
