"""Where a story begins and ends among menus, teasers and lists, one rule at a time."""

from __future__ import annotations

import pytest

from model.pages import read_page

HEADLINE = "بلدية صور تفتتح حديقة عامة على الشاطئ"
FIRST = "افتتحت بلدية صور حديقة عامة جديدة على الشاطئ الجنوبي، تضم ملاعب للأطفال وممشى يمتد كيلومترين بين أشجار النخيل."
SECOND = "وقال رئيس البلدية إن الحديقة أنجزت في ستة أشهر، وإن صيانتها ستتولاها جمعية من سكان الحي."
STORY = f"{HEADLINE}\n\n{FIRST}\n\n{SECOND}"
BODY = f"{FIRST}\n{SECOND}"


def test_titles_of_other_stories_at_the_foot_go() -> None:
    titles = "ارتفاع أسعار القمح في الأسواق العالمية\nهاتف جديد بشاشة قابلة للطي\nمنتخب السلة يستعد لبطولة آسيا"
    assert read_page(f"{STORY}\n\n{titles}").article.body == BODY


def test_two_short_lines_at_the_foot_stay() -> None:
    last = "الدخول مجاني طوال الأسبوع الأول من الافتتاح\nوتغلق الأبواب عند الساعة العاشرة من كل مساء"
    assert read_page(f"{STORY}\n\n{last}").article.body == f"{BODY}\n{last}"


def test_results_at_the_foot_stay() -> None:
    last = "الأهلي 2 الزمالك 1\nالهلال 3 النصر 3"
    assert read_page(f"{STORY}\n\n{last}").article.body == f"{BODY}\n{last}"


def test_one_paragraph_below_most_read_is_a_teaser_even_on_the_same_subject() -> None:
    teaser = "الأكثر قراءة\n\nحدائق الشاطئ\n\nقال رئيس بلدية صور إن حديقة جديدة على الشاطئ ستفتتح قرب أشجار النخيل."
    assert read_page(f"{STORY}\n\n{teaser}").article.body == BODY


def test_a_story_goes_on_below_a_list_in_its_middle() -> None:
    middle = "الأكثر قراءة\n\nأسعار القمح\n\nهاتف قابل للطي"
    next_one = "وقال رئيس بلدية صور إن الحديقة الجديدة على الشاطئ أنجزت في ستة أشهر."
    body = read_page(f"{HEADLINE}\n\n{FIRST}\n\n{middle}\n\n{next_one}\n\n{SECOND}").article.body
    assert body.endswith(SECOND)
    assert "القمح" not in body


def test_teasers_above_the_headline_go_without_a_heading() -> None:
    teasers = "أسعار القمح ترتفع في بورصة شيكاغو مجددا\nهاتف قابل للطي بسعر متوسط في الأسواق"
    article = read_page(f"{teasers}\n\n{HEADLINE}\n\n3 مايو 2022\n\n{FIRST}\n\n{SECOND}").article
    assert (article.headline, article.subheadline, article.body) == (HEADLINE, "", BODY)


def test_a_date_far_down_does_not_make_the_story_its_header() -> None:
    third = "وتعد الحديقة الثالثة من نوعها في المدينة بعد حديقتي المرفأ والقلعة."
    article = read_page(f"{HEADLINE}\n\n{FIRST}\n\nثلاث مراحل\n\n{SECOND}\n\n3 مايو 2022\n\n{third}").article
    assert article.topics == ()
    assert article.body.split("\n")[:3] == [FIRST, "ثلاث مراحل", SECOND]


MENU = "الرئيسية\nأخبار\nاقتصاد\nرياضة\nثقافة"


@pytest.mark.parametrize(
    ("above", "section"),
    [
        (f"{MENU}\n", None),
        (f"{MENU}\nاقتصاد\n", "اقتصاد"),
        (f"{MENU}\n\nصحة\n", "صحة"),
        ("الرئيسية > أخبار > اقتصاد\n", "اقتصاد"),
        ("الرئيسية » أخبار\n", "أخبار"),
        ("أخبار\n\nالعالم العربي\n", "العالم العربي"),
        ("القسم: رياضة\n", "رياضة"),
    ],
    ids=[
        "menu only",
        "again below the menu",
        "apart from the menu",
        "telling crumb",
        "only crumb",
        "two names",
        "label",
    ],
)
def test_the_section_is_told_from_the_menu(above: str, section: str | None) -> None:
    article = read_page(f"{above}\n{STORY}").article
    assert article.section == section
    assert (article.headline, article.body) == (HEADLINE, BODY)


@pytest.mark.parametrize(
    ("headline", "section", "rest"),
    [
        (f"محليات / {HEADLINE}", "محليات", HEADLINE),
        (f"محليات | {HEADLINE}", "محليات", HEADLINE),
        (f"{HEADLINE} | بوابة الجنوب", None, HEADLINE),
        (f"محليات: {HEADLINE}", None, f"محليات: {HEADLINE}"),
        (f"الحديقة / {HEADLINE}", None, f"الحديقة / {HEADLINE}"),
    ],
    ids=["slash", "bar", "outlet behind a bar", "colon", "no section"],
)
def test_a_section_in_front_of_the_headline(headline: str, section: str | None, rest: str) -> None:
    article = read_page(f"{headline}\n\n{FIRST}\n\n{SECOND}").article
    assert (article.section, article.headline, article.body) == (section, rest, BODY)


def test_a_dump_of_thousands_of_lines_is_taken_as_it_is() -> None:
    dump = "\n".join(f"سطر {i}" for i in range(6000)) + "\nالأكثر قراءة\nجميع الحقوق محفوظة"
    assert read_page(dump).article.body == dump


def test_hashtags_become_words_and_topics_behind_the_topic_line() -> None:
    page = (
        f"{HEADLINE}\n\nحدائق لبنان\n\n{HEADLINE}\n\n{FIRST}\n\nيشارك السكان صورهم على وسم #حدائق_لبنان و#صور_الجميلة."
    )
    article = read_page(page).article
    assert article.topics == ("حدائق لبنان", "صور الجميلة")
    assert article.body.endswith("على وسم حدائق لبنان وصور الجميلة.")


def test_a_paragraph_printed_twice_is_read_once() -> None:
    long = f"{FIRST} {SECOND} {FIRST}"
    assert read_page(f"{HEADLINE}\n\n{long}\n\n{long}\n\n{SECOND}").article.body == f"{long}\n{SECOND}"
