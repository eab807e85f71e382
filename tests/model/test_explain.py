"""Words that spoke for a label: weights that add up, and places in the text as it was sent."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import views
from model.article import Article
from model.classifier import NewsClassifier
from model.explain import MOST_PLACES, MOST_WORDS, Explanation, explain
from model.features.orthography import fold
from model.features.reference import Reference, words
from model.features.weights import Weights
from model.pages import read_page
from model.pages.markup import mask_markup

MENU = "الرئيسية\nسياسة\nاقتصاد\nأسعار النفط\nرياضة\nثقافة"
STORY = "ارتفعت أسعار النفط في الأسواق مع تراجع المخزونات، وقالت وزارة النفط إن الإنتاج زاد خلال الشهر الماضي."


@pytest.fixture(params=["rows", "runs"])
def classifier(
    request: pytest.FixtureRequest, tiny_classifier: NewsClassifier, classifier_in_runs: NewsClassifier
) -> NewsClassifier:
    """The tiny model, with its weights in rows and in runs."""
    return tiny_classifier if request.param == "rows" else classifier_in_runs


@pytest.fixture(scope="module")
def articles(mini_stories: list[dict[str, Any]]) -> list[Article]:
    stories = [Article(headline=story["headline"], body=story["body"]) for story in mini_stories]
    long = Article("وزارة النفط", "أسعار النفط في الأسواق", "\n".join(story["body"] for story in mini_stories[:8]))
    return [*stories[::4], long, Article(headline=mini_stories[0]["headline"]), Article(subheadline=STORY)]


def every_label(classifier: NewsClassifier, article: Article, **options: Any) -> tuple[list[Explanation], ...]:
    sections = [section.id for section in classifier.taxonomy.sections]
    topics = [topic.id for topic in classifier.taxonomy.topics]
    found = explain(classifier, article, sections=sections, topics=topics, **options)
    return [found.sections[label] for label in sections], [found.topics[label] for label in topics]


def quoted(classifier: NewsClassifier, article: Article, sent: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Field and text of every word found, in the order of the text; offsets are held against the text."""
    sections, _ = every_label(classifier, article, sent=sent, every_word=True)
    texts = sent or {name: getattr(article, name) for name in ("headline", "subheadline", "body")}
    for word in sections[0].evidence:
        assert texts[word.field][word.start : word.end] == word.text
    return [(word.field, word.text) for word in sections[0].evidence]


# weights


def test_weights_add_up_to_the_score(classifier: NewsClassifier, articles: list[Article]) -> None:
    for article in articles:
        for label in [*(both := every_label(classifier, article, every_word=True))[0], *both[1]]:
            whole = label.intercept + math.fsum(word.weight for word in label.evidence)
            assert whole == pytest.approx(label.score, rel=1e-9, abs=1e-12)


def test_scores_are_those_behind_the_probabilities(classifier: NewsClassifier, articles: list[Article]) -> None:
    for article in articles:
        prediction = classifier.predict(article)
        sections, topics = every_label(classifier, article)
        for topic, given_by_model in zip(topics, prediction.all_topics, strict=True):
            probability = 1 / (1 + math.exp(-max(-30, min(topic.score, 30))))  # the model cuts there
            assert given_by_model.confidence == pytest.approx(probability, rel=1e-6 * max(1, abs(topic.score)))
        scores = np.array([section.score for section in sections])
        probabilities = classifier.score([views.whole(article)]).sections[0]
        np.testing.assert_allclose(
            scores - np.log(np.exp(scores).sum()), np.log(probabilities), rtol=0, atol=1e-6 * np.abs(scores).max()
        )


