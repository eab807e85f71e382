"""Sentences, or a list, gibberish or the furniture of a site; and Arabic news that looks like one of them."""

from __future__ import annotations

import random

import pytest

from model.admission import OPENING, admit
from model.language import LANGUAGES
from model.texture import TEXTURES

STORY = (
    "افتتح وزير النقل أمس الجسر الجديد الذي يربط ضفتي النهر، وقال إن العمل فيه استغرق ثلاث سنوات بعد تأخر في وصول "
    "المعدات. وأضاف أن الجسر سيخفف الزحام عن وسط المدينة، حيث تمر كل يوم نحو ثلاثين ألف سيارة، وأن الوزارة لم تفرض "
    "رسوما على عبوره. ومن المقرر أن تبدأ في الشهر المقبل توسعة الطريق المؤدي إليه من جهة الشرق، على أن تنتهي قبل نهاية "
    "العام، كما قالت البلدية التي ستزرع الأشجار على جانبيه. "
)
FIXTURES = "الوحدة - النجمة 18:00، العين - الساحل 20:00، الفتح - السد 20:30، الرائد - الجيل 21:00، "


@pytest.mark.parametrize(
    ("text", "texture"),
    [
        pytest.param(STORY, None, id="story"),
        pytest.param("مقتل ثلاثة جنود", None, id="three-words"),
        pytest.param("عاجل عاجل عاجل", None, id="too-short-to-count-repetitions"),
        pytest.param("مطر " * 5, None, id="still-too-short"),
        pytest.param("سعر النفط " * 3, None, id="thrice: headline, summary and body"),
        pytest.param("سعر النفط " * 5, "gibberish", id="five-times"),
        pytest.param("الهلال 3 - 1 النصر: ثنائية تحسم القمة", None, id="result"),
        pytest.param(f"مواعيد اليوم {FIXTURES} {STORY}", None, id="fixtures-and-then-a-story"),
        pytest.param(f"{STORY} {FIXTURES}", None, id="a-story-and-then-fixtures"),
        pytest.param(FIXTURES, "list", id="fixtures"),
        pytest.param("سياسة | اقتصاد | رياضة | ثقافة | صحة | علوم | سفر | بيئة", "list", id="tags"),
        pytest.param(
            "تفاح 12.50 موز 9.75 عنب 18.25 خيار 5.50 بصل 2.80 ثوم 22.00 ملح 1.10 جزر 3.30", "list", id="prices"
        ),
        pytest.param("أحمد، سامي، هالة، نبيل", None, id="a-list-as-short-as-a-headline"),
        pytest.param("حضر من اللاعبين: سامي، ماهر، زياد، وليد، كريم، طارق، نادر، بلال", None, id="names-in-a-sentence"),
        pytest.param("شجرة نافذة محيط طائرة ملح جبل " * 2 + "قطن بحيرة فرن لحن جسر معطف " * 3, "gibberish", id="nouns"),
        pytest.param("بيت في لقد جميل لم عن سفر إلى كان", "gibberish", id="pairs-that-no-sentence-holds"),
        pytest.param("اشترك في نشرتنا البريدية، أدخل بريدك الإلكتروني", "boilerplate", id="newsletter"),
        pytest.param("نستخدم ملفات تعريف الارتباط لتحسين تجربتك على موقعنا", "boilerplate", id="cookies"),
        pytest.param("جميع الحقوق محفوظة © 2023 سياسة الخصوصية", "boilerplate", id="copyright"),
        pytest.param(
            "فيسبوك، تويتر، واتساب، تلغرام، نسخ الرابط، طباعة، البريد الإلكتروني، حفظ", "boilerplate", id="share-bar"
        ),
        pytest.param("غوغل تؤجل إلغاء ملفات تعريف الارتباط في متصفح كروم", None, id="news-about-cookies"),
        pytest.param("فيسبوك وتويتر وواتساب تتعطل ساعتين في دول عدة", None, id="news-about-networks"),
        pytest.param(
            "عاجل: أسعار الذهب، أسعار العملات، الطقس، مواقيت الصلاة، البث المباشر", None, id="what-menus-link-to"
        ),
    ],
)
def test_texture(text: str, texture: str | None) -> None:
    assert admit(text) == (LANGUAGES[0], texture)
    assert texture in TEXTURES


def test_a_list_at_the_start_of_a_story_is_read_past() -> None:
    menu = "\n".join(FIXTURES.split("، ")) * 4
    assert len(menu) < OPENING < len(menu + STORY)
    assert admit(menu)[1] == "list"
    assert admit(menu + STORY)[1] is None
    assert admit(menu * 3 + STORY * 3)[1] is None


def test_one_pair_that_no_sentence_holds_makes_it_read_on() -> None:
    assert admit(f"{STORY}{STORY}")[1] is None
    assert admit(f"بيت لم عن سفر {STORY}{STORY}")[1] is None
    assert admit(f"بيت لم عن سفر {STORY}{STORY} باب في لقد قمر")[1] == "gibberish"


def test_shuffled_words_are_caught_now_and_then_and_words_in_order_never() -> None:
    dice = random.Random(5)
    caught = 0
    for _ in range(200):
        words = (STORY * 2).split()
        dice.shuffle(words)
        caught += admit(" ".join(words))[1] == "gibberish"
    assert caught > 10
