"""From corpora to the articles of a background: each story once, nothing that is to be measured on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from model.errors import TabwibError, TrainingError
from training.background.sources import Sources, read_sources
from training.corpus import LabelledArticle

WriteStories = Callable[..., list[LabelledArticle]]
Write = Callable[..., str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes articles to a corpus file of a name."""

    def run(name: str, articles: Sequence[LabelledArticle]) -> str:
        path = tmp_path / name
        rows = [json.dumps(asdict(article), ensure_ascii=False) for article in articles]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
        return str(path)

    return run


@pytest.fixture(scope="module")
def stories(write_stories: WriteStories) -> list[LabelledArticle]:
    written = [
        *write_stories(4, section="news", source="sabah"),
        *write_stories(4, section="sport", source="masa"),
    ]
    return [replace(story, id=str(row)) for row, story in enumerate(written)]


def read(*corpora: str, **options: Any) -> Sources:
    usual: dict[str, Any] = {"licences": {}, "without_sources": [], "without": None, "seed": 0}
    return read_sources(corpora, **(usual | options))


def nearly(story: LabelledArticle, **changed: Any) -> LabelledArticle:
    return replace(story, **({"body": f"{story.body} متابعة"} | changed))


def listed(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_labels_go_through_the_taxonomy(write: Write, stories: list[LabelledArticle]) -> None:
    known = replace(stories[0], section="سياسة", topics=("كرة القدم", "موضوع لا يعرفه أحد"))
    unknown = replace(stories[1], section="قسم غريب")
    dataset = read(write("a.jsonl", [known, unknown, *stories[2:]])).dataset
    sections = [section.id for section in dataset.taxonomy.sections]
    topics = [topic.id for topic in dataset.taxonomy.topics]
    assert len(topics) >= 60
    assert [sections[row] if row >= 0 else None for row in dataset.section] == ["news", None, "news", "news"] + [
        "sport"
    ] * 4
    assert dataset.topics_known.tolist() == [True] + [False] * 7
    assert [topics[column] for column in dataset.topics[0].nonzero()[0]] == ["football"]
    assert dataset.sources == ["sabah"] * 4 + ["masa"] * 4


def test_one_article_of_each_story(write: Write, stories: list[LabelledArticle]) -> None:
    copies = [
        nearly(stories[0], id="copy"),
        nearly(stories[4], id="copy-4", body=f"متابعة {stories[4].body}"),
        nearly(stories[4], id="copy-4-again"),
    ]
    dataset = read(write("a.jsonl", stories), write("b.jsonl", copies)).dataset
    assert sorted(dataset.ids) == [str(row) for row in range(8)]


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        pytest.param({}, {}, "0", id="nothing known: the first"),
        pytest.param({}, {"section": "news"}, "copy", id="with a section"),
        pytest.param({"section": "news"}, {"topics": ("egypt",)}, "copy", id="topics go before sections"),
        pytest.param({"topics": ()}, {"topics": (), "section": "news"}, "copy", id="both"),
        pytest.param({"topics": (), "section": "news"}, {"topics": ("egypt",)}, "0", id="less known, behind"),
        pytest.param({"section": "قسم غريب"}, {"section": "news"}, "copy", id="an unknown section is none"),
    ],
)
def test_of_a_story_the_article_that_most_is_known_of(
    write: Write,
    stories: list[LabelledArticle],
    first: dict[str, Any],
    second: dict[str, Any],
    kept: str,
) -> None:
    nothing: dict[str, Any] = {"section": None, "topics": None}
    one = replace(stories[0], **(nothing | first))
    other = nearly(stories[0], id="copy", **(nothing | second))
    dataset = read(write("a.jsonl", [one, stories[1]]), write("b.jsonl", [other])).dataset
    assert sorted(dataset.ids) == sorted(["1", kept])


def test_an_outlet_is_left_out_with_all_that_repeats_it(write: Write, stories: list[LabelledArticle]) -> None:
    at_another = nearly(stories[0], id="copy", source="masa", topics=("egypt",))
    found = read(write("a.jsonl", [*stories, at_another]), without_sources=["sabah"])
    assert found.dataset.ids == ["4", "5", "6", "7"]
    assert found.manifest["without"] == {"sources": ["sabah"], "articles": 4}


def test_listed_articles_are_left_out_with_all_that_repeats_them(
    write: Write, stories: list[LabelledArticle], tmp_path: Path
) -> None:
    at_another = nearly(stories[0], id="copy", source="masa")
    corpora = [write("a.part.jsonl", stories[:4]), write("b.jsonl", [at_another, *stories[4:]])]
    without = listed(tmp_path / "gold.jsonl", {"corpus": "a", "id": "0", "topics": []}, {"corpus": "b", "id": "5"})
    found = read(*corpora, without=without)
    assert found.dataset.ids == ["1", "2", "3", "4", "6", "7"]
    assert found.manifest["without"] == {"sources": [], "articles": 2}


def test_nothing_is_left_out_unasked(write: Write, stories: list[LabelledArticle]) -> None:
    found = read(write("a.jsonl", stories))
    assert len(found.dataset) == 8
    assert found.manifest["without"] == {"sources": [], "articles": 0}


def test_an_outlet_that_does_not_occur_is_refused(write: Write, stories: list[LabelledArticle]) -> None:
    with pytest.raises(TrainingError, match="no article comes from fajr, layl"):
        read(write("a.jsonl", stories), without_sources=["layl", "sabah", "fajr"])


@pytest.mark.parametrize("row", [{"corpus": "a", "id": "9"}, {"corpus": "b", "id": "0"}], ids=["id", "corpus"])
def test_an_article_that_does_not_occur_is_refused(
    write: Write, stories: list[LabelledArticle], tmp_path: Path, row: dict[str, str]
) -> None:
    without = listed(tmp_path / "gold.jsonl", {"corpus": "a", "id": "0"}, row)
    with pytest.raises(TrainingError, match=rf"gold\.jsonl: 1 articles are not in the corpora, .*'{row['id']}'"):
        read(write("a.jsonl", stories), without=without)


@pytest.mark.parametrize(
    "content",
    [
        b"{\n",
        b'{"corpus": "a"}\n',
        b'{"id": "0"}\n',
        b"[1]\n",
        b"7\n",
        b'{"corpus": "a", "id": ["0"]}\n',
        b"\xff\n",
        None,
    ],
    ids=["broken JSON", "no id", "no corpus", "list", "number", "list for an id", "broken UTF-8", "no such file"],
)
def test_a_list_that_is_none_is_refused(
    write: Write, stories: list[LabelledArticle], tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "gold.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(TrainingError, match=r"gold\.jsonl is no list of articles with corpus and id"):
        read(write("a.jsonl", stories), without=path)


def test_a_corpus_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TabwibError, match="no such file"):
        read(str(tmp_path / "nowhere.jsonl"))


def test_the_manifest_names_corpora_with_licences_and_digests(write: Write, stories: list[LabelledArticle]) -> None:
    first, second = write("a.jsonl", stories[:5]), write("b.jsonl", stories[5:])
    manifest = read(first, second, licences={"b.jsonl": "CC-BY-4.0"}).manifest
    assert manifest["corpora"] == [
        {"name": Path(path).name, "rows": rows, "sha256": digest, "licence": licence}
        for path, rows, licence, digest in (
            (first, 5, "", hashlib.sha256(Path(first).read_bytes()).hexdigest()),
            (second, 3, "CC-BY-4.0", hashlib.sha256(Path(second).read_bytes()).hexdigest()),
        )
    ]
