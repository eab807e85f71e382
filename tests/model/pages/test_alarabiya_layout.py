"""The layout with breadcrumb, topic line and repeated headline: the Article must not depend on what surrounds it."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from model.article import Article
from model.pages import read_page

PAGE = (Path(__file__).parent / "samples" / "text" / "alarabiya_ports.txt").read_text("utf-8")
HEADER_END = PAGE.index("\n\nسفينة حاويات")
FOOTER = PAGE.index("انضم إلى المحادثة")
STORY = PAGE[HEADER_END:FOOTER]

MENU = "Menu\n» «"
SECTION = "اقتصاد"
HEADLINE = "إيرادات الموانئ المصرية ترتفع مع عودة خطوط ملاحية كبرى"
TOPIC = "قناة السويس"
SUBHEADLINE = "حركة الحاويات تزيد 9% في شهرين والهيئة تدرس خصومات جديدة"
DATE = "نشر في: 8 مارس ,2023: 09:10 ص GST"
FIELDS = (MENU, SECTION, HEADLINE, TOPIC, HEADLINE, SUBHEADLINE, DATE)


def text_of(article: Article) -> tuple[str, str, str]:
    return article.headline, article.subheadline, article.body


@pytest.fixture(scope="module")
def expected() -> Article:
    return read_page(PAGE).article


def test_the_page_as_it_stands(expected: Article) -> None:
    assert expected.headline == HEADLINE
    assert expected.subheadline == SUBHEADLINE
    assert expected.section == SECTION
    assert expected.topics == (TOPIC,)
    assert expected.captions == ("سفينة حاويات عند المدخل الجنوبي للقناة (رويترز)",)
    assert expected.published is not None
    assert expected.published.isoformat() == "2023-03-08T09:10:00+04:00"
    assert expected.body.startswith("ارتفعت إيرادات")
    assert expected.body.endswith("في قناة السويس.")
    assert "شطرنج" not in expected.body


def test_any_order_of_the_fields_reads_the_same(expected: Article) -> None:
    wrong = [
        order
        for order in sorted(set(permutations(FIELDS)))[::9]  # 280 of the 2,520 orders, spread over all of them
        if text_of(read_page("\n\n".join(order) + STORY + PAGE[FOOTER:]).article) != text_of(expected)
    ]
    assert not wrong


@pytest.mark.parametrize(
    "order",
    [
        (MENU, SECTION, HEADLINE, TOPIC, HEADLINE, SUBHEADLINE, DATE),
        (MENU, SECTION, TOPIC, HEADLINE, HEADLINE, SUBHEADLINE, DATE),
        (DATE, MENU, SECTION, HEADLINE, TOPIC, HEADLINE, SUBHEADLINE),
        (HEADLINE, SUBHEADLINE, DATE, TOPIC, SECTION, HEADLINE, MENU),
    ],
    ids=["as printed", "copies together", "date first", "menu last"],
)
def test_orders_without_blank_lines(order: tuple[str, ...], expected: Article) -> None:
    assert text_of(read_page("\n".join(order) + STORY + PAGE[FOOTER:]).article) == text_of(expected)


OTHER_TEASERS = {
    "another subject": "أخبار مختارة\n\nصحة\nنصائح لصيام صحي\n\nينصح الأطباء بشرب الماء على دفعات...",
    "the same subject": "أخبار مختارة\n\nاقتصاد\nارتفاع إيرادات الموانئ المصرية\n\n"
    "قالت هيئة الموانئ إن إيرادات الموانئ المصرية وعدد الحاويات زادا في أول شهرين من العام.\n\n"
    "وتدرس الهيئة منح خصومات للسفن التي تعبر قناة السويس قبل الصيف.",
    "long": "أخبار مختارة\n\n"
    + "\n\n".join(f"عنوان خبر رقم {i}\n\n" + "كلمات من خبر آخر تماما " * 12 + "." for i in range(30)),
}


@pytest.mark.parametrize("teaser", OTHER_TEASERS.values(), ids=OTHER_TEASERS)
def test_another_teaser_changes_nothing(teaser: str, expected: Article) -> None:
    swapped = PAGE[: PAGE.index("أخبار مختارة")] + teaser
    assert read_page(swapped).article == expected


@pytest.mark.parametrize("length", [0, 18, 30, 60, 90, 130])
def test_a_footer_cut_off_anywhere_changes_nothing(length: int, expected: Article) -> None:
    assert read_page(PAGE[: FOOTER + length]).article == expected


@pytest.mark.parametrize(
    ("missing", "field", "value"),
    [
        (f"{DATE}\n\n", "published", None),
        (f"{TOPIC}\n\n", "topics", (TOPIC,)),  # the story's hashtag prints it too
        (f"{SUBHEADLINE}\n\n", "subheadline", ""),
        (f"{MENU}\n{SECTION}\n\n", "section", None),
        ("انضم إلى المحادثة\n", "section", SECTION),
        ("الأكثر قراءة مواضيع شائعة\n", "section", SECTION),
    ],
    ids=["date", "topic line", "subheadline", "breadcrumb", "comments", "most read"],
)
def test_a_missing_field_leaves_the_others_alone(missing: str, field: str, value: object, expected: Article) -> None:
    assert missing in PAGE
    article = read_page(PAGE.replace(missing, "")).article
    assert getattr(article, field) == value
    assert (article.headline, article.body, article.captions) == (HEADLINE, expected.body, expected.captions)


@pytest.mark.parametrize(
    "written",
    [
        lambda page: page.replace("\n", "\r\n"),
        lambda page: page.replace("\n", "\r"),
        lambda page: page.replace("\n\n", "\n\N{RIGHT-TO-LEFT MARK}\n\N{RIGHT-TO-LEFT EMBEDDING}"),
        lambda page: page.replace("الموانئ", "المـــوانئ").replace("نشر في", "نشـر في"),
        lambda page: "\N{ZERO WIDTH NO-BREAK SPACE}" + page.replace(" ", "\N{NO-BREAK SPACE}"),
        lambda page: page.replace("\n", "\n\n\n"),
        lambda page: page.replace("\n\n", "\n"),
    ],
    ids=["CRLF", "CR", "bidi marks", "tatweel", "no-break spaces", "more blank lines", "no blank lines"],
)
def test_the_same_page_written_differently(written, expected: Article) -> None:  # type: ignore[no-untyped-def]
    assert read_page(written(PAGE)).article == expected


def test_arabic_indic_digits_are_read() -> None:
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    article = read_page(PAGE.translate(digits)).article
    assert article.subheadline == SUBHEADLINE.translate(digits)
    assert article.published is not None
    assert article.published.isoformat() == "2023-03-08T09:10:00+04:00"


def test_an_updated_time_on_the_same_line() -> None:
    article = read_page(PAGE.replace(DATE, f"{DATE} آخر تحديث: 8 مارس ,2023: 12:05 م GST")).article
    assert article.updated is not None
    assert article.updated.isoformat() == "2023-03-08T12:05:00+04:00"
    assert article.published is not None
    assert article.published.isoformat() == "2023-03-08T09:10:00+04:00"


def test_a_list_between_paragraphs_does_not_end_the_story(expected: Article) -> None:
    inserted = "اقرأ أيضاً\n\nجولة في سوق السمك القديم\n\nومن المقرر"
    assert read_page(PAGE.replace("ومن المقرر", inserted)).article.body == expected.body
