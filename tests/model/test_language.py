"""Arabic, or a language the models cannot label."""

from __future__ import annotations

import pytest

from model.features.orthography import fold_table
from model.features.space import encode_texts
from model.language import count_letters, identify, letter_kinds
from model.prediction import Language

ARABIC = "بدأت وزارة الصحة في القاهرة حملة جديدة لتطعيم الأطفال ضد الحصبة في المدارس والمراكز الصحية"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(ARABIC, "ar", id="arabic"),
        pytest.param("وزارة الصحة", "ar", id="two-words"),
        pytest.param("افتتاح ڤيلا أثرية في القاهرة بعد ترميم استمر سنوات", "ar", id="a-loan-word"),
        pytest.param("شركة گوگل تفتح مكتبا جديدا في الرياض وتوظف مئة مهندسة", "ar", id="gaf-in-one-name"),
        pytest.param("وزارت", "ar", id="no-telling-letter"),
        pytest.param("افتتحت الكويت مدرسة جديدة".replace("ي", "ی").replace("ك", "ک"), "ar", id="typed-on-persian-keys"),
        pytest.param("وزير الصحة: Vaccines are safe، والحملة مستمرة في المدارس", "ar", id="english-quotation"),
        pytest.param("وُزَرَاءُ الصِّحَّةِ", "ar", id="tashkeel"),
        pytest.param("ﻭﺯﺍﺭﺓ ﺍﻟﺼﺤﺔ ﻓﻲ ﺍﻟﻘﺎﻫﺮﺓ", "ar", id="presentation-forms"),
        pytest.param("٢٠٢٣ وزارة الصحة 100 200 300 400 500", "ar", id="digits-do-not-count"),
        pytest.param("وزارت بهداشت ایران گفت که واکسن‌های جدید پس از بررسی در چند شهر پخش می‌شود", "fa", id="persian"),
        pytest.param("حکومت نے کہا ہے کہ نئے اسپتال اگلے مہینے کراچی میں کھولے جائیں گے", "ur", id="urdu"),
        pytest.param("The ministry of health opened a new hospital in Cairo", "und", id="english"),
        pytest.param("Le ministère ouvre un hôpital au Caire, قال", "und", id="mostly-french"),
        pytest.param("Министерство открыло больницу", "und", id="russian"),
        pytest.param("卫生部在开罗开设新医院", "und", id="chinese"),
        pytest.param("", "und", id="empty"),
        pytest.param("2023 ٢٠٢٣ !؟", "und", id="no-letters"),
        pytest.param("\N{SOCCER BALL}\ud800\x00", "und", id="emoji-surrogate-nul"),
    ],
)
def test_identify(text: str, code: str) -> None:
    assert identify(text) == Language(code, supported=code == "ar")


def test_letters_are_counted_by_kind_and_by_text() -> None:
    texts = ["قمر cnn 24", "", "پچ ٹے ة ـًِ", "😀a"]
    counts = count_letters(*encode_texts(texts), fold_table(), letter_kinds())
    assert counts.tolist() == [[3, 3, 0, 0, 0], [0] * 5, [0, 0, 2, 2, 1], [1, 0, 0, 0, 0]]
