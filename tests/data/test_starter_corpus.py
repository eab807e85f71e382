"""The starter corpus: story by story, labelled throughout, no templates; and good enough to serve from."""

from __future__ import annotations

import json
import re
from collections import Counter
from itertools import combinations, permutations
from math import comb
from pathlib import Path
from random import Random
from typing import Any

import pytest

from model.article import Article
from model.classifier import NewsClassifier
from model.pages import read_page
from model.prediction import Prediction
from model.taxonomy import load_taxonomy
from training.pipeline import FitResult
from training.shipped import starter_corpus, taxonomy_file

KEYS = {"id", "headline", "body", "section", "topics", "published", "source"}
TAXONOMY = load_taxonomy(taxonomy_file())
SECTIONS = {section.id for section in TAXONOMY.sections}
TOPICS = {topic.id for topic in TAXONOMY.topics}
FILES = [Path(path) for path in starter_corpus()]
LINES = [
    (path.name, number, line)
    for path in FILES
    for number, line in enumerate(path.read_text(encoding="utf-8").removesuffix("\n").split("\n"), 1)
]
STORIES: list[dict[str, Any]] = [json.loads(line) for _, _, line in LINES]


# Vowel signs and tatweel: they are no word characters, and would break شُرفة in two.
SIGNS = re.compile("[\u0640\u064b-\u0652\u0670]")


def words(text: str) -> list[str]:
    return re.findall(r"\w+", SIGNS.sub("", text))


# ------------------------------------------------------------------ what it is made of


def test_every_line_is_a_labelled_story() -> None:
    wrong = []
    for (file, number, _), story in zip(LINES, STORIES, strict=True):
        sound = (
            set(story) == KEYS
            and all(isinstance(story[key], str) and story[key].strip() for key in KEYS - {"topics"})
            and story["section"] in SECTIONS
            and len(set(story["topics"])) == len(story["topics"])
            and set(story["topics"]) <= TOPICS
            and re.fullmatch(r"\d{4}-\d\d-\d\d", story["published"])
        )
        if not sound:
            wrong.append(f"{file}:{number}")
    assert not wrong


def test_there_are_enough_stories_of_every_kind() -> None:
    assert len(STORIES) >= 1200
    sections = Counter(story["section"] for story in STORIES)
    assert set(sections) == SECTIONS
    assert min(sections.values()) >= 100
    assert sections["news"] >= 200
    topics = Counter(topic for story in STORIES for topic in story["topics"])
    assert {topic: topics[topic] for topic in TOPICS if topics[topic] < 20} == {}


def test_each_file_is_one_house() -> None:
    houses = {(file, story["source"]) for (file, _, _), story in zip(LINES, STORIES, strict=True)}
    assert houses == {(path.name, f"starter-{path.stem}") for path in FILES}
    assert {path.stem for path in FILES} == {"gulf", "nile", "maghreb", "levant", "iraq", "pan-arab"}


def test_a_fifth_to_a_quarter_has_no_topic() -> None:
    assert 0.20 <= sum(not story["topics"] for story in STORIES) / len(STORIES) <= 0.25


def test_parts_of_football_come_with_football() -> None:
    parts = {"football-europe", "football-arab"}
    alone = [s["id"] for s in STORIES if parts & set(s["topics"]) and "football" not in s["topics"]]
    assert not alone


def test_bodies_are_as_long_as_a_short_story() -> None:
    odd = {story["id"]: len(story["body"].split()) for story in STORIES}
    assert not {name: length for name, length in odd.items() if not 40 <= length <= 120}


def test_most_are_of_recent_years() -> None:
    recent = sum("2019" <= story["published"][:4] <= "2026" for story in STORIES)
    assert recent >= 0.9 * len(STORIES)
    assert all("2000" <= story["published"][:4] <= "2026" for story in STORIES)


def test_ids_headlines_and_bodies_are_there_once() -> None:
    for key in ("id", "headline", "body"):
        assert not [value for value, count in Counter(story[key] for story in STORIES).items() if count > 1]


