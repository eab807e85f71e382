"""Recognises the furniture of news pages: what a line is when it is not the story.

``layout`` asks for every line of a text page. A line is furniture when **all** of it is: a phrase of ``phrases``,
several of them in a row («فيسبوك تويتر واتساب»), or a label with its value («نشر في: …», «الكلمات المفتاحية: …»).
A sentence that merely holds such a phrase («شارك في الاجتماع وزراء») is text.
"""

from __future__ import annotations

import re
from functools import lru_cache

from model.pages import newsroom
from model.pages.datelines import body_lead
from model.pages.months import MONTH_PATTERN
from model.pages.newsroom import alternatives
from model.pages.phrases import ADVERTS, COMMENTS, LISTS, MENU, SECTIONS, SHARE, SOFT_LISTS, folded_key

__all__ = [
    "CAPTION_LABEL",
    "DATE_LABEL",
    "LABEL_ALONE",
    "SECTION_LABEL",
    "TAG_LABEL",
    "is_person",
    "is_site",
    "kind_of",
]

# The longest furniture seen is an app promotion of some 25 words; anything longer is text. (Of 12,273 lines of 27 and
# more words in three corpora and the sample pages, the rules took none for furniture.)
_LONGEST, _MOST_WORDS = 260, 28

_TRIM = ' \t|•·:,.…/\\<>‹›-+*■●○►▶▼▲◄←→✕×❯❮#@!؟?؛;&=~^%$"()[]{}'
_KINDS = {
    **dict.fromkeys(ADVERTS, "advert"),
    **dict.fromkeys(SHARE, "share_bar"),
    **dict.fromkeys(MENU, "menu"),
    **dict.fromkeys(SOFT_LISTS, "teasers"),
    **dict.fromkeys(LISTS, "most_read"),
    **dict.fromkeys(COMMENTS, "comments"),
}
_PHRASE = rf"(?:{alternatives(frozenset(_KINDS), SECTIONS)})(?!\w)"
# Possessive: «عبر عبر عبر …» could be split in many ways, and only one is tried.
_ROW = re.compile(rf"[\W\d]*+(?:{_PHRASE}[\W\d]*+)++")
_ROW_ITEM = re.compile(_PHRASE)

_PUBLISHED = (
    r"(?:نشر|نشرت|تم النشر|تاريخ النشر|النشر|اضيف|اضيفت|صدر|التاريخ|بتاريخ|posted|published)(?: في| بتاريخ| يوم| on)?"
)
_UPDATED = (
    r"(?:اخر تحديث|تم التحديث|تاريخ التحديث|اخر تعديل|حدث|عدل|تحديث|محدث|last updated|updated)(?: في| بتاريخ| يوم)?"
)
DATE_LABEL = re.compile(rf"(?<!\w)(?:(?P<updated>{_UPDATED})|(?P<published>{_PUBLISHED}))\s?[:\-]?\s(?=\D{{0,24}}\d)")
TAG_LABEL = re.compile(
    r"(?:الكلمات المفتاحيه|كلمات مفتاحيه|الكلمات الداله|كلمات داله|كلمات دلاليه|كلمات دليليه|الوسوم|وسوم|العلامات"
    r"|تاجات|تاغات|هاشتاغ|tags"
    r"|مواضيع الخبر|موضوعات الخبر|المواضيع|مواضيع|الموضوع|مواضيع هذا الخبر)\s?(?::|\Z)\s?"
)
CAPTION_LABEL = re.compile(r"\A(?:(?:التعليق على|شرح|تعليق|وصف) (?:الصورة|الفيديو)|الصورة)\s?[:،,-]\s?")
LABEL_ALONE = re.compile(rf"(?:{_PUBLISHED}|{_UPDATED})\s?:?")
SECTION_LABEL = re.compile(r"(?:القسم|التصنيف|الباب|تصنيف|قسم|section)\s?[:\-]\s?(?=\S)")

