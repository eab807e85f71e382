"""Several stories in the browser: a table to sort, open and take away; files dropped together."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

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
    assert "نص قصير" in column(page, 7)[2]
    assert page.locator("#several img").count() == 0
    assert page.evaluate("window.pwned") is None
    expect(page.get_by_role("status")).to_contain_text("صُنّف: 4.")


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
    with page.expect_download() as waiting:
        page.click("#json")
    results = json.loads(Path(waiting.value.path()).read_text("utf-8"))["results"]
    assert [result["story"] for result in results[:3]] == STORIES[:3]
    for row, result in zip(rows, results, strict=True):
        assert row["section"] == result["section"]["id"]
        assert float(row["confidence"]) == result["section"]["confidence"]
        assert row["topics"].split("|") == ([topic["id"] for topic in result["topics"]] or [""])


def test_no_more_than_fifty(visit: Visit) -> None:
    page = visit("/?lang=en")
    label_several(page, "\n\n".join(f"{STORIES[0]} {number}" for number in range(53)))
    assert len(column(page, 1)) == 50
    expect(page.get_by_role("status")).to_contain_text("The first 50 of 53")


DROP = """(files) => {
  const data = new DataTransfer();
  for (const [name, text] of files) data.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"])
    document.getElementById("text").dispatchEvent(
      new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }),
    );
}"""


def test_files_dropped_together_are_rows_by_name(visit: Visit) -> None:
    page = visit("/")
    page.evaluate(
        DROP, [["a.txt", STORIES[0]], ["b.html", f"<html><body><article><p>{STORIES[1]}</p></article></body></html>"]]
    )
    expect(page.locator("#several")).to_be_visible()
    assert column(page, 2) == ["a.txt", "b.html"]


def test_one_file_dropped_is_labelled(visit: Visit) -> None:
    page = visit("/")
    page_of_story = f"<html><body><article><p>{STORIES[1]}</p></article></body></html>"
    page.evaluate(DROP, [["a.txt", STORIES[0]], ["b.html", page_of_story]])
    expect(page.locator("#several")).to_be_visible()
    assert column(page, 2) == ["a.txt", "b.html"]


def test_one_file_dropped_is_labelled(visit: Visit) -> None:
    page = visit("/")
    page.evaluate(DROP, [["a.txt", STORIES[0]]])
    expect(page.locator("#result .answer")).to_be_visible()
    assert page.locator("#text").input_value() == STORIES[0]
    assert "dropping" not in (page.locator("#ask").get_attribute("class") or "")
    page.evaluate(DROP, [["picture.png", "\0\1\2"]])
    expect(page.get_by_role("alert")).to_contain_text("picture.png")
