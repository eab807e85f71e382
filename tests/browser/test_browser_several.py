"""Several stories in the browser: a table to sort, open and take away; files dropped together."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from service.schemas import MAX_DOCUMENTS

STORIES = [
    "فاز الفريق في المباراة وسجل المهاجم هدفا في الدوري على ملعبه أمام الجماهير",
    "ارتفعت أسعار النفط في الأسواق بعد قرار خفض الإنتاج من الدول المصدرة",
    "عاجل",
    '=HYPERLINK("x") <img src=x onerror="window.pwned = 1"> انتخابات البرلمان والأصوات والمرشحون',
]
Visit = Callable[..., Page]


def label_several(page: Page, text: str) -> None:
    page.get_by_role("radio").nth(1).check()
    page.fill("#text", text)
    page.click("#ask button[type=submit]")
    expect(page.locator("#several")).to_be_visible()


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"#several tbody tr > :nth-child({number})").all_inner_texts()


def test_each_block_is_a_row(visit: Visit) -> None:
    page = visit("/")
    label_several(page, "\n \n\n".join(STORIES) + "\n\n\n")
    assert column(page, 1) == ["1", "2", "3", "4"]
    assert column(page, 2)[:3] == STORIES[:3]
    assert "امتنع النموذج" in column(page, 5)[2]
    assert "نص قصير" in column(page, 6)[2]
    assert page.locator("#several img").count() == 0
    assert page.evaluate("window.pwned") is None
    expect(page.get_by_role("status")).to_contain_text("صُنّف: 4.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("خبر أول\n\nفقرته الثانية\n\n---\nخبر ثان\n", ["خبر أول · فقرته الثانية", "خبر ثان"], id="dashes"),
        pytest.param("خبر أول\nفقرته\n \n\n\nخبر ثان\n\n", ["خبر أول · فقرته", "خبر ثان"], id="blank-lines"),
        pytest.param("\n\nعنوان أول\nعنوان ثان - بشرطة\n", ["عنوان أول", "عنوان ثان - بشرطة"], id="lines"),
        pytest.param(" خبر واحد ", ["خبر واحد"], id="one"),
    ],
)
def test_stories_are_parted_by_the_clearest_mark(visit: Visit, text: str, shown: list[str]) -> None:
    page = visit("/")
    label_several(page, text)
    assert column(page, 2) == shown


def test_how_to_part_stories_is_told_when_it_matters(visit: Visit) -> None:
    page = visit("/")
    hint = page.locator("#many-hint")
    assert not hint.is_visible()
    page.get_by_role("radio").nth(1).check()
    assert hint.is_visible()


def test_columns_are_sorted_by_keyboard(visit: Visit) -> None:
    page = visit("/")
    label_several(page, "\n\n".join(STORIES))
    heading = page.locator("#several th").nth(3)
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    shares = [float(text.strip(">%<")) for text in column(page, 4)]
    assert shares == sorted(shares, reverse=True)
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    assert [float(text.strip(">%<")) for text in column(page, 4)] == shares[::-1]
    page.locator("#several th").nth(0).locator("button").press("Enter")
    assert heading.get_attribute("aria-sort") is None
    assert column(page, 1) == ["1", "2", "3", "4"]


def test_a_row_opens_its_story(visit: Visit) -> None:
    page = visit("/")
    label_several(page, "\n\n".join(STORIES))
    page.get_by_role("button", name="تفاصيل الخبر 2").click()
    expect(page.locator("#result-title")).to_be_focused()
    assert "أسعار النفط" in page.locator(".text").inner_text()
    assert page.locator("#several").is_visible()


def test_the_table_can_be_taken_away(visit: Visit) -> None:
    page = visit("/")
    label_several(page, "\n\n".join(STORIES))
    with page.expect_download() as waiting:
        page.click("#csv")
    content = Path(waiting.value.path()).read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["story"] for row in rows[:3]] == STORIES[:3]
    assert rows[3]["story"].startswith("'=HYPERLINK")
    assert rows[2]["review_reasons"] == "too_short"
    assert rows[0]["section_name"] == "رياضة"
    with page.expect_download() as waiting:
        page.click("#json")
    results = json.loads(Path(waiting.value.path()).read_text("utf-8"))["results"]
    assert [result["story"] for result in results[:3]] == STORIES[:3]
    for row, result in zip(rows, results, strict=True):
        assert row["section"] == result["section"]["id"]
        assert float(row["confidence"]) == result["section"]["confidence"]
        assert row["topics"].split("|") == ([topic["id"] for topic in result["topics"]] or [""])
        assert row["topic_names"].split("|") == ([topic["name"]["ar"] for topic in result["topics"]] or [""])


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "＝", "＠"])
def test_a_spreadsheet_is_given_no_formula(visit: Visit, first: str) -> None:
    page = visit("/")
    label_several(page, f'{first}1+2 {STORIES[0]}, "x"\n\n{STORIES[1]}')
    with page.expect_download() as waiting:
        page.click("#csv")
    lines = Path(waiting.value.path()).read_text("utf-8-sig").splitlines()
    assert lines[1].startswith(f'"1","\'{first}1+2 {STORIES[0]}, ""x""",')
    assert lines[2].startswith(f'"2","{STORIES[1]}",')


def test_as_many_as_the_api_takes_at_once(visit: Visit) -> None:
    page = visit("/?lang=en")
    label_several(page, "\n".join(f"{STORIES[0]} {number}" for number in range(MAX_DOCUMENTS + 3)))
    assert len(column(page, 1)) == MAX_DOCUMENTS
    expect(page.get_by_role("status")).to_contain_text(f"The first {MAX_DOCUMENTS} of {MAX_DOCUMENTS + 3}")


DROP = """([place, ...files]) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  return ["dragenter", "dragover", "drop"].map((type) => {
    const event = new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true });
    document.querySelector(place).dispatchEvent(event);
    return [event.defaultPrevented, document.querySelector(".dropping") !== null];
  });
}"""


def test_files_dropped_together_are_rows_by_name(visit: Visit) -> None:
    page = visit("/")
    story = f"<html><body><article><p>{STORIES[1]}</p></article></body></html>"
    page.evaluate(DROP, ["#text", ["a.txt", STORIES[0]], ["b.html", story]])
    expect(page.locator("#several")).to_be_visible()
    assert column(page, 2) == ["a.txt", "b.html"]


@pytest.mark.parametrize("place", ["#text", "h1"])
def test_a_file_is_labelled_wherever_it_is_dropped(visit: Visit, place: str) -> None:
    page = visit("/")
    entered, over, dropped = page.evaluate(DROP, [place, ["a.txt", STORIES[0]]])
    assert (entered[1], over, dropped) == (True, [True, True], [True, False])
    expect(page.locator("#result .answer")).to_be_visible()
    assert page.locator("#text").input_value() == STORIES[0]
    page.evaluate(DROP, [place, ["picture.png", "\0\1\2"]])
    expect(page.get_by_role("alert")).to_contain_text("picture.png")


def test_a_text_that_is_dragged_is_left_to_the_browser(visit: Visit) -> None:
    page = visit("/")
    prevented = page.evaluate("""() => {
      const data = new DataTransfer();
      data.setData("text/plain", "خبر");
      const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      document.getElementById("text").dispatchEvent(event);
      return event.defaultPrevented;
    }""")
    assert prevented is False