_UNIT = r"(?:ثاني|ثوان|دقيق|دقائق|ساع|يوم|ايام|اسبوع|اسابيع|شهر|اشهر|سنه|سنوات|عام)\w*"
_AGO = rf"(?:(?:قبل|منذ)\s(?:\d+\s)?{_UNIT}(?: واحده?)?|\d+ {_UNIT}(?: مضت)?)"
_PHOTO = r"(?:getty images?|afp|reuters|epa|ap|shutterstock|istock|pixabay|unsplash|غيتي|جيتي)"
_AGENCY = rf"(?:{alternatives(newsroom.AGENCIES, newsroom.OUTLETS, newsroom.OUTLETS_AMBIGUOUS)})"
_LETTERS = r"[^\W\d_]{1,2}(?:[. ]{1,2}[^\W\d_]{1,2}){0,3}\.?"
_COUNTED = r"(?:مشاهد|زيار|قراء|تعليق|كلمات|كلمه|مشارك)\w*"
# «تابعونا على تلغرام» speaks to the reader; «تابع الوزير عبر قناة…» and «سجل هدفه الأول» are sentences, so the
# plainer verbs need a channel of our own.
_CALL = r"(?:تابعنا|تابعونا|تابعوا|حملوا|نزلوا|انضموا|سجلوا|فعلوا|اشتركوا|للاشتراك|لتصلكم|لتصلك|ليصلك|ليصلكم|لمتابعتنا)"
_ANY_CHANNEL = (
    r"(?:تطبيق|نشرت|النشره|قنات|قناه|صفحت|حساب|واتساب|تلغرام|ت[يل]+جرام|تيليغرام|نيوز|google|فيسبوك|تويتر|يوتيوب"
    r"|شعارات|تنبيهات|بريد)"
)
_PLAIN_VERB = r"(?:اشترك|تابع|انضم|حمل|نزل|سجل|احصل|فعل|لا تفوت|يمكنك|يمكنكم|لمتابعه|لتحميل|كن اول)"
_OUR_CHANNEL = (
    r"(?:تطبيقنا|نشرتنا|قناتنا|صفحتنا|حسابنا|مجموعتنا|النشره البريديه|google news|[جغ]و[جغ]ل نيوز|بريدك|الاشعارات"
    r"|قناه .{2,30} (?:علي|عبر) (?:واتساب|تلغرام|تليجرام|تيليجرام|تيليغرام|يوتيوب))"
)
_SOURCE_NAMES = frozenset(map(str.lower, newsroom.AGENCIES | newsroom.OUTLETS | newsroom.OUTLETS_AMBIGUOUS))
# Each rule is matched against the whole folded line.
_RULES: tuple[tuple[str, str], ...] = (
    ("copyright", r"(?:©|copyright\b|\(c\)).*|.*(?:الحقوق محفوظه|©\s?(?:19|20)\d\d).*"),
    (
        "read_time",
        r"(?:مده|وقت|زمن) (?:ال)?قراءه.*|(?:قراءه )?(?:في )?\d+ (?:دقيقه|دقائق)(?: (?:لل?)?قراءه)?|\d+ min read",
    ),
    (
        "slug",
        r"[^\W\d_]+(?: [^\W\d_]+)?(?:\s?/\s?[^\W\d_]+(?: [^\W\d_]+)?){2,5}|(?:رمز|رقم|كود) (?:الخبر|الموضوع|الماده).*",
    ),
    ("counts", rf"[(\[]?(?:عدد )?(?:ال)?{_COUNTED}\s?[:(]?\s?[\d,.]+[)\]]?|[(\[]?[\d,.]+k?\s{_COUNTED}[)\]]?"),
    ("date", rf"(?:{_PUBLISHED} |{_UPDATED} )?{_AGO}"),
    ("image_credit", rf"(?:(?:صدر|مصدر|حقوق) (?:الصوره|الفيديو)|تصوير)\s?[:,-].*|{_PHOTO}(?:\s?[/,-]\s?{_PHOTO})*"),
    ("caption", r"(?:التعليق علي|شرح|تعليق|وصف) (?:الصوره|الفيديو)\s?[:,-].*|الصوره\s?[:-].*|صوره ارشيفيه.{0,60}"),
    ("menu", r"(?:تخط\w*|تجاوز|انتقل|الانتقال|اذهب) (?:الي|ل)\s?(?:ال)?محتوي.*"),
    ("app_promotion", rf"(?=.{{0,140}}\Z).*(?:حملوا|اشتركوا|تابعوا|انضموا|سجلوا)\s(?:في |الي |علي )?{_OUR_CHANNEL}.*"),
    ("app_promotion", rf"[^\w]*(?:{_CALL}\s.*{_ANY_CHANNEL}|{_PLAIN_VERB}\s.*{_OUR_CHANNEL}).*"),
    ("teasers", rf"[^\w]*(?:{alternatives(SOFT_LISTS)})\s?(?::|\.\.+|…|\|)\s?\S.*"),
    ("comments", r"(?:اضف|اكتب|اترك|شاركنا|شارك) (?:ب?تعليق\w*|ب?رايك)(?: .{2,20})?"),
    ("byline", r"(?:الكاتب|الكاتبه|بواسطه|بقلم|اعداد|تحرير|المحرر|نص)(?:\s?[:-]\s?|\s(?=.*محرر))\S+(?: \S+){0,4}"),
    ("byline", r"\((?:اعداد|تحرير|تغطيه|شارك في التغطيه)\s[^()]{3,120}\)"),
    ("agency", rf"المصدر\s?[:-]\s?\S+(?: \S+){{0,5}}|[-\s]*[\"(]?{_AGENCY}(?:\s?[-,/+|]\s?{_AGENCY})*[\")]?"),
    ("end_mark", r"[\s/#*(.-]*(?:انتهي|انتهت|end)[\s/#*).-]*"),
    ("initials", rf"{_LETTERS}(?:\s?[/-]\s?{_LETTERS}){{1,2}}|[^\W\d_](?:[. ][^\W\d_]){{1,3}}"),
)
_COMPILED_RULES = tuple((kind, re.compile(rule, re.IGNORECASE)) for kind, rule in _RULES)