def test_weights_are_those_of_the_reference(classifier: NewsClassifier, articles: list[Article]) -> None:
    """Said once more in plain Python: own features, half of each bigram, repeated features shared."""
    reference, space = Reference(classifier.space), classifier.space
    for article in articles:
        text = views.whole(article)
        values = reference.transform(text)
        counts = Counter(feature for feature in reference.features(text) if feature >= 0)
        folded = words(text)
        stems = [reference.stem(word) for word in folded]
        heads = classifier.weights.take(range(space.n_features))[:, 0].astype(float)
        adds = {f: value / counts[f] * heads[f] for f, value in values.items()}
        expected = np.zeros(len(folded))
        for place, (word, stem) in enumerate(zip(folded, stems, strict=True)):
            if (entry := reference.entry(word)) >= 0:
                expected[place] += adds.get(int(space.entries[entry, 2]), 0.0)
            if stem >= 0:
                expected[place] += adds.get(int(space.entries[stem, 3]), 0.0)
        for place, (one, other) in enumerate(pairwise(stems)):
            bigram = _bigram(reference, one, other)
            expected[place : place + 2] += adds.get(bigram, 0.0) / 2
        rule = int(len(folded) <= 20)
        got = every_label(classifier, article, every_word=True)[0][0].evidence
        assert [fold(word.text) for word in got] == folded
        np.testing.assert_allclose(
            [word.weight for word in got], expected * classifier.rules.gain[rule, 0], rtol=1e-6, atol=1e-9
        )


def _bigram(reference: Reference, one: int, other: int) -> int:
    """Feature of a pair of stems, asked for as the third feature of a two-word text would be."""
    from model.features.reference import _find

    return -1 if one < 0 or other < 0 else _find(reference._space.bigrams, one + 1 << 32 | other + 1)


def test_the_words_that_weigh_most_are_chosen(tiny_classifier: NewsClassifier, articles: list[Article]) -> None:
    for article in articles:
        chosen = every_label(tiny_classifier, article)
        everything = every_label(tiny_classifier, article, every_word=True)
        for few, all_words in zip([*chosen[0], *chosen[1]], [*everything[0], *everything[1]], strict=True):
            totals: Counter[str] = Counter()
            for word in all_words.evidence:
                totals[fold(word.text)] += word.weight
            best = {word for word, total in totals.most_common(MOST_WORDS) if total > 0}
            assert {fold(word.text) for word in few.evidence} == best
            assert max(Counter(fold(word.text) for word in few.evidence).values(), default=0) <= MOST_PLACES
            weights = [word.weight for word in few.evidence]
            assert weights == sorted(weights, reverse=True)
            assert all(weight > 0 for weight in weights)
            assert set(few.evidence) <= set(all_words.evidence)


def test_occurrences_share_the_weight_of_a_repeated_word(tiny_classifier: NewsClassifier) -> None:
    once = Article(body="زعبرط النفط قلخشم")
    thrice = Article(body="زعبرط النفط قلخشم النفط بنطحف النفط خرمشق")
    (one,) = explain(tiny_classifier, once, topics=["oil-energy"]).topics["oil-energy"].evidence
    three = explain(tiny_classifier, thrice, topics=["oil-energy"]).topics["oil-energy"].evidence
    assert [word.start for word in sorted(three)] == [6, 18, 30]
    assert [word.weight for word in three] == pytest.approx([one.weight / 3] * 3), "unit length: the one known word"


def test_nothing_is_asked_for(tiny_classifier: NewsClassifier) -> None:
    assert explain(tiny_classifier, Article(body=STORY)) == ({}, {})


def test_no_text(tiny_classifier: NewsClassifier) -> None:
    found = explain(tiny_classifier, Article(), sections=["economy"])
    assert found.sections["economy"].evidence == ()
    assert found.sections["economy"].score == found.sections["economy"].intercept


