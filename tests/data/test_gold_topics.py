"""The real articles that topics are measured on: ids and labels, sound, without a word of the articles."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from model.taxonomy import load_taxonomy
from training.shipped import taxonomy_file

FOLDER = Path(__file__).parents[2] / "data" / "gold"
LINES = (FOLDER / "topics.jsonl").read_text(encoding="utf-8").removesuffix("\n").split("\n")
ARTICLES: list[dict[str, Any]] = [json.loads(line) for line in LINES]
CARD = (FOLDER / "README.md").read_text(encoding="utf-8")
TOPICS = {topic.id for topic in load_taxonomy(taxonomy_file()).topics}
LONGEST = 60


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in value.items() for side in part for text in strings(side)]
    return [text for part in value for text in strings(part)]


def label_sets(article: dict[str, Any]) -> list[list[str]]:
    return [*article["judges"], article["topics"]]


def test_every_line_is_a_judged_article() -> None:
    wrong = []
    for number, article in enumerate(ARTICLES, 1):
        sound = (
            set(article) == {"corpus", "id", "drawn", "judges", "topics"}
            and all(isinstance(article[key], str) and article[key] for key in ("corpus", "id", "drawn"))
            and article["drawn"] in {"random", "enriched"}
            and len(article["judges"]) == 2
            and all(isinstance(labels, list) and len(set(labels)) == len(labels) for labels in label_sets(article))
        )
        if not sound:
            wrong.append(number)
    assert not wrong


def test_ids_are_there_once() -> None:
    assert not [name for name, count in Counter(article["id"] for article in ARTICLES).items() if count > 1]


def test_every_topic_is_one_of_the_taxonomy() -> None:
    assert {topic for article in ARTICLES for labels in label_sets(article) for topic in labels} <= TOPICS


def test_topics_are_what_both_judges_gave() -> None:
    assert not [a["id"] for a in ARTICLES if set(a["topics"]) != set(a["judges"][0]) & set(a["judges"][1])]


def test_no_text_of_an_article_is_in_it() -> None:
    values = [text for article in ARTICLES for text in strings(article)]
    assert not [text for text in values if len(text) > LONGEST or re.search(r"[^\x21-\x7e]", text)]


def test_the_data_card_counts_right() -> None:
    drawn = Counter((article["corpus"], article["drawn"]) for article in ARTICLES)
    by_corpus = {corpus: (drawn[corpus, "random"], drawn[corpus, "enriched"]) for corpus, _ in drawn}
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \| (\d+) \|$", CARD, re.M)
    assert {corpus: (int(random), int(enriched)) for corpus, random, enriched in rows} == by_corpus
    assert CARD.count(f"{len(ARTICLES)} real Arabic news articles") == 1


def test_the_data_card_tells_the_agreement_of_every_topic() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\S+) \|$", CARD, re.M)
    assert Counter(row[0] for row in rows) == Counter(TOPICS)
    for topic, *printed in rows:
        first, second = ([topic in article["judges"][judge] for article in ARTICLES] for judge in (0, 1))
        both = [one and other for one, other in zip(first, second, strict=True)]
        random = sum(topic in article["topics"] for article in ARTICLES if article["drawn"] == "random")
        counts = [sum(both), random, sum(first) - sum(both), sum(second) - sum(both)]
        assert printed == [*map(str, counts), kappa(sum(first), sum(second), sum(both))], topic


def kappa(first: int, second: int, both: int) -> str:
    """Return Cohen's kappa (1960) of a yes-or-no label as the card prints it, a dash where nobody said yes."""
    n = len(ARTICLES)
    observed = (n - first - second + 2 * both) / n
    expected = (first * second + (n - first) * (n - second)) / n**2
    return "–" if expected == 1 else f"{(observed - expected) / (1 - expected):.3f}"
