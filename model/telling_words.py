"""The words that tell a language, a sentence or the furniture of a site.

``survey`` looks every word of a text up in their table; ``language`` and ``texture`` judge by what it counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from model.features.orthography import fold
from model.features.reference import word_hash
from model.features.tables import pack_table
from model.pages import phrases

__all__ = [
    "AMBIGUOUS",
    "FUNCTION",
    "NO_PREPOSITION_BEFORE",
    "NO_VERB",
    "PARTICLE",
    "PERSIAN",
    "PREPOSITION",
    "SITE",
    "SITE_CALL",
    "URDU",
    "telling_words",
]

FUNCTION, AMBIGUOUS, PERSIAN, URDU = 1, 2, 4, 8
PREPOSITION, NO_PREPOSITION_BEFORE, PARTICLE, NO_VERB = 16, 32, 64, 128
SITE, SITE_CALL = 256, 512
"""What a word of the table is, as bits of its value."""

# Closed classes of Arabic; على is missing, since folded it is the name علي, and names fill lists.
_FUNCTION = """
    في من إلى عن مع حتى منذ خلال بين بعد قبل تحت فوق عند عندما لدى حول ضد دون بدون أمام وراء خلف نحو ضمن عبر حسب وفق
    سوى غير أن إن أنه أنها إنه إنها أنهم إنهم بأن لأن لأنه لأنها لكن لكنه لكنها كما مما فيما بينما حيث إذ إذا لو لولا
    كي لكي ثم أو أم بل لا لم لن ما ليس ليست قد لقد سوف هل هذا هذه ذلك تلك هؤلاء التي الذي الذين اللذين اللتين هو هي هم
    هما نحن أنا أنت كان كانت كانوا يكون تكون كل بعض أي أيضا فقط به بها بهم له لها لهم لنا فيه فيها فيهم منه منها منهم
    عنه عنها عليه عليها عليهم إليه إليها معه معها بينهم بينها لديه لديها قال قالت كذلك هناك هنا لذلك بذلك مثل عدة أكثر
    أقل
"""

# Folded, these are words of Persian, Urdu, Pashto or Kurdish too (بعد and بين in all, به "to", له "from", أن as آن).
_AMBIGUOUS = "بعد به له بين ما هم أن إن هو لو كل غير قبل دون تحت ضد لكن مثل بعض حول أو أي كي أم إذا"

# Function words and the verbs and nouns that headlines are made of. All but a few stand in the stop-word lists of Hazm
# (MIT, as spaCy ships it in spacy/lang/fa/stop_words.py) and urduhack (MIT, urduhack/stop_words.py). Left out is what
# is also an Arabic word without its hamza, such as این (أين): each of these stands fewer than 10 times in a million
# words of 79,000 Arabic articles.
_PERSIAN = """
    از که را با برای شد شود شده است نیست بود بودند دارد دارند کرد کردند کنند کند نمی های هایی ها تا یک سه چند چه اگر
    نیز هر باید خود خواهد خواهند رسید داد دادند گفت افزود گرفت یافت رفت پیش درباره دیگر وی همه هنوز بیش بیشتر برخی
    میان روز هفته آینده گذشته در امروز دیروز آغاز پایان کشور تازه سازمان شهرداری دولت مردم کشورهای نخستین درصد هزار
    میلیون تومان نفر علت افزایش کاهش رونمایی ورزشی بازدید دیدار
"""
_URDU = "کا کو اور تھا تھی گا گیا گئی کر کیا جا رہا رہی یہ وہ کہ بھی ایک تک ہوا ہوئی ساتھ دیا لیا نئی کہا"

# What cannot follow what, in Arabic: a preposition wants a noun, and these particles want a verb.
_PREPOSITION = "في إلى عن مع منذ خلال ضد وفي وإلى وعن ومع"
_NO_PREPOSITION_BEFORE = """
    في إلى عن لم لن لقد سوف ثم لكن ولكن ليس ليست به بها بهم له لها لهم منها عنها معه معها فيها لأن لأنه وفي ومن وعن
    ولم وقد وإلى ومع بل مع منذ ضد قال قالت وقال وقالت وكان وكانت
"""
_PARTICLE = "لم لن قد لقد سوف ولم ولن وقد"
_NO_VERB = """
    في إلى عن على لم لن لقد سوف ثم أو لكن ولكن به له بهم لهم منها وفي ومن وعن ولم وقد وإلى ومع مع منذ خلال ضد هذا هذه
    ذلك التي الذي هو هي كل بعض وقال الذين
