"""The application in this process: mistakes of our own, models that are missing, and requests nobody foresaw."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.article import Article
from model.classifier import NewsClassifier
from model.errors import ArticleError, PageError, TabwibError
from model.pages import PageWarning, ReadPage, Removed
from model.prediction import Prediction
from service.app import create_app
from service.served import ServedModels
from service.settings import Settings
from service.shapes import Problem


@pytest.fixture(scope="module")
def client(classifier: NewsClassifier) -> FlaskClient:
    return create_app(Settings(), ServedModels.of(classifier)).test_client()


class _Broken:
    """A classifier that fails on one word, as a bug would, or refuses a text."""

    def __init__(self, inner: NewsClassifier) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def predict(self, article: Article) -> Prediction:
        if "عطل" in article.body:
            raise RuntimeError("secret: /srv/models/current")
        if "مرفوض" in article.body:
            raise ArticleError("secret", field="body")
        return self._inner.predict(article)

    def predict_batch(self, articles: Sequence[Article]) -> list[Prediction]:
        return [self.predict(article) for article in articles]


@pytest.fixture(scope="module")
def broken(classifier: NewsClassifier) -> FlaskClient:
    return create_app(Settings(), ServedModels.of(_Broken(classifier))).test_client()  # type: ignore[arg-type]


def test_a_mistake_of_ours_is_logged_and_not_told(broken: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    response = broken.post("/v1/classify", json={"body": "عطل"}, headers={"X-Request-Id": "r-17"})
    problem = Problem.model_validate_json(response.data)
    assert (response.status_code, problem.code, problem.request_id) == (500, "internal_error", "r-17")
    for secret in ("secret", "/srv", "Traceback", "RuntimeError", ".py"):
        assert secret not in response.text
    assert "r-17" in caplog.text
    assert "secret: /srv/models/current" in caplog.text


def test_a_text_the_model_refuses_is_pointed_at(broken: FlaskClient) -> None:
    response = broken.post("/v1/classify", json={"body": "مرفوض"})
    problem = Problem.model_validate_json(response.data)
    assert (response.status_code, problem.code, problem.errors[0].pointer) == (422, "invalid_request", "#/body")
    assert "secret" not in response.text


@pytest.mark.parametrize("stream", [False, True])
def test_a_text_that_trips_the_model_leaves_the_rest_of_a_batch(
    broken: FlaskClient, caplog: pytest.LogCaptureFixture, stream: bool
) -> None:
    documents = [{"id": "a", "body": "الفريق في الملعب"}, {"id": "b", "body": "عطل"}, {"id": "c", "body": "مرفوض"}]
    documents += [{"id": "d", "body": "الفريق في المباراة"}]
    if stream:
        lines = "\n".join(json.dumps(document) for document in documents)
        response = broken.post("/v1/classify/batch", data=lines, content_type="application/x-ndjson")
        results = [json.loads(line) for line in response.data.splitlines()]
    else:
        response = broken.post("/v1/classify/batch", json={"documents": documents})
        results = response.get_json()["results"]
    assert "secret" not in response.text
    assert [result["id"] for result in results] == ["a", "b", "c", "d"]
    assert results[0]["section"] is not None
    assert results[3]["section"] is not None
    pointer = "#/body" if stream else "#/documents/2/body"
    assert (results[1]["problem"]["status"], results[1]["problem"]["code"]) == (500, "internal_error")
    assert [error["pointer"] for error in results[2]["problem"]["errors"]] == [pointer]
    assert caplog.text.count("RuntimeError: secret") == 1


def test_a_page_that_trips_the_reader_leaves_the_rest_of_a_batch(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def trip(raw: str) -> None:
        raise PageError("secret") if raw == "صفحة" else RuntimeError("secret")

    monkeypatch.setattr("service.documents.read_page", trip)
    documents = [{"page": "صفحة"}, {"page": "أخرى"}, {"body": "الفريق في الملعب"}]
    response = client.post("/v1/classify/batch", json={"documents": documents})
    assert response.status_code == 200
    assert "secret" not in response.text
    first, second, third = json.loads(response.data)["results"]
    assert (first["section"]["decision"], first["warnings"][0]["code"]) == ("abstained", "unreadable_page")
    assert (second["problem"]["status"], second["problem"]["code"]) == (500, "internal_error")
    assert third["section"] is not None
    assert "secret" in caplog.text


def test_a_page_that_is_boilerplate_from_top_to_bottom_is_an_answer(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    removed = (Removed("menu", "الرئيسية"), Removed("share_bar", "شارك"))
    read = ReadPage(Article(), removed, (PageWarning("unreadable_date", "أمس"),))
    monkeypatch.setattr("service.documents.read_page", lambda raw: read)
    answer = client.post("/v1/classify", json={"page": "الرئيسية شارك"}).get_json()
    assert (answer["section"]["decision"], answer["review_reasons"]) == ("abstained", ["too_short"])
    assert answer["warnings"] == [
        {"code": "boilerplate_removed", "count": 2},
        {"code": "unreadable_date", "detail": "أمس"},
    ]


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        pytest.param(lambda folder: shutil.rmtree(folder), "model_not_found", id="missing"),
        pytest.param(lambda folder: (folder / "manifest.json").write_text("{"), "model_corrupt", id="damaged"),
        pytest.param(
            lambda folder: (folder / "manifest.json").write_text('{"format": 99, "orthography": 1}'),
            "model_version",
            id="newer",
        ),
    ],
)
def test_without_a_model_it_answers_503_and_says_why(
    artifact: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, harm: Callable[[Path], object], code: str
) -> None:
    folder = tmp_path / "artifact"
    shutil.copytree(artifact, folder)
    harm(folder)
    client = create_app(Settings(artifact=folder)).test_client()
    assert str(folder) in caplog.text
    calls = [
        client.get("/readyz"),
        client.post("/v1/classify", json={"body": "الفريق في الملعب"}),
        client.post("/v1/classify/batch", json={"documents": []}),
    ]
    for response in calls:
        problem = Problem.model_validate_json(response.data)
        assert (response.status_code, problem.code) == (503, code)
        assert int(response.headers["Retry-After"]) > 0
        assert str(tmp_path) not in response.text
    assert client.get("/livez").status_code == 200
    assert client.get("/version").get_json()["model"] is None


def test_settings_come_from_the_environment(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABWIB_ARTIFACT", str(artifact))
    assert create_app().test_client().get("/readyz").status_code == 200


def test_wrong_settings_stop_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABWIB_PORT", "many")
    with pytest.raises(TabwibError, match="TABWIB_PORT"):
        create_app()


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
_names = st.sampled_from(["id", "headline", "subheadline", "body", "page", "published", "options", "documents"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_names, _values, max_size=5), st.sampled_from(["/v1/classify", "/v1/classify/batch"]))
def test_no_json_is_our_mistake(client: FlaskClient, content: dict[str, object], path: str) -> None:
    response = client.post(path, data=json.dumps(content), content_type="application/json")
    assert response.status_code in (200, 400, 422)
    assert "internal_error" not in response.text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=60))
def test_no_bytes_are_our_mistake(client: FlaskClient, body: bytes) -> None:
    response = client.post("/v1/classify", data=body, content_type="application/json")
    assert response.status_code in (200, 400, 422)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_text_is_our_mistake(client: FlaskClient, text: str) -> None:
    response = client.post("/v1/classify", json={"body": text})
    assert response.status_code == (200 if text.strip() else 422)
    response = client.post("/v1/classify", json={"page": text})
    assert response.status_code == (200 if text.strip() else 422)