def test_no_pair_looks_like_a_template() -> None:
    sizes = []
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, story in enumerate(STORIES):
        spelled = words(f"{story['headline']} {story['body']}")
        grams = set(zip(spelled, spelled[1:], spelled[2:], strict=False))
        sizes.append(len(grams))
        for gram in grams:
            holders.setdefault(gram, []).append(number)
    shared = Counter(pair for numbers in holders.values() for pair in combinations(numbers, 2))
    alike = [(a, b) for (a, b), count in shared.items() if count > 0.2 * min(sizes[a], sizes[b])]
    assert len(alike) < 0.01 * comb(len(STORIES), 2)


@pytest.mark.parametrize("field", ["headline", "body"])
def test_no_opening_is_a_habit(field: str) -> None:
    openings = Counter(" ".join(words(story[field])[:3]) for story in STORIES)
    assert openings.most_common(1)[0][1] <= 0.01 * len(STORIES)


# How many distinct words real news has: the bodies of SANAD (AlKhaleej part), ANT 2.1 and ANT 1.1 in one pool of 69,069
# were put in random order, each cut to its first 75 space-separated words, and counted by `words` up to REAL_TOKENS.
# REAL_DISTINCT is the mean of five draws: 23,240, 23,038, 23,220, 23,641 and 23,650.
REAL_TOKENS = 90_000
REAL_DISTINCT = 23_358


def test_the_vocabulary_is_as_rich_as_that_of_news() -> None:
    stories = Random(0).sample(STORIES, len(STORIES))
    tokens = [word for story in stories for word in words(story["body"])]
    assert len(tokens) >= REAL_TOKENS
    assert len(set(tokens[:REAL_TOKENS])) >= 0.85 * REAL_DISTINCT


@pytest.mark.parametrize(
    "spelling", ["ترامب", "ترمب", "أمريكا", "أميركا", "الولايات المتحدة", "يوليوز", "تموز", "يوليو"]
)
def test_every_house_spelling_occurs(spelling: str) -> None:
    whole_word = re.compile(rf"\b[وفبلك]?{spelling}\b")
    assert any(whole_word.search(f"{story['headline']} {story['body']}") for story in STORIES)


def test_the_data_card_counts_right() -> None:
    card = (FILES[0].parent / "README.md").read_text("utf-8")
    sections = [section.id for section in TAXONOMY.sections]
    rows = {
        cells[0]: cells[1:12] for cells in (line.strip("| ").split(" | ") for line in card.splitlines()) if cells[3:]
    }
    for path in [*FILES, None]:
        mine = [s for (name, _, _), s in zip(LINES, STORIES, strict=True) if path is None or name == path.name]
        first_round = sum(not re.match(r"[a-z]+2-", story["id"]) for story in mine)
        by_section = [sum(story["section"] == section for story in mine) for section in sections]
        counts = [len(mine), first_round, *by_section, sum(not story["topics"] for story in mine)]
        assert rows[f"`{path.name}`" if path else "all"][: len(counts)] == [str(count) for count in counts]
    topics = Counter(topic for story in STORIES for topic in story["topics"])
    assert Counter({name: int(n) for name, n in re.findall(r"\| `([a-z-]+)` \| (\d+) (?=\|)", card)}) == topics


# ------------------------------------------------------------------ what is learned from it

BREADCRUMB = "Menu\n» «\nأخبار"
TOPIC = "روسيا و أوكرانيا"
HEADLINE = "كييف وموسكو تتبادلان دفعة جديدة من الأسرى بوساطة إقليمية"
SUBHEADLINE = "العملية جرت قرب الحدود مع بيلاروسيا وشملت جنودا جرحى"
DATES = "نشر في: 12 فبراير ,2023: 11:20 ص GST آخر تحديث: 12 فبراير ,2023: 12:05 م GST"
PARAGRAPHS = (
    (
        "أعلنت وزارة الدفاع الروسية وهيئة الأركان الأوكرانية، الأحد، إتمام عملية تبادل جديدة للأسرى شملت "
        "عشرات الجنود من الجانبين، بعد مفاوضات استمرت أسابيع عبر وسطاء من دول المنطقة."
    ),
    (
        "حافلات تنقل جنودا أوكرانيين بعد عملية التبادل (فرانس برس)\n"
        "حافلات تنقل جنودا أوكرانيين بعد عملية التبادل (فرانس برس)"
    ),
    (
        "وذكرت السلطات في كييف أن العائدين كانوا قد أسروا خلال المعارك في ماريوبول ودونيتسك، وأن عددا منهم "
        "نقل إلى المستشفيات العسكرية لتلقي العلاج قبل أن يلتقي بعائلته."
    ),
    (
        "ومن جهتها أوضحت موسكو أن الجنود الروس وصلوا على متن طائرة عسكرية إلى العاصمة، حيث يخضعون لفحوص طبية، "
        "وأن الحكومة تواصل المحادثات بشأن دفعات أخرى رغم استمرار القصف على جبهات القتال في شرق أوكرانيا."
    ),
)
BODY = "\n\n".join(PARAGRAPHS)
FOOTER = "انضم إلى المحادثة\nالأكثر قراءة مواضيع شائعة\nإقرأ في المصدر"
TEASER = """أخبار مختارة

اقتصاد
أرباح المصارف الخليجية ترتفع في الربع الأخير

ارتفعت أرباح المصارف المدرجة في أسواق الخليج خلال الربع الأخير بدعم من هوامش الفائدة ونمو الإقراض..."""
OTHER_TEASER = """أخبار مختارة

رياضة
الهلال يتأهل إلى نصف نهائي كأس الملك

تأهل فريق الهلال إلى الدور نصف النهائي من البطولة بعد فوزه على ضيفه بهدفين من دون رد على ملعبه في الرياض..."""