_DATE_WORDS = re.compile(
    rf"(?:{MONTH_PATTERN}|{_PUBLISHED}|{_UPDATED}|(?:بتوقيت|توقيت) \w+(?: المكرمه)?|{_AGENCY}"
    r"|(?:ال)?(?:اثنين|ثلاثاء|اربعاء|خميس|جمعه|سبت|احد)|صباحا|مساء|ظهرا|عصرا|فجرا|بعد الظهر|قبل الظهر|ص|م|ه|am|pm"
    r"|الساعه|علي|توقيت|بالتوقيت|المحلي|الموافق|يوم|في|من|تاريخ|سنه|gmt|utc|gst|ast|ksa|eet|eest|cet|cest"
    r"|[غج]رينتش|[غج]رينيتش|ت غ|ت م|ت\.غ\.?|مكه المكرمه|مكه|السعوديه|الامارات)(?!\w)|\d+",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")  # most lines hold none, and looking for a year takes five times as long
_YEAR = re.compile(r"(?<!\d)(?:19|20|14)\d\d(?!\d)|(?<!\d)\d{1,2}:\d{2}(?!\d)")
_SEGMENTS = re.compile(r"\s*[|•·]\s*|\s+[-/]\s+")
_CRUMB = re.compile(r"\s*(?:[>›❯/\\|]|->|←)\s*|\s\"\s")  # folded, «»» is a quote
# Splitting takes twenty times as long as finding out that there is nothing to split at.
_MAY_HOLD_SEGMENTS = re.compile(r"[|•·]|\s[-/]\s")
_MAY_HOLD_CRUMBS = re.compile(r"[>›❯/\\|←]|\s\"\s")
_HASHTAGS = re.compile(r"(?:#[^\W\d]\w*[\s,|]*)+")


def kind_of(key: str) -> str | None:
    """Say what piece of furniture a line is.

    Parameters
    ----------
    key : str
        One line of a page, tidied and folded by `folded_key`.

    Returns
    -------
    str or None
        A kind as in ``Removed.kind``, ``"section"`` for a lone section name, None for text.
    """
    return _kind(key) if len(key) <= _LONGEST and key.count(" ") < _MOST_WORDS else None


@lru_cache(maxsize=4096)
def _kind(key: str) -> str | None:
    trimmed = key.strip(_TRIM)
    if trimmed.isdecimal() or not any(map(str.isalnum, trimmed)):
        return "menu"  # «» and bullets without text, page numbers
    if trimmed in SECTIONS:
        return "section"
    if trimmed in _KINDS:
        return _KINDS[trimmed]
    ruled = _ruled(key)
    if ruled is not None:
        return ruled
    if TAG_LABEL.match(key):
        return "tags"
    if SECTION_LABEL.match(key) and len(key) < 60:
        return "section_label"
    if _HASHTAGS.fullmatch(key):
        return "hashtags"
    composite = _composite(key)
    if composite == "date":  # «هيئة التحرير | 9 نونبر 2022» begins as a breadcrumb does
        return composite
    return _date_line(key) or _row(key) or _crumbs(key) or _byline(key) or composite


def _ruled(key: str) -> str | None:
    return next((kind for kind, pattern in _COMPILED_RULES if pattern.fullmatch(key)), None)


def _date_line(key: str) -> str | None:
    """Recognise a line with a year or a clock time and nothing besides the words of dates, or with a label."""
    if len(key) > 160 or not _DIGIT.search(key) or not _YEAR.search(key):
        return None
    label = DATE_LABEL.match(key)
    if label is not None and ":" in label[0] and len(key) < 80:
        return "date"
    return None if re.search(r"\w", _DATE_WORDS.sub(" ", key)) else "date"


def _row(key: str) -> str | None:
    """Recognise several known phrases in a row; one that ends the page counts before the others."""
    if not _ROW.fullmatch(key):
        return None
    items = _ROW_ITEM.findall(key)
    kinds = {_KINDS.get(item, "section") for item in items}
    for kind in ("comments", "most_read", "teasers", "share_bar", "menu"):
        if kind in kinds and (kind != "menu" or not _CRUMB.search(key)):
            return kind
    return _crumbs(key) or ("menu" if len(items) >= 3 else None)


def _crumbs(key: str) -> str | None:
    """Recognise «الرئيسية > اقتصاد > نفط»: short parts between marks, the first of them the home page or a section."""
    if _MAY_HOLD_CRUMBS.search(key) is None:
        return None
    parts = [part for part in _CRUMB.split(key) if part]
    if "|" in key and sum(part in SECTIONS for part in parts) >= 3:
        return "menu"
    if not 2 <= len(parts) <= 6 or any(len(part.split()) > 5 for part in parts[:-1]):
        return None
    if parts[0] in MENU:
        return "breadcrumb"
    return "breadcrumb" if parts[0] in SECTIONS and all(len(part.split()) <= 3 for part in parts) else None


def _byline(key: str) -> str | None:
    """Recognise a whole line of dateline or byline: «دبي - العربية.نت», «كتب: محمد سالم», «القاهرة»."""
    if len(key) > 120:
        return None
    bare = key.strip(_TRIM)
    if bare in newsroom.CITIES:
        return "dateline"
    if bare in _SOURCE_NAMES:
        return "agency"
    first, length = body_lead(key)
    while length and length < len(key):  # «العمانية: نزوى في 1 أغسطس» is an agency, then a dateline
        key = key[length:]
        _, length = body_lead(key)
    return first if first and length == len(key) else None


def _composite(key: str) -> str | None:
    """Recognise «محمد سالم | 3 مايو 2023 | 10:30 | القاهرة»: several pieces of furniture between marks.

    Beside a date any short piece is one («بوابة المدينة | 8 ديسمبر 2021»): titles do not end in dates.
    """
    if _MAY_HOLD_SEGMENTS.search(key) is None:
        return None
    parts = [part for part in _SEGMENTS.split(key) if part.strip()]
    if not 2 <= len(parts) <= 8:
        return None
    kinds = []
    for part in parts:
        kind = _KINDS.get(part) or _date_line(part) or _byline(part) or _ruled(part) or _named(part)
        if not (kind or part in SECTIONS or (len(part.split()) <= 4 and _dated(parts))):
            return None  # of a sentence with a dash in it, the first part says so
        kinds.append(kind)
    return "date" if "date" in kinds else next(filter(None, kinds), None)


def _dated(parts: list[str]) -> bool:
    return any(_date_line(part) and " " in part for part in parts)


def _named(part: str) -> str | None:
    return "byline" if is_person(part) else None


_AUTHORS = re.compile(r"(?:كاتب|باحث|صحفي|صحافي|مراسل|محلل|اكاديمي|محرر|استاذ|خبير)(?:ه|ون|ين)?(?!\w)")
_SITES = re.compile(r"(?:بوابه|صحيفه|موقع|وكاله|قناه|جريده|شبكه|مجله|اذاعه|راديو|تلفزيون)\s\S")
_HONORIFIC = re.compile(r"(?:[دام]|ا\.د)\.\s?")


def is_person(line: str) -> bool:
    """Whether a short line is a name alone, known by its first word («سارة الخطيب»), or says what an author is."""
    key = folded_key(line)
    if "." in key:
        key = _HONORIFIC.sub("", key, count=1)
    words = key.split()
    if _AUTHORS.match(key):
        return True
    return 2 <= len(words) <= 4 and words[0] in newsroom.GIVEN_NAMES and all(map(str.isalpha, words))


def is_site(line: str) -> bool:
    """Whether a short line names an outlet by what it is: «بوابة المدينة», «وكالة الأنباء العمانية»."""
    return _SITES.match(folded_key(line)) is not None
