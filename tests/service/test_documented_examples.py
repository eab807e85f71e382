"""What documents say: the examples of docs/http.md run as they stand, docs/security.md names tests that exist."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import requests

from model.prediction import Decision, ReviewReason
from service.problems import PROBLEMS
from service.schemas import Document, Options
from service.shapes import Answer, Evidence, Fault, LabelEntry, Problem, Section, Topic

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "http.md"
SECURITY = ROOT / "docs" / "security.md"
ADDRESS = "127.0.0.1:8000"
TOKEN = "a-token-for-the-examples"


class Example(NamedTuple):
    """A fenced block: its language, the heading it stands under, and its text."""

    language: str
    heading: str
    code: str


def examples_of(document: str) -> list[Example]:
    found, heading = [], ""
    for match in re.finditer(r"^## ([^\n]+)$|^```(sh|python)\n(.*?)^```$", document, re.MULTILINE | re.DOTALL):
        if match[1]:
            heading = match[1]
        else:
            found.append(Example(match[2], heading, match[3]))
    return found


EXAMPLES = examples_of(DOCUMENT.read_text(encoding="utf-8"))
CURL = [example for example in EXAMPLES if example.language == "sh"]
PYTHON = [example for example in EXAMPLES if example.language == "python"]


@pytest.fixture(scope="module")
def server(artifact: Path, start_service: Callable[..., Any]) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TABWIB_ADMIN_TOKEN", TOKEN)
        with start_service(artifact) as server:
            yield server.url.removeprefix("http://")


@pytest.fixture
def run_example(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str], str], str]:
    monkeypatch.setenv("TABWIB_ADMIN_TOKEN", TOKEN)

    def run(interpreter: list[str], code: str) -> str:
        port = server.partition(":")[2]
        here = code.replace(ADDRESS, server).replace('"127.0.0.1", 8000', f'"127.0.0.1", {port}')
        assert ":8000" not in here
        done = subprocess.run(
            [*interpreter, here], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stdout[-1500:] + done.stderr[-1500:]
        return done.stdout

    return run


def named(examples: list[Example]) -> list[str]:
    return [f"{number} {example.heading}" for number, example in enumerate(examples)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("example", CURL, ids=named(CURL))
def test_curl(example: Example, run_example: Callable[[list[str], str], str]) -> None:
    printed = run_example(["bash", "-euo", "pipefail", "-c"], example.code)
    kept = {
        "/v1/classify ": '"section":',
        "/v1/classify/batch": '"section":',
        "/v1/extract": '"fields":',
        "/v1/labels": '"sections":',
        "/v1/model": '"limits":',
        "/metrics": "tabwib_model_info{",
        "/openapi.json": '"openapi":"3.1',
        "/readyz": '"status":"ready"',
        "/v1/admin/reload": '"models":',
    }
    if example.heading == "When it is refused":
        assert json.loads(printed)["errors"][0]["pointer"] == "#/headlin"
        return
    for address, words in kept.items():
        if address in example.code:
            assert words in printed
    assert "curl" in example.code


@pytest.mark.parametrize("example", PYTHON, ids=named(PYTHON))
def test_python(example: Example, run_example: Callable[[list[str], str], str]) -> None:
    assert run_example([sys.executable, "-W", "error", "-c"], example.code).strip()


def test_every_call_has_examples(server: str) -> None:
    """Of all three kinds: curl, requests, and nothing but Python."""
    paths = set(requests.get(f"http://{server}/openapi.json", timeout=30).json()["paths"])
    assert "/v1/classify" in paths
    of_curl = "".join(example.code for example in CURL)
    of_requests = "".join(example.code for example in PYTHON if "import requests" in example.code)
    alone = "".join(example.code for example in PYTHON if "import requests" not in example.code)
    for path in paths | {"/openapi.json", "/docs"}:
        assert path in of_curl, path
        assert path in of_requests or f'"{path[1:]}"' in of_requests, path
        assert path in alone, path


def test_the_fences_are_all_found() -> None:
    assert len(EXAMPLES) == DOCUMENT.read_text(encoding="utf-8").count("\n```") // 2


def test_every_name_of_the_contract_is_explained() -> None:
    named = set(re.findall(r"`(\w+)`", DOCUMENT.read_text(encoding="utf-8")))
    shapes = (Document, Options, Answer, Section, Topic, Evidence, Problem, Fault, LabelEntry)
    assert {field for shape in shapes for field in shape.model_fields} - named == set()
    assert {*PROBLEMS, *get_args(Decision), *get_args(ReviewReason)} - named == set()


def test_every_defence_names_tests_that_exist() -> None:
    rows = re.findall(r"^\| .* \|$", SECURITY.read_text(encoding="utf-8"), re.MULTILINE)
    defences = [row for row in rows if "---" not in row and not row.endswith("| tested in |")]
    assert len(defences) > 30
    assert [row for row in defences if "::" not in row.rpartition(" | ")[2]] == []
    named = re.findall(r"`(test_\w+)::(test_\w+)`", SECURITY.read_text(encoding="utf-8"))
    for file, test in named:
        (path,) = (ROOT / "tests").rglob(f"{file}.py")
        assert f"def {test}(" in path.read_text(encoding="utf-8"), f"{file}::{test}"
