"""Articles in, predictions out: one by one or in batches, from any thread, and "ask an editor" where it is due."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model import artifact, views
from model.article import Article
from model.classifier import NewsClassifier
from model.decision import SHORT_WORDS
from model.errors import ArtifactCorruptError, ArtifactNotFoundError, EmptyTextError
from model.prediction import Prediction, TopicPrediction, TopicScores

OIL = Article(
    headline="أسعار النفط ترتفع قبل اجتماع أوبك",
    body=(
        "ارتفعت أسعار النفط في الأسواق مع تراجع المخزونات، وقالت وزارة النفط إن الإنتاج والصادرات من الموانئ زادت "
        "خلال الشهر الماضي، وإن متوسط سعر الخام للبرميل سيتحسن مع زيادة الطلب في العام المقبل."
    ),
)
MATCH = Article(
    headline="الفريق يفوز في مباراة الدوري لكرة القدم", body="سجل المهاجم هدفين في الشوط الأول من المباراة."
)


def same(one: Prediction, other: Prediction) -> bool:
    """Whether two predictions are equal to the last bit (arrays cannot be compared by ``==``)."""
    return (one.section, one.topics, one.language, one.review_reasons) == (
        other.section,
        other.topics,
        other.language,
        other.review_reasons,
    ) and tuple(one.all_topics) == tuple(other.all_topics)


def with_thresholds(classifier: NewsClassifier, *, section: float = 0.0, topic: float = 2.0) -> NewsClassifier:
    """The same model with other thresholds."""
    rules = {
        name: replace(rule, section_threshold=section, topic_threshold=np.full_like(rule.topic_threshold, topic))
        for name, rule in (("long", classifier.decider.long), ("short", classifier.decider.short))
    }
    return replace(classifier, decider=replace(classifier.decider, **rules))


@pytest.fixture
def articles(mini_stories: list[dict[str, Any]]) -> list[Article]:
    return [Article(headline=story["headline"], body=story["body"]) for story in mini_stories]


def test_learned_stories_are_labelled(
    tiny_classifier: NewsClassifier, articles: list[Article], mini_stories: list[dict[str, Any]]
) -> None:
    predictions = tiny_classifier.predict_batch(articles)
    right = [
        prediction.section is not None and prediction.section.id == story["section"]
        for prediction, story in zip(predictions, mini_stories, strict=True)
    ]
    assert np.mean(right) > 0.95
    assert {topic.id for prediction in predictions for topic in prediction.all_topics} == {
        "elections",
        "oil-energy",
        "football",
    }


@pytest.mark.parametrize(
    ("article", "section", "topic"),
    [(OIL, "economy", "oil-energy"), (MATCH, "sport", "football")],
    ids=["oil", "match"],
)
def test_new_stories_are_labelled(tiny_classifier: NewsClassifier, article: Article, section: str, topic: str) -> None:
    prediction = tiny_classifier.predict(article)
    assert prediction.section is not None
    assert prediction.section.id == section
    assert max(prediction.all_topics, key=lambda scored: scored.confidence).id == topic
    assert (prediction.language.code, prediction.language.supported) == ("ar", True)


def test_a_batch_is_its_articles_one_by_one(tiny_classifier: NewsClassifier, articles: list[Article]) -> None:
    mixed = [*articles, Article(body="Only English words in this story"), Article(headline="عاجل"), OIL]
    batch = tiny_classifier.predict_batch(mixed)
    assert len(batch) == len(mixed)
    for article, prediction in zip(mixed, batch, strict=True):
        assert same(prediction, tiny_classifier.predict(article))


def test_an_empty_batch(tiny_classifier: NewsClassifier) -> None:
    assert tiny_classifier.predict_batch([]) == []


def test_eight_threads_say_what_one_says(tiny_classifier: NewsClassifier, articles: list[Article]) -> None:
    alone = [tiny_classifier.predict(article) for article in articles]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(tiny_classifier.predict, articles * 5))
    assert all(same(one, other) for one, other in zip(together, alone * 5, strict=True))


@given(st.text(st.characters(exclude_categories=()), max_size=80).filter(str.strip))
def test_any_text_gets_probabilities(tiny_classifier: NewsClassifier, text: str) -> None:
    prediction = tiny_classifier.predict(Article(body=text))
    assert prediction.section is not None
    every = [(prediction.section.id, prediction.section.confidence), *prediction.section.alternatives]
    assert sum(confidence for _, confidence in every) == pytest.approx(1.0, abs=1e-9)
    assert {label for label, _ in every} == {"news", "economy", "sport", "health"}
    assert [confidence for _, confidence in every] == sorted((confidence for _, confidence in every), reverse=True)
    assert all(0 <= topic.confidence <= 1 for topic in prediction.all_topics)


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param(lambda text: "ـ".join(text[:9]) + text[9:], id="tatweel"),
        pytest.param(lambda text: text.replace("ر", "ر\N{ARABIC FATHA}\N{ARABIC SHADDA}"), id="tashkeel"),
        pytest.param(lambda text: text.replace("ي", "ی").replace("ك", "ک"), id="persian-letters"),
        pytest.param(lambda text: text.replace("أ", "ا\N{ARABIC HAMZA ABOVE}"), id="combining-hamza"),
        pytest.param(lambda text: text.replace("أ", "ا").replace("إ", "ا"), id="no-hamza"),
        pytest.param(lambda text: text.replace("لا", "\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}"), id="lam-alef"),
        pytest.param(lambda text: text.replace(" ", " \N{RIGHT-TO-LEFT MARK}"), id="bidi-marks"),
        pytest.param(lambda text: text.replace("ه", "ه\N{ZERO WIDTH NON-JOINER}"), id="zwnj"),
        pytest.param(lambda text: text.replace(" ", "\N{NO-BREAK SPACE}"), id="no-break-space"),
        pytest.param(lambda text: text.replace("النفط", "#النفط"), id="hashtag"),
    ],
)
def test_spelling_changes_nothing(tiny_classifier: NewsClassifier, spelling: Callable[[str], str]) -> None:
    respelled = Article(headline=spelling(OIL.headline), body=spelling(OIL.body))
    assert respelled != OIL
    one, other = tiny_classifier.predict(respelled), tiny_classifier.predict(OIL)
    assert one.section == other.section
    assert tuple(one.all_topics) == tuple(other.all_topics)


def test_printed_labels_are_never_input(tiny_classifier: NewsClassifier) -> None:
    printed = replace(OIL, section="رياضة", topics=("كرة القدم", "الدوري"), captions=("مباراة في الدوري",))
    assert same(tiny_classifier.predict(printed), tiny_classifier.predict(OIL))


# decisions


@pytest.mark.parametrize(
    ("threshold", "decision", "reasons"),
    [(0.0, "accepted", ()), (1.01, "uncertain", ("low_confidence",))],
    ids=["above-the-threshold", "below-it"],
)
@pytest.mark.parametrize("article", [OIL, Article(headline=OIL.headline)], ids=["long", "short"])
def test_sections_are_decided_by_the_threshold(
    tiny_classifier: NewsClassifier, article: Article, threshold: float, decision: str, reasons: tuple[str, ...]
) -> None:
    prediction = with_thresholds(tiny_classifier, section=threshold).predict(article)
    assert prediction.section is not None
    assert prediction.section.decision == decision
    assert prediction.review_reasons == reasons
    assert prediction.needs_review is bool(reasons)


def test_long_and_short_texts_have_thresholds_of_their_own(tiny_classifier: NewsClassifier) -> None:
    decider = tiny_classifier.decider
    strict_on_short = replace(
        decider, long=replace(decider.long, section_threshold=0.0), short=replace(decider.short, section_threshold=1.1)
    )
    classifier = replace(tiny_classifier, decider=strict_on_short)
    for n_words, decision in ((SHORT_WORDS, "uncertain"), (SHORT_WORDS + 1, "accepted")):
        prediction = classifier.predict(Article(body=" ".join(views.whole(OIL).split()[:n_words])))
        assert prediction.section is not None
        assert prediction.section.decision == decision


def test_topics_are_given_at_their_thresholds_most_probable_first(tiny_classifier: NewsClassifier) -> None:
    assert with_thresholds(tiny_classifier).predict(OIL).topics == ()
    topics = with_thresholds(tiny_classifier, topic=0.0).predict(OIL).topics
    assert len(topics) == 3
    assert topics[0].id == "oil-energy"
    assert [topic.confidence for topic in topics] == sorted((topic.confidence for topic in topics), reverse=True)


def test_at_least_one_topic(tiny_classifier: NewsClassifier) -> None:
    none_reaches_it = with_thresholds(tiny_classifier)
    asked = replace(none_reaches_it, decider=replace(none_reaches_it.decider, at_least_one_topic=True))
    assert [topic.id for topic in asked.predict(OIL).topics] == ["oil-energy"]
    assert asked.predict(Article(body="The price of oil went up")).topics == (), "never for a text it cannot label"


@pytest.mark.parametrize(
    ("text", "reasons", "code"),
    [
        pytest.param("عاجل", ("too_short",), "ar", id="one-word"),
        pytest.param("وزير النفط", ("too_short",), "ar", id="two-words"),
        pytest.param("!!! ...", ("too_short",), "und", id="no-words"),
        pytest.param("\N{ZERO WIDTH NON-JOINER}", ("too_short",), "und", id="invisible"),
        pytest.param("Breaking", ("not_arabic", "too_short"), "und", id="one-english-word"),
        pytest.param("The ministry of oil raised its forecast today", ("not_arabic",), "und", id="english"),
        pytest.param(
            "وزارت نفت گفت که بهای نفت پس از پایان کار بازار افزایش می‌یابد", ("not_arabic",), "fa", id="persian"
        ),
        pytest.param("حکومت نے کہا ہے کہ تیل کی قیمتیں اگلے مہینے بڑھائی جائیں گی", ("not_arabic",), "ur", id="urdu"),
        pytest.param("نرخی نەوت لە بازاڕەکانی جیهان بەرزبووەوە", ("not_arabic",), "ckb", id="kurdish"),
        pytest.param("زعبرط قلخشم بنطحف خرمشق طلفحص دغمرش", ("unknown_words",), "ar", id="keyboard-noise"),
        pytest.param("أسعار النفط " * 6, ("gibberish",), "ar", id="said-six-times"),
        pytest.param("النفط 81، الغاز 2، الذهب 1920، القمح 7، البن 2، السكر 5", ("list",), "ar", id="prices"),
        pytest.param("شارك عبر فيسبوك تويتر واتساب، انسخ الرابط، اطبع المقال", ("boilerplate",), "ar", id="share-bar"),
    ],
)
def test_what_cannot_be_labelled_is_not(
    tiny_classifier: NewsClassifier, text: str, reasons: tuple[str, ...], code: str
) -> None:
    prediction = with_thresholds(tiny_classifier, topic=0.0).predict(Article(body=text))
    assert prediction.section is not None
    assert prediction.section.decision == "abstained"
    assert prediction.topics == ()
    assert prediction.review_reasons == reasons
    assert prediction.language.code == code
    assert len(prediction.all_topics) == 3, "what the heads said is told all the same"


@pytest.mark.parametrize(
    "article",
    [Article(), Article(headline=" ", subheadline="\t", body="\n\r\n"), Article(captions=("صورة",), section="اقتصاد")],
    ids=["nothing", "blank", "caption-and-label-only"],
)
def test_no_text_is_refused(tiny_classifier: NewsClassifier, article: Article) -> None:
    with pytest.raises(EmptyTextError, match="headline"):
        tiny_classifier.predict(article)
    with pytest.raises(EmptyTextError):
        tiny_classifier.predict_batch([OIL, article])


@pytest.mark.parametrize("field", ["headline", "subheadline", "body"])
def test_one_field_is_enough(tiny_classifier: NewsClassifier, field: str) -> None:
    prediction = tiny_classifier.predict(Article(**{field: "ارتفعت أسعار النفط في الأسواق"}))
    assert prediction.section is not None
    assert prediction.section.id == "economy"


# scores


def test_scores_of_views(tiny_classifier: NewsClassifier) -> None:
    scores = tiny_classifier.score([views.whole(OIL), views.headline_only(OIL), ""])
    thresholds = [tiny_classifier.decider.rule(n_words).topic_threshold for n_words in scores.n_words.tolist()]
    assert scores.sections.shape == (3, 4)
    assert scores.topics.shape == scores.given.shape == (3, 3)
    assert scores.n_words.tolist() == [len(views.whole(OIL).split()), 6, 0]
    np.testing.assert_array_equal(scores.given, scores.topics >= thresholds)
    np.testing.assert_allclose(scores.sections.sum(axis=1), 1.0, atol=1e-12)


def test_score_of_no_texts(tiny_classifier: NewsClassifier) -> None:
    assert tiny_classifier.score([]).sections.shape == (0, 4)


def test_topic_scores_are_a_sequence() -> None:
    scores = TopicScores(("a", "b", "c"), [0.1, 0.2, 0.3], [0.5, 0.6, 0.7])
    first, second, third = (
        TopicPrediction("a", 0.1, 0.5),
        TopicPrediction("b", 0.2, 0.6),
        TopicPrediction("c", 0.3, 0.7),
    )
    assert isinstance(scores, Sequence)
    assert list(scores) == [first, second, third]
    assert list(reversed(scores)) == [third, second, first]
    assert (scores[0], scores[-1], scores[1:], scores[::-2]) == (first, third, (second, third), (third, first))
    assert (len(scores), second in scores, scores.index(third)) == (3, True, 2)
    with pytest.raises(IndexError):
        scores[3]


# loading


def test_info_names_the_model(tiny_classifier: NewsClassifier, tiny_artifact: Path) -> None:
    info, loaded = tiny_classifier.info, artifact.load(tiny_artifact)
    assert (info.name, info.sha256) == (loaded.manifest["taxonomy"]["name"], loaded.sha256)
    assert info.version == f"{loaded.manifest['created'][:10]}-{loaded.sha256[:8]}"


def test_nothing_to_load(tmp_path: Path) -> None:
    with pytest.raises(ArtifactNotFoundError):
        NewsClassifier.load(tmp_path)


def without(key: str) -> Callable[[dict[str, Any], dict[str, Any]], object]:
    return lambda manifest, arrays: manifest.pop(key) if key in manifest else arrays.pop(key)


BROKEN: dict[str, Callable[[dict[str, Any], dict[str, Any]], object]] = {
    "no-taxonomy": without("taxonomy"),
    "no-decision": without("decision"),
    "no-date": without("created"),
    "no-weights": without("weights"),
    "no-runs": without("run_starts"),
    "no-vocabulary": without("lexicon"),
    "a-section-too-many": lambda manifest, _: manifest["taxonomy"]["sections"].append(
        {**manifest["taxonomy"]["sections"][0], "id": "more"}
    ),
    "taxonomy-a-list": lambda manifest, _: manifest.update(taxonomy=[]),
    "sections-null": lambda manifest, _: manifest["taxonomy"].update(sections=None),
    "a-bias-too-few": lambda manifest, _: manifest["decision"]["long"]["section_bias"].pop(),
    "threshold-a-word": lambda manifest, _: manifest["decision"]["short"].update(section_threshold="high"),
    "weights-of-another-kind": lambda _, arrays: arrays.update(weights=arrays["weights"].astype(np.float64)),
    "weights-of-text": lambda _, arrays: arrays.update(weights=arrays["weights"].astype(str)),
    "more-weights-than-features": lambda _, arrays: arrays.update(weights=np.tile(arrays["weights"], (9, 1))),
    "an-output-too-few": lambda _, arrays: arrays.update(weights=arrays["weights"][:, :-1]),
    "scale-of-another-kind": lambda _, arrays: arrays.update(scale=arrays["scale"].astype(">f4")),
    "scale-too-short": lambda _, arrays: arrays.update(scale=arrays["scale"][:-1]),
    "intercept-not-a-number": lambda _, arrays: arrays.update(intercept=arrays["intercept"] * np.float32(np.nan)),
    "entries-out-of-range": lambda _, arrays: arrays.update(entries=arrays["entries"] + np.int32(9999)),
}


@pytest.mark.parametrize("spoil", BROKEN.values(), ids=BROKEN.keys())
def test_whole_files_that_do_not_make_a_model(
    tiny_artifact: Path, tmp_path: Path, spoil: Callable[[dict[str, Any], dict[str, Any]], object]
) -> None:
    """Saved as they should be, digests and all, but not what a classifier needs."""
    loaded = artifact.load(tiny_artifact)
    manifest, arrays = (
        json.loads(json.dumps(loaded.manifest)),
        {name: array[:] for name, array in loaded.arrays.items()},
    )
    for key in ("sha256", "format", "orthography", "arrays"):
        del manifest[key]
    spoil(manifest, arrays)
    artifact.save(tmp_path / "artifact", manifest, arrays)
    with pytest.raises(ArtifactCorruptError, match="train it again") as refusal:
        NewsClassifier.load(tmp_path / "artifact")
    assert refusal.value.path == tmp_path / "artifact"


def test_artifacts_of_format_1_are_read(
    tiny_artifact: Path, classifier_in_runs: NewsClassifier, tmp_path: Path, mini_texts: list[str]
) -> None:
    """They have a row for every feature that weighs anything, and no runs."""
    loaded = artifact.load(tiny_artifact)
    weights = classifier_in_runs.weights
    arrays = {name: array for name, array in loaded.arrays.items() if not name.startswith("run_")}
    arrays["weights"] = weights.take(range(weights.n_weighted))
    manifest = {key: loaded.manifest[key] for key in ("created", "taxonomy", "decision")}
    artifact.save(tmp_path, manifest, arrays)
    content = (tmp_path / "manifest.json").read_text()
    signed = content.replace(json.loads(content)["sha256"], "0" * 64).replace('"format": 2', '"format": 1')
    digest = hashlib.sha256(signed.encode()).hexdigest()
    (tmp_path / "manifest.json").write_text(signed.replace("0" * 64, digest, 1))
    old = NewsClassifier.load(tmp_path)
    assert old.manifest["format"] == 1
    for name in ("sections", "topics"):
        found, expected = (getattr(model.score(mini_texts), name) for model in (old, classifier_in_runs))
        np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert old.predict(OIL).topics[0].id == classifier_in_runs.predict(OIL).topics[0].id


def test_a_copy_elsewhere_is_the_same_model(
    tiny_artifact: Path, tiny_classifier: NewsClassifier, tmp_path: Path
) -> None:
    shutil.copytree(tiny_artifact, tmp_path / "elsewhere")
    copy = NewsClassifier.load(tmp_path / "elsewhere")
    assert copy.info == tiny_classifier.info
    assert same(copy.predict(OIL), tiny_classifier.predict(OIL))


def test_warm_up_labels_with_any_model(tiny_classifier: NewsClassifier) -> None:
    tiny_classifier.warm_up()
