"""Datelines, bylines, agencies and closing marks: what goes, and above all what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.pages.lines import plain_text, strip_body, strip_headline, strip_lead, strip_tail

STORY = "أعلنت الهيئة خطة جديدة لتطوير الموانئ"

LEADS = {
    "city and dash": "القاهرة - ",
    "city and tatweel": "القاهرة ـ ",
    "city and colon": "دبي: ",
    "city and long dash": "بيروت – ",
    "city and slash": "بغداد/ ",
    "city on its own line": "الشارقة\n",
    "city with shadda": "عمّان - ",
    "old hamza spelling": "ابوظبي: ",
    "two words": "رأس الخيمة: ",
    "two cities": "واشنطن ونيويورك – ",
    "city and country": "دبي، الإمارات العربية المتحدة (CNN) -- ",
    "city and outlet in guillemets": "دبي: «الخليج» ",
    "city and outlet in quotes": 'أبوظبي - "الخليج": ',
    "city and agency in brackets": "الرياض (رويترز) - ",
    "city and agency": "القاهرة - رويترز - ",
    "city and letters": "لندن - (د ب أ): ",
    "city and outlet line": "دبي - العربية.نت\n",
    "city, date and agency": "عمان 5 آذار (بترا)- ",
    "figures as date": "الكويت - 5 - 3 (كونا) -- ",
    "both months": "القاهرة 12 يناير/كانون الثاني (رويترز) - ",
    "city state and agency": "تونس - وات: ",
    "city state and dash": "الكويت - ",
    "Hijri and Gregorian": "الرياض 12 ربيع الأول 1444 هـ الموافق 8 أكتوبر 2022 م واس\n",
    "unknown town with agency": "عجلون 18 تشرين الأول (بترا) - ",
    "Iraqi agency": "بغداد/ واع: ",
    "reporter after the city": "أبوظبي مريم عدنان: ",
    "reporter between separators": "عجمان - محمد ياسين: ",
    "agency": "رويترز: ",
    "agencies": "وكالات - ",
    "agency in brackets": "(أ ف ب) - ",
    "agency, then city": "العمانية - نزوى: ",
    "byline": "كتب: محمد علي - ",
    "byline with dash": "كتبت - منى سالم: ",
    "two authors": "كتب – مصطفى حمزة وأحمد سامي: ",
    "prepared by": "إعداد: سارة أحمد\n",
    "byline, then dateline": "كتب: محمد علي\nالقاهرة - رويترز\n",
}

BODIES_THAT_STAY = {
    "country": "السعودية: ارتفاع الصادرات غير النفطية",
    "city state before a colon": "تونس: تراجع التضخم إلى أدنى مستوى",
    "speaker": "بوتين: لن نقبل شروطا مسبقة",
    "route": "موسكو-كييف أطول رحلة قطار في الموسم",
    "city in a sentence": "القاهرة تستضيف قمة المناخ المقبلة",
    "verb of writing": "كتب محمد صلاح: شكرا لكم على حسابه",
    "books": "كتب جديدة - عرض موجز لأهم الإصدارات",
    "report heading": "تقرير: الأسواق تترقب قرار الفائدة",
    "outlet as a word": "الخليج - منطقة واعدة للطاقة المتجددة",
    "today": "اليوم.. سوسة بلا سيارات أجرة",
    "city that is a word": "الخبر: تأجيل المباراة إلى الغد",
    "scene": "مشهد - سيارات تحت الأمطار",
    "nothing else": "القاهرة - رويترز",
    "a person behind a city": "القاهرة محمد صلاح - قائد المنتخب في لقاء مفتوح",
    "figures": "3 - 1 نتيجة المباراة الأخيرة",
    "quotation": "«لن نتراجع» - عنوان الحملة الجديدة",
    "question": "ماذا يحدث في أسواق النفط؟",
    "empty": "",
    "blank": " \n ",
}


@pytest.mark.parametrize("lead", LEADS.values(), ids=LEADS)
def test_lead_goes(lead: str) -> None:
    rest, removed = strip_lead(lead + STORY)
    assert rest == STORY
    assert "".join("".join(item.text.split()) for item in removed) == "".join(lead.split())


@pytest.mark.parametrize("body", BODIES_THAT_STAY.values(), ids=BODIES_THAT_STAY)
def test_body_stays(body: str) -> None:
    assert strip_lead(body) == (body, ())


def test_an_outlets_name_that_is_a_word_stays_without_a_separator_behind_it() -> None:
    assert strip_lead("دبي - الخليج مقبل على صيف حار")[0] == "الخليج مقبل على صيف حار"
    assert strip_lead("دبي - الخليج: صيف حار")[0] == "صيف حار"


HEADLINES = {
    "evidence": ("دبي: «الخليج» سوق المال يربح 3 مليارات", "سوق المال يربح 3 مليارات"),
    "city and agency": ("القاهرة - رويترز: ارتفاع التضخم", "ارتفاع التضخم"),
    "agency": ("رويترز: ارتفاع التضخم في مصر", "ارتفاع التضخم في مصر"),
    "agency in brackets behind": ("ارتفاع التضخم في مصر (رويترز)", "ارتفاع التضخم في مصر"),
    "agency behind a dash": ("ارتفاع التضخم في مصر - رويترز", "ارتفاع التضخم في مصر"),
    "outlet behind a bar": ("ارتفاع التضخم في مصر | الخليج", "ارتفاع التضخم في مصر"),
}

HEADLINES_THAT_STAY = (
    "ترامب: لا خطط لزيارة المنطقة",
    "بوتين: لن نقبل شروطا مسبقة",
    "السعودية: ارتفاع الصادرات",
    "القاهرة: لا تغيير في مواعيد العمل",
    "موسكو: الحوار مستمر",
    "الكويت: بدء التسجيل للحج",
    "تقرير: الأسواق تترقب قرار الفائدة",
    "«الاتحاد»: نحترم قرار اللجنة",
    "الاتحاد - الهلال: قمة مبكرة",
    "بكين - واشنطن: جولة محادثات جديدة",
    "الخليج: خطة للربط الكهربائي",
    "«واشنطن بوست»: مفاوضات سرية",
    "قمة المناخ (كوب 28)",
    "دبي",
    "",
)


@pytest.mark.parametrize(("headline", "expected"), HEADLINES.values(), ids=HEADLINES)
def test_headline_loses_source(headline: str, expected: str) -> None:
    stripped, removed = strip_headline(headline)
    assert stripped == expected
    assert removed


@pytest.mark.parametrize("headline", HEADLINES_THAT_STAY)
def test_headline_stays(headline: str) -> None:
    assert strip_headline(headline) == (headline, ())


TAILS = {
    "agency in brackets": (" (رويترز)", "agency"),
    "agency and full stop": (" (أ ف ب).", "agency"),
    "agency line": ("\nواس", "agency"),
    "source line": ("\nالمصدر: وكالات", "agency"),
    "source word": (" المصدر (رويترز)", "agency"),
    "taken from": ('\n*نقلا عن "البيان" الإماراتية', "agency"),
    "end mark": ("\n// انتهى //", "end_mark"),
    "initials": ("\nس.م / ح.ع", "byline"),
    "disclaimer": ("\n** المقالات تعبر عن آراء أصحابها ولا تلزم الموقع.", "disclaimer"),
    "our app": (" حملوا تطبيقنا الجديد من المتجر.", "app_promotion"),
}

TAILS_THAT_STAY = {
    "agency in a sentence": " وفق ما ذكرت رويترز.",
    "it ended": " والشوط الأول انتهى",
    "somebody's app": " ويمكن تحميل التطبيق على هاتفك من المتجر.",
    "opinions": " وتباينت الآراء حول المقال بين كتاب الرأي.",
    "other brackets": " (نحو 3 ملايين دولار)",
    "date with slashes": " في 3/5",
}


@pytest.mark.parametrize(("tail", "kind"), TAILS.values(), ids=TAILS)
def test_tail_goes(tail: str, kind: str) -> None:
    stripped, removed = strip_tail(f"{STORY}.{tail}")
    assert stripped == f"{STORY}."
    assert [item.kind for item in removed] == [kind]


@pytest.mark.parametrize("tail", TAILS_THAT_STAY.values(), ids=TAILS_THAT_STAY)
def test_tail_stays(tail: str) -> None:
    assert strip_tail(f"{STORY}.{tail}") == (f"{STORY}.{tail}", ())


def test_the_rule_above_an_app_promotion_goes_with_it() -> None:
    assert strip_tail(f"{STORY}.\n--------\nحملوا تطبيقنا على هاتفكم.")[0] == f"{STORY}."


def test_body_loses_both_ends() -> None:
    stripped, removed = strip_body(f"القاهرة - {STORY}. (رويترز)")
    assert stripped == f"{STORY}."
    assert [item.kind for item in removed] == ["dateline", "agency"]


MARKUP = {
    "paragraphs": ("<p>خبر</p><p>جديد</p>", "خبر جديد"),
    "line break": ("خبر<br/>جديد", "خبر جديد"),
    "bold inside a word": ("ال<b>خبر</b>", "الخبر"),
    "attributes": ('<a href="x">خبر</a>', "خبر"),
    "entities": ("خبر&nbsp;و&quot;صورة&quot; &amp; نص", 'خبر و"صورة" & نص'),
    "script": ("خبر<script>var x = '<p>';</script> جديد", "خبر جديد"),
    "comment": ("خبر<!-- <p>إعلان</p> --> جديد", "خبر جديد"),
    "less than": ("5 < 7 و 9 > 8", "5 < 7 و 9 > 8"),
    "heart": ("نحب <3 الشعر", "نحب <3 الشعر"),
    "unknown tag": ("القيمة <س> مجهولة", "القيمة <س> مجهولة"),
    "unclosed comment": ("خبر <!-- بلا نهاية", "خبر <!-- بلا نهاية"),
    "lone ampersand": ("سؤال & جواب", "سؤال & جواب"),
}


@pytest.mark.parametrize(("text", "expected"), MARKUP.values(), ids=MARKUP)
def test_plain_text(text: str, expected: str) -> None:
    assert " ".join(plain_text(text).split()) == expected


def test_plain_text_is_the_same_object_where_there_is_no_markup() -> None:
    assert plain_text(STORY) is STORY


FRAGMENTS = [
    "القاهرة",
    "دبي",
    "رويترز",
    "(",
    ")",
    "-",
    ":",
    "/",
    "«",
    "»",
    "كتب",
    "محمد",
    "علي",
    "12",
    "يناير",
    "\n",
    " ",
    "الخليج",
    "تطبيقنا",
    ".",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join) | st.text(max_size=200))
def test_what_is_left_is_a_piece_of_the_text(text: str) -> None:
    for strip in (strip_lead, strip_tail, strip_headline, strip_body):
        rest, removed = strip(text)
        assert rest in text
        assert bool(removed) == (rest != text)
        assert bool(rest.strip()) == bool(text.strip())


@given(st.text(max_size=200))
def test_plain_text_takes_any_text(text: str) -> None:
    plain_text(text)