# places in a field


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("النِّفْطُ غالٍ", ["النِّفْطُ", "غالٍ"], id="tashkeel"),
        pytest.param("النفــــط غالـ جدا", ["النفــــط", "غالـ", "جدا"], id="tatweel"),
        pytest.param("سوق \N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}ذقية", ["سوق", "ﻻذقية"], id="ligature"),
        pytest.param("قال \N{ARABIC LIGATURE ALLAH ISOLATED FORM} خير", ["قال", "ﷲ", "خير"], id="ligature-of-a-word"),
        pytest.param("مسؤول أكبر إلى آسيا", ["مسؤول", "أكبر", "إلى", "آسيا"], id="folded-letters"),
        pytest.param(
            "مسو\N{ARABIC HAMZA ABOVE}ول ثم", ["مسو\N{ARABIC HAMZA ABOVE}ول", "ثم"], id="letter-and-combining-hamza"
        ),
        pytest.param("می‌رود الآن", ["می‌رود", "الآن"], id="zwnj-inside"),
        pytest.param(
            "\N{RIGHT-TO-LEFT EMBEDDING}النفط\N{POP DIRECTIONAL FORMATTING} غال", ["النفط", "غال"], id="bidi-marks"
        ),
        pytest.param("🛢️🛢️ النفط 𝒳 غال", ["النفط", "غال"], id="beyond-the-bmp"),
        pytest.param("عام ٢٠٢٢ بلغ", ["عام", "٢٠٢٢", "بلغ"], id="digits"),
        pytest.param("في #أسعار_النفط اليوم", ["في", "أسعار", "النفط", "اليوم"], id="hashtag"),
        pytest.param("سعر النفط\ud800 غال", ["سعر", "النفط", "غال"], id="lone-surrogate"),
        pytest.param("القاهرة - رويترز\nأسعار النفط ترتفع", ["أسعار", "النفط", "ترتفع"], id="dateline"),
        pytest.param("أسعار النفط ترتفع في السوق (رويترز)", ["أسعار", "النفط", "ترتفع", "في", "السوق"], id="agency"),
        pytest.param("<p>أسعار ال<b>نفط</b> ترتفع</p>", ["أسعار", "ال<b>نفط", "ترتفع"], id="inline-tag"),
        pytest.param("أسعار&nbsp;النفط &amp; الغاز", ["أسعار", "النفط", "الغاز"], id="entities"),
        pytest.param("أسعار &#1575;لنفط غالية", ["أسعار", "&#1575;لنفط", "غالية"], id="letter-as-entity"),
    ],
)
def test_words_are_quoted_as_they_were_sent(tiny_classifier: NewsClassifier, body: str, expected: list[str]) -> None:
    assert quoted(tiny_classifier, Article(body=body)) == [("body", word) for word in expected]


def test_a_code_point_of_four_words_is_one(tiny_classifier: NewsClassifier) -> None:
    from training.vectorizer import ArabicTfidfVectorizer

    space = ArabicTfidfVectorizer().fit(["قال صلى الله عليه وسلم خيرا"] * 9).space_
    weights = np.ones((space.n_features, tiny_classifier.weights.n_outputs), dtype=np.int8)
    classifier = replace(tiny_classifier, space=space, weights=Weights.of_rows(weights))
    text = "قال \N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM} خيرا"
    for every_word in (False, True):
        found = explain(classifier, Article(body=text), sections=["economy"], every_word=every_word).sections["economy"]
        weighing = {(word.start, word.end): word.weight for word in found.evidence if word.weight > 0}
        assert sorted(weighing) == [(0, 3), (4, 5), (6, 10)]
        assert sum(weighing.values()) == pytest.approx(found.score - found.intercept)
    assert len(explain(classifier, Article(body=text), sections=["economy"]).sections["economy"].evidence) == 3


def test_each_field_has_its_own_offsets(tiny_classifier: NewsClassifier) -> None:
    article = Article(headline="دبي: «الخليج» النفط يرتفع", subheadline="سعر الخام", body="دبي - وام\nالنفط غال")
    assert quoted(tiny_classifier, article) == [
        *(("headline", word) for word in ("النفط", "يرتفع")),
        *(("subheadline", word) for word in ("سعر", "الخام")),
        *(("body", word) for word in ("النفط", "غال")),
    ]


_LETTERS = "ابتثجلمنهويأإآىةؤئ\N{ARABIC FATHA}\N{ARABIC SHADDA}\N{ARABIC TATWEEL}\N{ZERO WIDTH NON-JOINER}ﻻ٣aé"


@given(
    headline=st.text(_LETTERS + " .:-#_«»()\n<>&;b/", max_size=60),
    body=st.text(_LETTERS + " .:-#_«»()\n<>&;b/", max_size=200),
)
def test_any_text_is_found_again(tiny_classifier: NewsClassifier, headline: str, body: str) -> None:
    """Every word that was scored is quoted, in order, and folds to what was scored."""
    article = Article(headline=headline, body=body)
    folded = words(views.whole(article))
    found = [fold(text) for _, text in quoted(tiny_classifier, article)]
    remaining = iter(folded)
    assert all(word in remaining for word in found), "in order"
    if "<" not in headline + body and "&" not in headline + body:
        assert found == folded


