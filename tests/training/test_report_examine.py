"""The closer look: what it finds is there, and what is not there it does not find."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest

from model.article import Article
from model.classifier import NewsClassifier
from model.errors import ArtifactNotFoundError, TrainingError
from model.features.orthography import fold
from training.corpus import LabelledArticle, read_corpus
from training.dataset import Dataset, make_dataset, resolve_labels
from training.evaluation import Evaluation, evaluate
from training.examine import Rival, Subject, compare, examine, read_rival
from training.examine.disturb import DISTURBANCES, HEADLINE_TOO
from training.examine.mistakes import section_mistakes
from training.examine.robustness import measure_robustness
from training.examine.sample import sample_rows
from training.examine.suspects import suspected_labels
from training.examine.views import lead_texts
from training.examine.vocabulary import speaking_words, words_for
from training.neardup import near_duplicate_groups
from training.report import Details, Exhibits
from training.report.records import PREDICTIONS, Record, read_records

STORY = Article(
    headline="الحكومة الأمريكية تبحث شؤون الاستيراد في مدينة صغيرة",
    body="أعلنت وزارة شؤون الموانئ خطة جديدة لتطويرها، وقالت مصادر إن العمل يبدأ قريبا.\n"
    "وأضافت أن 25 سفينة تصل كل أسبوع.",
)


@pytest.fixture(scope="module")
def articles(tiny_classifier: NewsClassifier, mini_corpus: Path) -> tuple[LabelledArticle, ...]:
    """Return the sixty stories, of two outlets and three months; the last is the first once more."""
    read = resolve_labels(read_corpus([str(mini_corpus)]).articles, tiny_classifier.taxonomy).articles
    dated = [
        replace(article, source=("masa", "sabah")[row % 2], published=f"2024-0{1 + row % 3}-11")
        for row, article in enumerate(read)
    ]
    dated[-1] = replace(dated[0], id="again", section="sport", source="sabah")
    return tuple(dated)


@pytest.fixture(scope="module")
def dataset(tiny_classifier: NewsClassifier, articles: tuple[LabelledArticle, ...]) -> Dataset:
    return make_dataset(articles, tiny_classifier.taxonomy)


@pytest.fixture(scope="module")
def evaluation(tiny_classifier: NewsClassifier, dataset: Dataset) -> Evaluation:
    return evaluate(tiny_classifier, dataset, target=0.9)


@pytest.fixture(scope="module")
def subject(
    tiny_classifier: NewsClassifier, articles: tuple[LabelledArticle, ...], dataset: Dataset, evaluation: Evaluation
) -> Subject:
    return Subject(tiny_classifier, evaluation, articles, dataset, near_duplicate_groups(dataset.whole))


@pytest.fixture(scope="module")
def looked(subject: Subject) -> tuple[Details, Exhibits]:
    return examine(subject)


# changes of texts


@pytest.mark.parametrize("name", DISTURBANCES)
def test_every_change_changes_and_can_be_repeated(name: str) -> None:
    story = Article(headline=f"{STORY.headline} " * 9, body=f"{STORY.body}\n" * 9)
    changed = DISTURBANCES[name](story, Random(1))
    assert changed.body != story.body
    assert changed == DISTURBANCES[name](story, Random(1))
    assert (changed.headline != story.headline) == (name in HEADLINE_TOO)
    assert DISTURBANCES[name](Article(headline="عاجل"), Random(1)).body == ""


@pytest.mark.parametrize("name", ["tashkeel", "tatweel", "careless-spelling"])
def test_what_orthography_folds_changes_nothing_that_a_model_sees(name: str) -> None:
    changed = DISTURBANCES[name](STORY, Random(1))
    assert fold(changed.headline) == fold(STORY.headline)
    assert fold(changed.body) == fold(STORY.body)


def test_one_word_in_twenty_is_mistyped() -> None:
    text = " ".join(["المدينة"] * 2000)
    changed = DISTURBANCES["typos"](Article(body=text), Random(5)).body.split()
    assert sum(word != "المدينة" for word in changed) == pytest.approx(100, rel=0.3)
    assert {word[0] for word in changed} == {"ا"}


def test_furniture_is_added_around_the_story() -> None:
    assert DISTURBANCES["dateline"](STORY, Random(1)).body.endswith(STORY.body)
    assert DISTURBANCES["boilerplate"](STORY, Random(1)).body.startswith(STORY.body + "\n")


def test_robustness_begins_with_the_texts_as_they_are(looked: tuple[Details, Exhibits], evaluation: Evaluation) -> None:
    robustness = looked[0]["robustness"]
    section, topics = evaluation.figures["section"], evaluation.figures["topics"]
    assert robustness is not None
    assert section is not None
    assert topics is not None
    first, *others = robustness["rows"]
    assert (robustness["n"], first["name"]) == (60, "as-it-is")
    assert first["whole"]["accuracy"] == pytest.approx(section["accuracy"])
    assert first["whole"]["topic_f1"] == pytest.approx(topics["micro_f1"])
    assert [row["name"] for row in others] == list(DISTURBANCES)
    for row in others:
        assert (row["headline"] is not None) == (row["name"] in HEADLINE_TOO)
    assert all(row["whole"]["sections_changed"] == 0 for row in others[:3])  # all of them are folded away


def test_a_change_that_takes_the_words_away_is_seen(
    tiny_classifier: NewsClassifier,
    dataset: Dataset,
    articles: tuple[LabelledArticle, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "training.examine.robustness.DISTURBANCES", {"typos": lambda article, random: Article(headline="بلا كلمات")}
    )
    found = measure_robustness(tiny_classifier, dataset, np.ones(len(dataset.taxonomy.topics), dtype=bool), articles)
    base, changed = found["rows"]
    assert changed["whole"]["accuracy"] == pytest.approx(
        (base["whole"]["accuracy"] or 0.0) + (changed["whole"]["accuracy_change"] or 0.0)
    )
    assert (changed["whole"]["accuracy_change"] or 0.0) < -0.5
    assert (changed["whole"]["sections_changed"] or 0.0) > 0.5
    assert changed["whole"]["topic_f1"] == 0.0


def test_large_corpora_are_sampled() -> None:
    assert sample_rows(5, 9, 0).tolist() == [0, 1, 2, 3, 4]
    drawn = sample_rows(1000, 50, 0)
    assert len(set(drawn.tolist())) == 50
    assert drawn.tolist() == sorted(drawn.tolist()) == sample_rows(1000, 50, 0).tolist()


# views


def test_the_lead_is_headline_and_first_words(dataset: Dataset) -> None:
    short = replace(dataset, whole=["عنوان الخبر\n" + "كلمة " * 100], headlines=["عنوان الخبر"])
    assert lead_texts(short) == [" ".join(["عنوان", "الخبر", *["كلمة"] * 40])]


def test_views_stand_side_by_side(looked: tuple[Details, Exhibits], evaluation: Evaluation) -> None:
    details = looked[0]
    assert list(details["views"]) == ["whole", "lead", "headline"]
    headlines = evaluation.figures["headline_only"]
    assert headlines is not None
    assert details["views"]["whole"]["section"] == evaluation.figures["section"]
    assert details["views"]["headline"]["topics"] == headlines["topics"]
    # These stories are shorter than 40 words: their leads are all of them.
    assert details["views"]["lead"]["section"] == evaluation.figures["section"]
    assert [(shift["first"], shift["second"]) for shift in details["shifts"]] == [
        *(("whole", "lead"), ("whole", "headline"), ("lead", "headline"))
    ]
    assert details["shifts"][0]["changed"] == 0
    for part in details["views"].values():
        confusion, section = np.array(part["confusion"]), part["section"]
        assert section is not None
        assert confusion.sum() == 60
        assert confusion.trace() / 60 == pytest.approx(section["accuracy"])
        assert part["risk"] is not None
        assert part["risk"]["precision"][-1] == pytest.approx(section["accuracy"], abs=1e-4)
        assert len(part["section_curves"]) == 4


def test_headlines_alone(tiny_classifier: NewsClassifier, subject: Subject, dataset: Dataset) -> None:
    alone = evaluate(tiny_classifier, dataset, target=0.9, headline_only=True)
    details, exhibits = examine(replace(subject, evaluation=alone))
    assert list(details["views"]) == ["headline"]
    assert details["shifts"] == []
    assert details["robustness"] is None
    assert list(exhibits.records[0].views) == ["headline"]


def test_articles_labelled_by_several_models(subject: Subject) -> None:
    details, exhibits = examine(replace(subject, classifier=None))
    assert list(details["views"]) == ["whole", "headline"]
    assert details["words"] == []
    assert details["robustness"] is details["footprint"] is None
    assert exhibits.records[0].views["whole"].accepted is None
    assert details["views"]["whole"]["section_intervals"] is not None


# slices, words, errors


def test_slices_hold_every_article(looked: tuple[Details, Exhibits]) -> None:
    details = looked[0]
    assert details["by_length"] is not None
    assert sum(details["by_length"]["n"].values()) == 60
    assert details["by_period"] is not None
    assert details["by_period"]["n"] == {"2024-01": 21, "2024-02": 20, "2024-03": 19}
    assert details["trend"] is not None
    assert (details["trend"]["first"], details["trend"]["last"]) == ("2024-01-11", "2024-03-11")


def test_near_duplicates_filed_otherwise_come_first(
    looked: tuple[Details, Exhibits], articles: Sequence[LabelledArticle]
) -> None:
    details = looked[0]
    first = details["duplicates"][0]
    assert first["ids"] == [articles[0].id, "again"]
    assert len(first["sections"]) == 2
    assert details["duplicate_articles"] >= 2
    (same,) = details["same_stories"]
    assert (same["first_source"], same["second_source"], same["second_section"]) == ("masa", "sabah", "sport")


def test_words_speak_for_what_their_stories_are_filed_under(
    looked: tuple[Details, Exhibits], tiny_classifier: NewsClassifier, dataset: Dataset
) -> None:
    of_section = {words["label"]: words for words in looked[0]["words"] if words["kind"] == "section"}
    assert set(of_section) == {section.id for section in dataset.taxonomy.sections}
    column = {section.id: number for number, section in enumerate(dataset.taxonomy.sections)}
    for label, words in of_section.items():
        weights = [word["weight"] for word in words["speaking_for"]]
        assert weights == sorted(weights, reverse=True)
        assert all(weight > 0 for weight in weights)
        assert all(word["weight"] < 0 for word in words["speaking_against"])
        scores = tiny_classifier.score([word["word"] for word in words["speaking_for"][:3]])
        assert (scores.sections.argmax(axis=1) == column[label]).all()
    assert {words["label"] for words in looked[0]["words"] if words["kind"] == "topic"} == {
        topic.id for topic in dataset.taxonomy.topics
    }


def test_words_are_shown_as_they_are_mostly_spelled(tiny_classifier: NewsClassifier) -> None:
    texts = ["فاز المنتخب في المباراة"] * 4 + ["فازَ المُنتخب في المباراه"] * 2
    found = speaking_words(tiny_classifier, texts, ["sport"], [])
    shown = {word["word"] for words in found for word in (*words["speaking_for"], *words["speaking_against"])}
    assert shown
    assert shown <= {"فاز", "المنتخب", "في", "المباراة"}
    assert speaking_words(tiny_classifier, ["كلمةمجهولةتماما"] * 9, ["sport"], []) == []


def test_the_surest_errors_come_first_with_their_words(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    turned = replace(dataset, section=(dataset.section + 1) % 4)  # all filed wrongly
    scores = evaluate(tiny_classifier, turned, target=0.9).scores["whole"]
    found = section_mistakes(tiny_classifier, turned, scores, turned.whole)
    probabilities = [mistake["probability"] for mistake in found]
    assert len(found) == 30
    assert probabilities == sorted(probabilities, reverse=True)
    assert probabilities[0] == scores.sections.max()
    for mistake in found:
        row = dataset.ids.index(mistake["id"])
        assert mistake["gold"] != mistake["given"]
        assert mistake["words"] == words_for(tiny_classifier, dataset.whole[row], mistake["given"])
        assert mistake["words"]
        assert all(word in dataset.whole[row] for word in mistake["words"])


# suspected label errors


def noisy(dataset: Dataset) -> tuple[Dataset, list[str]]:
    """177 articles of which three stand under a wrong section, and three want a topic that they have."""
    many = dataset.take(np.tile(np.arange(59), 3))
    many = replace(many, ids=[f"{article}-{row}" for row, article in enumerate(many.ids)])
    section, topics = many.section.copy(), many.topics.copy()
    section[[3, 40, 70]] = (section[[3, 40, 70]] + 1) % 4
    bearing = np.flatnonzero(topics[:, 0])[:3]
    topics[bearing, 0] = False
    wrong = [many.ids[row] for row in (3, 40, 70)]
    return replace(many, section=section, topics=topics), wrong + [many.ids[row] for row in bearing]


def test_labels_put_wrong_are_suspected(tiny_classifier: NewsClassifier, dataset: Dataset) -> None:
    pytest.importorskip("cleanlab")
    changed, wrong = noisy(dataset)
    scores = evaluate(tiny_classifier, changed, target=0.9).scores["whole"]
    found = suspected_labels(changed, scores)
    sections = [one for one in found["rows"] if one["kind"] == "section"]
    topics = [one for one in found["rows"] if one["kind"] == "topic"]
    assert (found["missing"], found["judged"]) == (None, 177)
    assert set(wrong[:3]) <= {one["id"] for one in sections}
    assert {(one["id"], one["suggested"]) for one in topics} >= {(article, "add") for article in wrong[3:]}
    qualities = [one["quality"] for one in sections]
    assert qualities == sorted(qualities)
    for one in sections[:3]:
        row = changed.ids.index(one["id"])
        assert one["label"] == changed.taxonomy.sections[changed.section[row]].id
        assert one["suggested"] == changed.taxonomy.sections[scores.sections[row].argmax()].id


def test_without_cleanlab_the_report_says_so(
    dataset: Dataset, evaluation: Evaluation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cleanlab.filter", None)
    found = suspected_labels(dataset, evaluation.scores["whole"])
    assert (found["missing"], found["rows"]) == ("cleanlab", [])
    few = np.arange(49)
    assert suspected_labels(dataset.take(few), evaluation.scores["whole"])["missing"] == "few"


# comparison


def test_records_come_back(looked: tuple[Details, Exhibits], tmp_path: Path, evaluation: Evaluation) -> None:
    records = looked[1].records
    (tmp_path / PREDICTIONS).write_text("".join(record.to_line() for record in records), "utf-8")
    assert read_records(tmp_path) == list(records)
    right = [record.section == record.views["whole"].section for record in records]
    section = evaluation.figures["section"]
    assert section is not None
    assert np.mean(right) == pytest.approx(section["accuracy"])
    assert np.mean([record.views["whole"].accepted for record in records]) == pytest.approx(section["auto"]["coverage"])


def test_a_model_against_its_own_artifact_and_report(
    tiny_artifact: Path, looked: tuple[Details, Exhibits], evaluation: Evaluation, tmp_path: Path
) -> None:
    (tmp_path / PREDICTIONS).write_text("".join(record.to_line() for record in looked[1].records), "utf-8")
    for rival in (read_rival(tiny_artifact), read_rival(tmp_path)):
        found = compare(rival, evaluation.dataset, evaluation.scores)
        assert (found["common"], found["not_common"], found["broken"]) == (60, 0, [])
        assert list(found["views"]) == ["whole", "headline"]
        for part in found["views"].values():
            for agreement in (part["section"], part["topics"]):
                assert agreement is not None
                assert agreement["micro"]["difference"] == agreement["macro"]["difference"] == 0


def worse(record: Record) -> Record:
    """Never give sport, nor any topic."""
    views = {
        view: replace(given, section="news" if given.section == "sport" else given.section, topics=[])
        for view, given in record.views.items()
    }
    return replace(record, views=views)


def test_a_report_of_a_worse_model(looked: tuple[Details, Exhibits], evaluation: Evaluation) -> None:
    records = {record.id: worse(record) for record in looked[1].records}
    found = compare(Rival("worse", None, records), evaluation.dataset, evaluation.scores)
    section, topics = found["views"]["whole"]["section"], found["views"]["whole"]["topics"]
    assert section is not None
    assert topics is not None
    assert section["labels"][-1]["label"] == "sport"
    assert section["labels"][-1]["theirs"] == 0
    assert section["broken"] == 0
    assert evaluation.figures["topics"] is not None
    assert topics["micro"]["ours"] == evaluation.figures["topics"]["micro_f1"]
    assert topics["micro"]["theirs"] == 0.0


def test_what_got_worse_is_shown(looked: tuple[Details, Exhibits], evaluation: Evaluation) -> None:
    records = {record.id: record for record in looked[1].records}
    scores = dict(evaluation.scores)
    turned = scores["whole"].sections.copy()
    turned[:, [0, 1]] = turned[:, [1, 0]]
    scores["whole"] = replace(scores["whole"], sections=turned)
    found = compare(Rival("before", None, records), evaluation.dataset, scores)
    section = found["views"]["whole"]["section"]
    assert section is not None
    for row in section["labels"][:2]:
        assert row["interval"] is not None
        assert row["interval"]["high"] < 0
    assert section["broken"] == len(found["broken"]) == 30
    assert {mistake["gold"] for mistake in found["broken"]} == {row["label"] for row in section["labels"][:2]}


def test_only_articles_of_both_reports_are_compared(looked: tuple[Details, Exhibits], evaluation: Evaluation) -> None:
    records = {record.id: record for record in looked[1].records[:50]}
    other_gold = looked[1].records[0]
    records[other_gold.id] = replace(other_gold, section="another")
    found = compare(Rival("part", None, records), evaluation.dataset, evaluation.scores)
    assert (found["common"], found["not_common"]) == (49, 11)
    with pytest.raises(TrainingError, match="no article of this corpus"):
        compare(Rival("other", None, {}), evaluation.dataset, evaluation.scores)


def test_what_cannot_be_compared_with_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactNotFoundError):
        read_rival(tmp_path)
    for damaged in ("{}", "nonsense", json.dumps({"id": "a", "section": None, "topics": None, "views": {"whole": {}}})):
        (tmp_path / PREDICTIONS).write_text(damaged + "\n", "utf-8")
        with pytest.raises(TrainingError, match="damaged"):
            read_rival(tmp_path)