def page(*above: str, below: tuple[str, ...] = (FOOTER, TEASER)) -> str:
    return "\n\n".join([*above, BODY, *below])


PAGE = page(BREADCRUMB, HEADLINE, TOPIC, HEADLINE, SUBHEADLINE, DATES)


@pytest.fixture(scope="module")
def classifier(starter_classifier: NewsClassifier) -> NewsClassifier:
    return starter_classifier


def test_every_label_is_learned(starter_fit: FitResult, classifier: NewsClassifier) -> None:
    assert not starter_fit.left_out
    assert {section.id for section in classifier.taxonomy.sections} == SECTIONS
    assert "russia-ukraine" in {topic.id for topic in classifier.taxonomy.topics}


def test_it_beats_the_baselines(starter_fit: FitResult) -> None:
    section = starter_fit.evaluation.figures["section"]
    assert section is not None
    for baseline in starter_fit.evaluation.whole["baselines"]:
        assert baseline["section"] is not None
        assert section["accuracy"] > baseline["section"]["accuracy"] + 0.1


def probabilities(prediction: Prediction) -> dict[str, float]:
    assert prediction.section is not None
    sections = {prediction.section.id: prediction.section.confidence, **dict(prediction.section.alternatives)}
    return sections | {f"topic {topic.id}": topic.confidence for topic in prediction.all_topics}


def test_a_crawled_page_is_news_and_its_running_story(classifier: NewsClassifier) -> None:
    article = read_page(PAGE).article
    assert (article.headline, article.section) == (HEADLINE, "أخبار")
    predicted = classifier.predict(article)
    assert predicted.section is not None
    assert (predicted.section.id, predicted.section.decision) == ("news", "accepted")
    assert "russia-ukraine" in [topic.id for topic in predicted.topics]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(PAGE.replace(TEASER, OTHER_TEASER), id="another teaser"),
        pytest.param(page(BREADCRUMB, HEADLINE, TOPIC, HEADLINE, SUBHEADLINE, DATES, below=()), id="footer cut off"),
        pytest.param(PAGE.replace(FOOTER, "انضم إلى المحادثة"), id="footer shortened"),
        pytest.param(PAGE.replace("\n", "\r\n"), id="CRLF"),
        *(
            pytest.param(page(*order), id=f"order {number}")
            for number, order in enumerate(permutations((BREADCRUMB, TOPIC, HEADLINE, SUBHEADLINE, DATES)))
            if number % 17 == 0
        ),
    ],
)
def test_what_surrounds_the_story_says_nothing(classifier: NewsClassifier, raw: str) -> None:
    assert raw != PAGE
    expected = probabilities(classifier.predict(read_page(PAGE).article))
    assert probabilities(classifier.predict(read_page(raw).article)) == pytest.approx(expected, abs=1e-9)


def test_the_printed_section_and_topics_say_nothing(classifier: NewsClassifier) -> None:
    article = read_page(PAGE).article
    bare = Article(headline=article.headline, subheadline=article.subheadline, body=article.body)
    assert probabilities(classifier.predict(bare)) == pytest.approx(
        probabilities(classifier.predict(article)), abs=1e-9
    )