@given(st.text("<>/&;#x1577 abpن" + "\N{ARABIC SHADDA}", max_size=80))
def test_covering_markup_moves_nothing(text: str) -> None:
    assert len(mask_markup(text)) == len(text)


# places in a page


def test_a_text_page(tiny_classifier: NewsClassifier) -> None:
    page = f"{MENU}\nالنفط يرتفع قبل اجتماع أوبك\n21 سبتمبر 2022\nالقاهرة - رويترز\n{STORY}\nشارك\nالأكثر قراءة"
    article = read_page(page).article
    assert article.body.startswith("ارتفعت")
    found = quoted(tiny_classifier, article, {"page": page})
    assert [fold(text) for _, text in found] == words(views.whole(article))
    (first, *_) = every_label(tiny_classifier, article, sent={"page": page}, every_word=True)[0]
    begins = page.index(STORY)
    assert [word.start for word in first.evidence if fold(word.text) == "النفط"] == [
        page.index("النفط يرتفع"),
        begins + STORY.index("النفط"),
        begins + STORY.rindex("النفط"),
    ], "not the menu's"


def test_the_place_where_most_words_follow_is_taken(tiny_classifier: NewsClassifier) -> None:
    page = f"أسعار النفط\nأسعار النفط\nأسعار النفط ترتفع قبل اجتماع أوبك\nأسعار النفط\n{STORY}"
    article = Article(headline="أسعار النفط ترتفع قبل اجتماع", body="أسعار النفط في الأسواق")
    (first, *_) = every_label(tiny_classifier, article, sent={"page": page}, every_word=True)[0]
    starts = [word.start for word in first.evidence]
    assert starts[:2] == [page.index("أسعار النفط ترتفع"), page.index("النفط ترتفع")]
    assert starts[5:7] == [page.index("أسعار النفط في"), page.index("النفط في")]


def test_lone_words_are_found_nearby(tiny_classifier: NewsClassifier) -> None:
    page = "أسعار aa النفط bb ترتفع cc أسعار"
    found = quoted(tiny_classifier, Article(body="أسعار النفط ترتفع أسعار"), {"page": page})
    assert [text for _, text in found] == ["أسعار", "النفط", "ترتفع", "أسعار"]


def test_an_html_page(tiny_classifier: NewsClassifier) -> None:
    paragraphs = "".join(f"<p>{text}</p>" for text in (STORY.replace("النفط", "<b>النفط</b>"), f"وأضافت: {STORY}"))
    page = (
        "<!doctype html><html lang=ar><head><title>النفط يرتفع</title></head><body><nav><a href='/oil'>أسعار النفط</a>"
        f"</nav><article><h1>النفط يرتفع قبل اجتماع أوبك</h1>{paragraphs}</article></body></html>"
    )
    article = read_page(page).article
    found = quoted(tiny_classifier, article, {"page": page})
    assert [fold(text) for _, text in found] == words(views.whole(article))
    assert all("<" not in text for _, text in found)


def test_a_field_given_beside_a_page(tiny_classifier: NewsClassifier) -> None:
    page = f"النفط يرتفع قبل اجتماع أوبك\n\n{STORY}"
    article = Article(headline="الخام فوق المئة", body=read_page(page).article.body)
    sent = {"headline": article.headline, "page": page}
    fields = [field for field, _ in quoted(tiny_classifier, article, sent)]
    assert fields == ["headline"] * 3 + ["page"] * (len(fields) - 3)
    assert len(fields) > 10


def test_words_that_were_not_sent_count_and_are_not_shown(tiny_classifier: NewsClassifier) -> None:
    article = Article(body=STORY)
    here = explain(tiny_classifier, article, topics=["oil-energy"]).topics["oil-energy"]
    escaped = {"page": STORY.encode("unicode_escape").decode("ascii")}
    elsewhere = explain(tiny_classifier, article, topics=["oil-energy"], sent=escaped).topics["oil-energy"]
    assert elsewhere.score == here.score
    assert here.evidence
    assert elsewhere.evidence == ()
