"""``hf:`` sources: from the cache by name, from folders, and what is said when the hub is out of reach.

The cache and the folders are made by ``datasets`` itself; reading is tested in a fresh process, because the library
looks at HF_HOME, HF_HUB_OFFLINE and HF_ENDPOINT only when it is imported.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasets import (
    ClassLabel,
    Dataset,
    DatasetDict,
    DatasetInfo,
    Features,
    GeneratorBasedBuilder,
    List,
    SplitGenerator,
    Value,
)

from model.errors import CorpusError
from training.corpus import read_corpus

ROOT = Path(__file__).parents[2]
FEATURES = Features(
    {
        "id": Value("int64"),
        "headline": Value("string"),
        "section": ClassLabel(names=["sport", "economy"]),
        "topics": List(ClassLabel(names=["football", "oil"])),
    }
)
TRAIN = [
    {"id": 1, "headline": "تعادل في مباراة الافتتاح", "section": 0, "topics": [0]},
    {"id": 2, "headline": "أسعار النفط مستقرة", "section": 1, "topics": None},
    {"id": 3, "headline": "خبر بلا قسم", "section": -1, "topics": []},
]
TEST = [{"id": 4, "headline": "انتقال لاعب إلى نادي العين", "section": 0, "topics": [0, 1]}]
READ_TRAIN = [("1", "sport", ("football",)), ("2", "economy", None), ("3", None, ())]
READ_TEST = [("4", "sport", ("football", "oil"))]
CLOSED_PORT = "http://127.0.0.1:9"

SCRIPT = """
import json, sys
from model.errors import CorpusError
from training.corpus import read_corpus
answers = []
for source in sys.argv[1:]:
    try:
        articles = read_corpus([source]).articles
        answers.append([[article.id, article.section, article.topics] for article in articles])
    except CorpusError as error:
        answers.append(str(error))
print(json.dumps(answers))
"""


class News(GeneratorBasedBuilder):
    """What the hub would serve as ``newsroom/arabic_news``."""

    def _info(self) -> DatasetInfo:
        return DatasetInfo(features=FEATURES)

    def _split_generators(self, dl_manager: Any) -> list[SplitGenerator]:
        return [
            SplitGenerator(name="train", gen_kwargs={"rows": TRAIN}),
            SplitGenerator(name="test", gen_kwargs={"rows": TEST}),
        ]

    def _generate_examples(self, rows: list[dict[str, Any]]) -> Iterator[tuple[int, dict[str, Any]]]:
        yield from enumerate(rows)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an HF_HOME in which one dataset was loaded once."""
    home = tmp_path_factory.mktemp("hub")
    builder = News(
        cache_dir=str(home / "datasets"), dataset_name="arabic_news", repo_id="newsroom/arabic_news", hash="0123abcd"
    )
    builder.download_and_prepare()
    return home


@pytest.fixture
def splits() -> DatasetDict:
    return DatasetDict(
        train=Dataset.from_list(TRAIN, features=FEATURES), test=Dataset.from_list(TEST, features=FEATURES)
    )


def read_elsewhere(sources: list[str], **environment: str) -> tuple[list[Any], str]:
    """Read sources in a fresh process; give the answers and what was said on stderr."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT, *sources],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    return json.loads(run.stdout), run.stderr


def as_read(rows: list[tuple[str, str | None, tuple[str, ...] | None]]) -> list[Any]:
    return json.loads(json.dumps(rows))


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param({"HF_HUB_OFFLINE": "1"}, id="offline by setting"),
        pytest.param({"HF_ENDPOINT": CLOSED_PORT}, id="hub out of reach"),
    ],
)
def test_without_the_hub_the_cache_is_read_by_name(cache: Path, environment: dict[str, str]) -> None:
    name = "hf:newsroom/arabic_news"
    answers, said = read_elsewhere(
        [name, f"{name}:test", f"{name}:dev", "hf:newsroom/other"], HF_HOME=str(cache), **environment
    )
    train, test, no_split, not_cached = answers
    assert train == as_read(READ_TRAIN)
    assert test == as_read(READ_TEST)
    assert no_split.startswith(f"{name}:dev: there is no split 'dev'; name one of these")
    assert no_split.endswith("train, test")
    assert not_cached.startswith("hf:newsroom/other: the Hugging Face hub is out of reach")
    assert str(cache / "datasets") in not_cached
    assert "hf:FOLDER" in not_cached
    assert [line.split(": ")[0] for line in said.splitlines()] == [f"reading {name}", f"reading {name}:test"]


def test_folders_of_datasets(tmp_path: Path, splits: DatasetDict) -> None:
    splits.save_to_disk(tmp_path / "all")
    splits["test"].save_to_disk(tmp_path / "one")
    (tmp_path / "files").mkdir()
    for name, split in splits.items():
        split.to_parquet(tmp_path / "files" / f"{name}.parquet")
    expected = {
        "all": READ_TRAIN,
        "all:test": READ_TEST,
        "one": READ_TEST,
        "files": READ_TRAIN,
        "files:test": READ_TEST,
    }
    for name, rows in expected.items():
        articles = read_corpus([f"hf:{tmp_path / name}"]).articles
        assert [(article.id, article.section, article.topics) for article in articles] == rows


def test_class_names_of_a_parquet_file_made_by_datasets(tmp_path: Path, splits: DatasetDict) -> None:
    splits["train"].to_parquet(tmp_path / "train.parquet")
    articles = read_corpus([str(tmp_path / "train.parquet")]).articles
    assert [(article.id, article.section, article.topics) for article in articles] == READ_TRAIN


def test_digest_is_of_the_rows_wherever_they_lie(tmp_path: Path, splits: DatasetDict) -> None:
    for name in ("a", "b"):
        splits["train"].save_to_disk(tmp_path / name)
    changed = [*TRAIN[:2], TRAIN[2] | {"headline": "خبر آخر بلا قسم"}]
    Dataset.from_list(changed, features=FEATURES).save_to_disk(tmp_path / "c")
    a, b, c = (read_corpus([f"hf:{tmp_path / name}"]).digests[f"hf:{tmp_path / name}"] for name in "abc")
    assert len(a) == 64
    assert a == b != c


@pytest.mark.parametrize(
    ("source", "message"),
    [
        pytest.param("hf:", "name is missing", id="nothing"),
        pytest.param("hf:/nowhere/at/all", "no such folder", id="no folder"),
        pytest.param("hf:./nowhere", "no such folder", id="no relative folder"),
        pytest.param("hf:json", "name of a format, not of a dataset", id="a builder of the library"),
    ],
)
def test_names_that_are_no_datasets(source: str, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_corpus([source])


def test_folder_that_holds_no_data(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"doesn't contain any data files.*give its files"):
        read_corpus([f"hf:{tmp_path}"])


def test_folder_with_a_broken_file(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"headline": "خبر"}\n{"headline": ', encoding="utf-8")
    with pytest.raises(CorpusError, match="fetch or write it again"):
        read_corpus([f"hf:{tmp_path}"])
