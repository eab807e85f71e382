"""What the pages say, in Arabic and in English: every word that is neither a label nor a client's text.

The templates take their words here, and ``pages`` hands the same words to the script, so that a story labelled with or
without JavaScript is told about in the same way. Problems bring their own words (``service.problems``).
"""

from __future__ import annotations

from collections.abc import Mapping

from service.faults import Language

__all__ = ["DIRECTIONS", "WORDS", "said_in"]

DIRECTIONS: Mapping[Language, str] = {"ar": "rtl", "en": "ltr"}
"""Language -> the direction it is written in."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "brand": ("تبويب", "Tabwib"),
    "tagline": ("أقسام الأخبار العربية وموضوعاتها", "Sections and topics of Arabic news"),
    "skip": ("انتقل إلى المحتوى", "Skip to the content"),
    "pages": ("الصفحات", "Pages"),
    "nav.story": ("صنّف خبرا", "Label a story"),
    "nav.labels": ("الأقسام والموضوعات", "Labels"),
    "nav.model": ("النموذج", "Model"),
    "nav.docs": ("للمبرمجين", "API"),
    "other_language": ("English", "العربية"),
    "privacy": (
        "يبقى النص على هذا الخادم: يُقرأ في الذاكرة ولا يُحفظ ولا يُرسل إلى جهة أخرى.",
        "Your text stays with this server: it is read in memory, not stored, and sent nowhere else.",
    ),
    # The form
    "ask": ("في أي قسم هذا الخبر؟", "Which section is this story?"),
    "ask_more": (
        "الصق عنوانا أو خبرا كاملا أو صفحة كما هي، بقوائمها وأزرارها، أو اختر ملف HTML.",
        "Paste a headline, a whole story, or a page as it is, menus and all, or choose an HTML file.",
    ),
    "text": ("نص الخبر", "The story"),
    "text_hint": ("الصق الخبر هنا…", "Paste an Arabic story here…"),
    "drop_hint": ("أو أفلت ملفا هنا. Ctrl+Enter للتصنيف.", "Or drop a file here. Ctrl+Enter labels it."),
    "drop_now": ("أفلت الملف هنا", "Drop the file here"),
    "file": ("اختر ملفا نصيا أو HTML", "Choose a text or HTML file"),
    "mode": ("ما الذي ألصقته؟", "What did you paste?"),
    "mode.one": ("خبر واحد", "One story"),
    "mode.many": ("عدة أخبار", "Several stories"),
    "many_hint": (
        "افصل بين الأخبار بسطر من الشرطات (---) أو بسطر فارغ، أو ضع كل عنوان في سطر.",
        "Separate the stories with a line of dashes (---) or a blank line, or put one headline on each line.",
    ),
    "key": ("مفتاح الدخول", "API key"),
    "key_hint": ("هذا الخادم لا يجيب إلا من يحمل مفتاحا.", "This server answers only with a key."),
    "key_send": ("ادخل", "Go on"),
    "submit": ("صنّف", "Label"),
    "working": ("جار التصنيف…", "Labelling…"),
    "clear": ("امسح", "Clear"),
    "example": ("جرّب مثالا", "Try an example"),
    "empty": ("الصق نصا أو اختر ملفا أولا.", "Paste a text or choose a file first."),
    "unreachable": ("تعذر الوصول إلى الخادم. حاول مرة أخرى.", "The server cannot be reached. Try again."),
    "not_text": ("الملف {name} ليس نصا.", "The file {name} is not a text."),
    "too_many": (
        "صُنّفت أول {limit} من أصل {count}؛ وللأكثر استعمل واجهة البرمجة.",
        "The first {limit} of {count} are labelled; for more, use the API.",
    ),
    "problem": ("تعذر ذلك", "That did not work"),
    "back": ("عودة إلى البداية", "Back to the start"),
    # One story
    "result": ("النتيجة", "Result"),
    "section": ("القسم", "Section"),
    "no_section": ("هذا النموذج لا يعرف الأقسام.", "This model has no sections."),
    "decision.accepted": ("مقبول آليا", "Accepted"),
    "decision.uncertain": ("يحتاج إلى محرر", "Ask an editor"),
    "decision.abstained": ("امتنع النموذج", "Abstained"),
    "review": ("لماذا يحتاج إلى مراجعة؟", "Why review it?"),
    "reason.low_confidence": (
        "الاحتمال دون عتبة القبول الآلي: القسم أرجح الأقسام، لكن الاختيار لمحرر.",
        "The probability is below the threshold: this is the likeliest section, but an editor should choose.",
    ),
    "reason.too_short": ("النص أقصر من أن يُحكم عليه.", "The text is too short to judge."),
    "reason.unknown_words": (
        "معظم كلمات النص لا يعرفها النموذج.",
        "The model knows too few of the words.",
    ),
    "reason.not_arabic": ("النص ليس عربيا، أو لا عربية فيه تكفي.", "The text is not Arabic, or has too little of it."),
    "reason.boilerplate": (
        "ليس خبرا بل من لوازم الموقع: إشعار أو قائمة أو أزرار مشاركة.",
        "Not a story but what a site prints around one: a notice, a menu, share buttons.",
    ),
    "reason.gibberish": ("كلمات لا تؤلف جملا.", "The words do not make sentences."),
    "reason.list": ("قائمة لا جمل فيها: أسماء أو أسعار أو مواعيد.", "A list without sentences: names, prices, times."),
    "reason_short.low_confidence": ("احتمال منخفض", "low confidence"),
    "reason_short.too_short": ("نص قصير", "too short"),
    "reason_short.unknown_words": ("كلمات مجهولة", "unknown words"),
    "reason_short.not_arabic": ("ليس عربيا", "not Arabic"),
    "reason_short.boilerplate": ("من لوازم الموقع", "boilerplate"),
    "reason_short.gibberish": ("بلا معنى", "gibberish"),
    "reason_short.list": ("قائمة", "list"),
    "topics": ("الموضوعات", "Topics"),
    "no_topics": (
        "لم يبلغ أي موضوع عتبته، وهذا جواب عادي.",
        "No topic reaches its threshold, which is a normal answer.",
    ),
    "threshold": ("العتبة", "threshold"),
    "spoke": ("كلمات رجّحته", "Words for it"),
    "story": ("الخبر كما قُرئ", "The story as it was read"),
    "legend": ("الكلمات المرجّحة:", "Words that spoke:"),
    "legend.section": ("للقسم", "for the section"),
    "legend.topic": ("لموضوع", "for a topic"),
    "nothing_left": (
        "لم يبق من النص ما يُصنّف بعد التنقية.",
        "Nothing to label is left of the text after cleaning.",
    ),
    "removed": ("حُذف لأنه ليس من الخبر", "Taken off, not part of the story"),
    "printed": ("مطبوع على الصفحة، ولا يُستعمل في التصنيف", "Printed on the page, not used for labelling"),
    "warnings": ("ملاحظات على القراءة", "Noticed while reading"),
    "warning.unreadable_page": ("لا خبر يُقرأ في هذه الصفحة.", "No story can be read on this page."),
    "warning.unreadable_date": ("تاريخ تعذرت قراءته", "A date that cannot be read"),
    "warning.date_without_zone": ("تاريخ بلا منطقة زمنية", "A date without a time zone"),
    "warning.date_without_time": ("تاريخ بلا ساعة", "A date without a time of day"),
    "warning.broken_json_ld": ("بيانات JSON-LD معطوبة في الصفحة", "Broken JSON-LD on the page"),
    "answered_by": ("النموذج", "Model"),
    # Several stories
    "results": ("النتائج", "Results"),
    "story_short": ("الخبر", "Story"),
    "confidence": ("الاحتمال", "Probability"),
    "decision": ("القرار", "Decision"),
    "reasons": ("سبب المراجعة", "Why review"),
    "number": ("الرقم", "No."),
    "details": ("التفاصيل", "Details"),
    "details_of": ("تفاصيل الخبر {number}", "Details of story {number}"),
    "download_csv": ("نزّل CSV", "Download CSV"),
    "download_json": ("نزّل JSON", "Download JSON"),
    "labelled": ("صُنّف: {count}. يحتاج إلى مراجعة: {review}.", "Labelled: {count}. To review: {review}."),
    # Labels
    "labels.lead": (
        "كل ما يستطيع النموذج قوله، وجودة كل تصنيف كما قيست على أخبار لم يتعلم منها.",
        "Everything the model can say, and how good each label is, measured on stories it did not learn from.",
    ),
    "sections": ("الأقسام", "Sections"),
    "label": ("التصنيف", "Label"),
    "examples": ("تعلّم من", "Learned from"),
    "support": ("قيس على", "Measured on"),
    "precision": ("الدقة", "Precision"),
    "recall": ("الاستدعاء", "Recall"),
    "headline_precision": ("الدقة، عنوان فقط", "Precision, headline"),
    "headline_recall": ("الاستدعاء، عنوان فقط", "Recall, headline"),
    "threshold_column": ("العتبة", "Threshold"),
    "short_threshold": ("للعناوين", "headlines"),
    "few": ("قيس على أقل من خمسة أخبار: الرقم تقريبي جدا.", "Measured on fewer than five stories: a rough figure."),
    "explain.precision": (
        "الدقة: كم من الأخبار التي أخذت التصنيف تستحقه. الاستدعاء: كم من الأخبار التي تستحقه أخذته.",
        "Precision: how many of the stories given the label deserve it. Recall: how many that deserve it get it.",
    ),
    # The model card
    "model.title": ("بطاقة النموذج", "Model card"),
    "model.lead": ("أي نموذج يجيب، ومم تعلّم، وكم يصيب.", "Which model answers, what it learned from, how good it is."),
    "model.name": ("الاسم", "Name"),
    "model.version": ("الإصدار", "Version"),
    "model.sha256": ("البصمة", "Digest"),
    "model.created": ("أُنشئ في", "Created"),
    "model.knows": ("يعرف", "Knows"),
    "model.knows_count": ("الأقسام: {sections}، الموضوعات: {topics}", "{sections} sections and {topics} topics"),
    "model.quality": ("الجودة", "Quality"),
    "model.per_label": ("جودة كل قسم وموضوع", "Quality of each label"),
    "model.no_quality": ("لا أرقام محفوظة مع هذا النموذج.", "No figures are kept with this model."),
    "model.measure": ("المقياس", "Measure"),
    "model.whole": ("الخبر كاملا", "Whole story"),
    "model.headline": ("العنوان وحده", "Headline alone"),
    "figure.section.n": ("أخبار القياس", "Stories measured on"),
    "figure.section.accuracy": ("القسم: نسبة الصواب", "Section: right"),
    "figure.section.macro_f1": ("القسم: متوسط F1", "Section: macro F1"),
    "figure.section.auto.coverage": ("القسم: يُقبل آليا", "Section: accepted by itself"),
    "figure.section.auto.precision": ("القسم: صواب المقبول آليا", "Section: right among accepted"),
    "figure.topics.micro_f1": ("الموضوعات: micro F1", "Topics: micro F1"),
    "figure.topics.macro_f1": ("الموضوعات: macro F1", "Topics: macro F1"),
    "figure.topics.mean_average_precision": ("الموضوعات: متوسط الدقة (mAP)", "Topics: mean average precision"),
    "model.learned": ("مصادر التعلم", "Learned from"),
    "model.corpus": ("المدونة", "Corpus"),
    "model.articles": ("الأخبار", "Stories"),
    "model.caution": ("تنبيه", "Caution"),
    "model.limits": ("حدود هذا الخادم", "Limits of this server"),
    "limit.document_bytes": ("الوثيقة الواحدة", "One document"),
    "limit.request_bytes": ("طلب JSON", "One JSON request"),
    "limit.batch_documents": ("وثائق في الطلب", "Documents in a request"),
    # Pieces taken off a page
    "kind.advert": ("إعلان", "Advert"),
    "kind.agency": ("وكالة", "Agency"),
    "kind.app_promotion": ("دعاية تطبيق", "App promotion"),
    "kind.breadcrumb": ("مسار التنقل", "Breadcrumb"),
    "kind.byline": ("اسم الكاتب", "Byline"),
    "kind.caption": ("تعليق صورة", "Caption"),
    "kind.comments": ("تعليقات", "Comments"),
    "kind.copyright": ("حقوق النشر", "Copyright"),
    "kind.date": ("تاريخ", "Date"),
    "kind.dateline": ("مكان الخبر", "Dateline"),
    "kind.disclaimer": ("إخلاء مسؤولية", "Disclaimer"),
    "kind.duplicate_caption": ("تعليق مكرر", "Repeated caption"),
    "kind.end_mark": ("علامة ختام", "End mark"),
    "kind.footer": ("تذييل", "Footer"),
    "kind.hashtags": ("وسوم", "Hashtags"),
    "kind.image_credit": ("مصدر الصورة", "Image credit"),
    "kind.menu": ("قائمة", "Menu"),
    "kind.most_read": ("الأكثر قراءة", "Most read"),
    "kind.read_time": ("مدة القراءة", "Reading time"),
    "kind.repeated_headline": ("عنوان مكرر", "Repeated headline"),
    "kind.repeated_paragraph": ("فقرة مكررة", "Repeated paragraph"),
    "kind.repeated_title": ("عنوان مكرر", "Repeated title"),
    "kind.section": ("اسم القسم", "Section name"),
    "kind.section_label": ("اسم القسم", "Section name"),
    "kind.share_bar": ("أزرار المشاركة", "Share bar"),
    "kind.site_name": ("اسم الموقع", "Site name"),
    "kind.tags": ("وسوم", "Tags"),
    "kind.teasers": ("أخبار أخرى", "Other stories"),
    "kind.topic_line": ("سطر الموضوعات", "Topic line"),
}
"""Key -> (Arabic, English); braces stand for values."""

WORDS: Mapping[Language, Mapping[str, str]] = {
    "ar": {key: arabic for key, (arabic, _) in _WORDS.items()},
    "en": {key: english for key, (_, english) in _WORDS.items()},
}
"""Language -> key -> text."""


def said_in(language: Language, key: str, **values: object) -> str:
    """Say something in a language; a key that is not there, such as a new kind of boilerplate, is said by its end."""
    return WORDS[language].get(key, key.rpartition(".")[2]).format(**values)