"""

# A site speaking to its visitor, or of itself.
_SITE_CALL = """
    اشترك اشتركوا تابعنا تابعونا حمل حملوا اضغط انقر سجل شارك شاركنا غرد انسخ اقرأ شاهد أضف أدخل فعل استمع اطبع احفظ
    أرسل أبلغ اتصل أعلن تصفح نستخدم تجربتك تصفحك موافقتك بريدك متصفحك استخدامك باستخدامك جهازك إعداداتك فإنك يمكنك
    ليصلك يصلك لمتابعة نشرتنا تطبيقنا موقعنا قناتنا صفحتنا معنا بنا مراسلتنا محفوظة الكوكيز كوكيز الارتباط الخصوصية
    الأحكام الإعدادات إعدادات الرئيسية البريدية تعليقا الإلزامية توافق موافق قبول رفض عذرا تذكرني نسيت للمشتركين
    مشتركا يرجى حصولك اشتراكك رسالتك هاتفك أدخلت زيارتك اختيارك تفضيلاتك ادعمنا تبرع جافاسكريبت سكريبت منبثقة
"""
_SITE = """
    الإلكتروني الموقع موقع الصفحة ملفات تعريف سياسة شروط الاستخدام الشروط الحقوق حقوق النشر نشر الملكية كلمة المرور
    حساب حسابك بياناتك جديد المحتوى التطبيق متجر غوغل جوجل أبل بلاي النشرة الإشعارات الإعلانات إعلان الإعلان التعليق
    الحقول متصفح المتصفح الدخول الرابط المقال إرسال إغلاق النسخ مسبق خطي إذن البحث مواقع التواصل الاجتماعي سناب شات
    تيك توك لينكد الجرس الاشتراك مجانا عنوان الاسم الرد صديق تصميم تطوير موجودة العودة السماح سماح لاحقا العاجلة لحظة
    بلحظة يستخدم تستخدم لضمان تحسين أفضل تجربة لمزيد المعلومات معلومات اطلع حذف المسيئة المنشورة أصحابها تعبر بالضرورة
    يدعم تشغيل تحديث جافا لعرض عرض الكل تنزيل نسخة اللغة الداكن الإبلاغ الطبع كافة الناشر روابط سريعة خدمة العملاء
    الأسئلة الشائعة الدعم إلغاء نوافذ أعلى السابق التالي نعم تغيير رقم الهاتف الرسالة تأكيد رمز التحقق التسوق سلة
    تخصيص التفاصيل الكامل بالكامل مجاني اسم المستخدم إضافة المفضلة
"""
_PHRASES = phrases.MENU | phrases.SHARE | phrases.SOFT_LISTS | phrases.LISTS | phrases.COMMENTS | phrases.ADVERTS
# Menus link to what is news as well.
_NEWS = "أسعار الذهب العملات الطقس مواقيت الصلاة عاجل خبر مباشر المباشر البث الحي"
_CONJUNCTIONS = ("و", "ف")


def _folded(words: Iterable[str], *, joined: bool = False) -> set[str]:
    """Fold words as the kernel does; ``joined`` adds each with the conjunctions that are written to it."""
    folded = {fold(word) for word in words}
    if joined:
        folded |= {letter + word for word in folded for letter in _CONJUNCTIONS}
    return folded


@cache
def telling_words() -> NDArray[np.uint64]:
    """Return the table of these words.

    Returns
    -------
    ndarray of shape (2**k,), uint64, read-only
        A packed table (see ``features.tables``) from the hash of a folded word to its bits.
    """
    function = _folded(_FUNCTION.split(), joined=True)
    calls = _folded(_SITE_CALL.split(), joined=True)
    of_pages = set(" ".join(_PHRASES).split()) - set(map(phrases.folded_key, _NEWS.split()))
    site = _folded((*_SITE.split(), *of_pages), joined=True) - function - calls
    kinds = (
        (FUNCTION, function),
        (AMBIGUOUS, _folded(_AMBIGUOUS.split(), joined=True)),
        (PERSIAN, _folded(_PERSIAN.split())),
        (URDU, _folded(_URDU.split())),
        (PREPOSITION, _folded(_PREPOSITION.split())),
        (NO_PREPOSITION_BEFORE, _folded(_NO_PREPOSITION_BEFORE.split())),
        (PARTICLE, _folded(_PARTICLE.split())),
        (NO_VERB, _folded(_NO_VERB.split())),
        (SITE, site),
        (SITE_CALL, calls),
    )
    bits: dict[str, int] = {}
    for bit, words in kinds:
        for word in words:
            bits[word] = bits.get(word, 0) | bit
    keys = np.array([word_hash(word) for word in bits], dtype=np.uint64)
    table = pack_table(keys, np.array(list(bits.values()), dtype=np.int32))
    table.setflags(write=False)
    return table
