"""Keys, rate limits, other sites and floods: who is let in, how often, and that nothing gets around it."""

from __future__ import annotations

import gzip
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from limits import parse

from model.classifier import NewsClassifier
from model.errors import TabwibError
from service import keys as keys_module
from service.app import create_app
from service.keys import Key, KeyRing, digest_of, read_keys
from service.limits import RateLimit, network_of
from service.new_key import main as new_key
from service.refusals import RefusedError
from service.served import ServedModels
from service.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
STORY = {"headline": "الفريق يستعد لمباراة الكأس", "body": "أعلن المدرب تشكيلة الفريق في الملعب البلدي"}
SECRETS = {
    "newsroom": "a-key-of-the-newsroom-1",
    "desk": "a-key-of-the-desk-22222",
    "operator": "a-key-of-the-operator-3",
}
SCOPES = {"newsroom": ["label"], "desk": ["label", "admin"], "operator": ["admin"]}


@pytest.fixture(scope="module")
def served(classifier: NewsClassifier) -> ServedModels:
    return ServedModels.of(classifier)


@pytest.fixture(scope="module")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "keys.jsonl"
    entries = [{"name": name, "sha256": digest_of(SECRETS[name]), "scopes": SCOPES[name]} for name in SECRETS]
    path.write_text("\n".join(map(json.dumps, entries)) + "\n\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def closed(served: ServedModels, key_file: Path) -> FlaskClient:
    return create_app(Settings(keys=key_file, admin_token="t" * 20), served).test_client()


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


# keys


@pytest.mark.parametrize(
    ("who", "classify", "admin"),
    [
        pytest.param("", 401, 401, id="nobody"),
        pytest.param("not-a-key-at-all", 401, 401, id="unknown"),
        pytest.param(SECRETS["newsroom"], 200, 403, id="label"),
        pytest.param(SECRETS["desk"], 200, 200, id="both"),
        pytest.param(SECRETS["operator"], 403, 200, id="admin"),
        pytest.param("t" * 20, 403, 200, id="admin-token"),
        pytest.param(digest_of(SECRETS["newsroom"]), 401, 401, id="what-is-kept-opens-nothing"),
    ],
)
def test_scopes(closed: FlaskClient, who: str, classify: int, admin: int) -> None:
    headers = bearer(who) if who else {}
    for path in ("/v1/classify", "/v1/classify?model=current"):
        assert closed.post(path, json=STORY, headers=headers).status_code == classify
    assert closed.post("/v1/classify/batch", json={"documents": [STORY]}, headers=headers).status_code == classify
    assert closed.get("/v1/labels", headers=headers).status_code == classify
    assert closed.get("/metrics", headers=headers).status_code == admin
    problem = closed.post("/v1/admin/reload", headers=headers)
    assert problem.status_code == (409 if admin == 200 else admin), "this model has no folder to be loaded from"
    for path in ("/livez", "/readyz", "/version", "/openapi.json"):
        assert closed.get(path, headers=headers).status_code == 200


def test_a_refusal_is_a_problem(closed: FlaskClient) -> None:
    response = closed.post("/v1/classify", json=STORY, headers={"Accept-Language": "ar", "X-Request-Id": "r-9"})
    assert response.content_type == "application/problem+json"
    assert (response.get_json()["code"], response.get_json()["request_id"]) == ("unauthorized", "r-9")
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_every_key_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return one == other

    monkeypatch.setattr(keys_module.hmac, "compare_digest", compare)
    ring = KeyRing([Key(name, digest_of(secret), frozenset({"label"})) for name, secret in SECRETS.items()])
    for secret, found in ((SECRETS["newsroom"], "newsroom"), (SECRETS["operator"], "operator"), ("else", None)):
        compared.clear()
        key = ring.find({"HTTP_AUTHORIZATION": f"Bearer {secret}"})
        assert (None if key is None else key.name) == found
        assert compared == [(digest_of(other), digest_of(secret)) for other in SECRETS.values()]


def test_a_new_key_opens_what_its_line_says(
    served: ServedModels, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_key(["غرفة الأخبار"]) == 0
    out, err = capsys.readouterr()
    secret = err.rpartition(" ")[2].strip()
    assert len(secret) >= 43
    assert secret not in out
    path = tmp_path / "keys.jsonl"
    path.write_text(out, encoding="utf-8")
    assert [(key.name, key.scopes) for key in read_keys(path)] == [("غرفة الأخبار", {"label"})]
    client = create_app(Settings(keys=path), served).test_client()
    assert client.post("/v1/classify", json=STORY, headers=bearer(secret)).status_code == 200
    assert client.post("/v1/admin/reload", headers=bearer(secret)).status_code == 403


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("secret", id="not-json"),
        pytest.param("[" * 100_000, id="deep"),
        pytest.param('{"name": "a", "sha256": "abc", "scopes": ["label"]}', id="not-a-digest"),
        pytest.param(json.dumps({"name": "a", "sha256": "0" * 64, "scopes": ["all"]}), id="unknown-scope"),
        pytest.param(json.dumps({"name": "a", "sha256": "0" * 64, "scopes": []}), id="no-scope"),
        pytest.param(json.dumps({"name": "", "sha256": "0" * 64, "scopes": ["label"]}), id="no-name"),
        pytest.param(json.dumps({"sha256": "0" * 64, "scopes": ["label"]}), id="name-missing"),
        pytest.param((json.dumps({"name": "a", "sha256": "0" * 64, "scopes": ["label"]}) + "\n") * 2, id="twice"),
    ],
)
def test_key_files_that_are_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys.jsonl"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(TabwibError, match=r"keys\.jsonl") as refusal:
        read_keys(path)
    assert "secret" not in str(refusal.value)


# rate limits


def limited(served: ServedModels, rate: str, **settings: Any) -> FlaskClient:
    return create_app(Settings(rate_limit=parse(rate), **settings), served).test_client()


def from_address(address: str) -> dict[str, Any]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def test_an_address_has_its_limit(served: ServedModels) -> None:
    client = limited(served, "3/minute")
    calls = [client.post("/v1/classify", json=STORY, **from_address("192.0.2.1")) for _ in range(4)]
    assert [call.status_code for call in calls] == [200, 200, 200, 429]
    assert calls[3].get_json()["code"] == "too_many_requests"
    assert 1 <= int(calls[3].headers["Retry-After"]) <= 60
    assert client.get("/v1/labels", **from_address("192.0.2.1")).status_code == 429, "one limit for all calls"
    assert client.get("/nothing", **from_address("192.0.2.1")).status_code == 429
    assert client.post("/v1/classify", json=STORY, **from_address("192.0.2.2")).status_code == 200
    assert {client.get(path, **from_address("192.0.2.1")).status_code for path in ("/livez", "/readyz")} == {200}


@pytest.mark.parametrize("shared", [False, True], ids=["alone", "together"])
def test_a_limit_is_over_after_its_time(tmp_path: Path, shared: bool) -> None:
    limit = RateLimit(parse("2/second"), tmp_path / "limits" if shared else None)

    def admitted() -> bool:
        try:
            limit.hit("one")
        except RefusedError:
            return False
        return True

    assert [admitted() for _ in range(3)] == [True, True, False]
    deadline = time.monotonic() + 10
    while not admitted() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [admitted(), admitted()] == [True, False], "and it begins anew"


def test_a_key_has_its_limit_wherever_it_comes_from(served: ServedModels, key_file: Path) -> None:
    client = limited(served, "2/minute", keys=key_file)

    def call(secret: str, address: str) -> int:
        return client.get("/v1/labels", headers=bearer(secret), **from_address(address)).status_code

    assert [call(SECRETS["newsroom"], f"192.0.2.{host}") for host in range(3)] == [200, 200, 429]
    assert call(SECRETS["desk"], "192.0.2.0") == 200
    assert [call(f"guess-{number}", "192.0.2.9") for number in range(3)] == [401, 401, 429], "guessing is limited"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unix", "unix"),
    ],
)
def test_an_ipv6_customer_is_one_client(address: str, counted: str) -> None:
    assert network_of(address) == counted


@pytest.mark.parametrize(("proxies", "statuses"), [(0, [200, 429, 429]), (1, [200, 200, 429])])
def test_forwarded_addresses_are_believed_from_named_proxies_only(
    served: ServedModels, proxies: int, statuses: list[int]
) -> None:
    client = limited(served, "1/minute", proxies=proxies)
    forwarded = ["198.51.100.1", "198.51.100.2", "203.0.113.5, 198.51.100.2"]  # the client wrote the first of the last
    calls = [client.get("/version", headers={"X-Forwarded-For": value}) for value in forwarded]
    assert [call.status_code for call in calls] == statuses


def test_processes_count_together(tmp_path: Path) -> None:
    """As many as the limit allows are let through, by threads of two processes at once; one more process is killed."""
    code = (
        "import sys, threading\nfrom pathlib import Path\nfrom limits import parse\n"
        "from service.limits import RateLimit\nfrom service.refusals import RefusedError\n"
        "limit = RateLimit(parse('100/hour'), Path(sys.argv[1]))\nadmitted = []\n"
        "def ask():\n    for _ in range(20):\n        try:\n            limit.hit('one')\n"
        "        except RefusedError:\n            continue\n        admitted.append(1)\n"
        "threads = [threading.Thread(target=ask) for _ in range(4)]\n"
        "[thread.start() for thread in threads]\n[thread.join() for thread in threads]\nprint(len(admitted))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "limits")]
    running = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    admitted = [int(process.communicate(timeout=60)[0]) for process in running]
    assert sum(admitted) == 100
    with pytest.raises(RefusedError):
        RateLimit(parse("100/hour"), tmp_path / "limits").hit("one")
    RateLimit(parse("100/hour"), tmp_path / "limits").hit("another")


# other sites


def test_no_other_site_is_let_in_unless_named(served: ServedModels) -> None:
    client = create_app(Settings(), served).test_client()
    response = client.post("/v1/classify", json=STORY, headers={"Origin": "https://news.example"})
    assert response.status_code == 200
    assert not [name for name, _ in response.headers if name.startswith("Access-Control")]


def test_named_sites_are_let_in(served: ServedModels, key_file: Path) -> None:
    client = create_app(Settings(keys=key_file, cors_origins=("https://news.example",)), served).test_client()
    ours, other = {"Origin": "https://news.example"}, {"Origin": "https://news.example.evil.test"}
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    preflight = client.options("/v1/classify", headers={**ours, **asks})
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, "https://news.example")
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = client.post("/v1/classify", json=STORY, headers={**ours, **bearer(SECRETS["newsroom"])})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://news.example")
    refused = client.post("/v1/classify", json=STORY, headers=ours)
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, "https://news.example")
    for headers in ({**other, **asks}, asks, {**other, **bearer(SECRETS["newsroom"])}):
        response = client.options("/v1/classify", headers=headers)
        assert "Access-Control-Allow-Origin" not in response.headers
        assert "Origin" in response.headers.getlist("Vary")
        assert "Access-Control-Allow-Credentials" not in response.headers


# floods, on a server


@pytest.fixture(scope="module")
def server(artifact: Path, start_service: Callable[..., Any], key_file: Path) -> Iterator[str]:
    with start_service(artifact, "--workers", "2", "--keys", str(key_file), "--rate-limit", "40/hour") as server:
        yield server.url


def test_workers_share_a_limit(server: str) -> None:
    headers = bearer(SECRETS["newsroom"])
    calls = [requests.post(f"{server}/v1/classify", json=STORY, headers=headers, timeout=30) for _ in range(48)]
    assert [call.status_code for call in calls] == [200] * 40 + [429] * 8
    assert SECRETS["newsroom"] not in "".join(call.text for call in calls)


def test_a_flood_of_headers_is_cut_off(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    for flood in (b"".join(b"X-%d: y\r\n" % number for number in range(5000)), b"X: " + b"y" * 2**20 + b"\r\n"):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            try:
                connection.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n" + flood + b"\r\n")
                said = connection.recv(4096)
            except OSError:  # cut off in the middle
                said = b""
        assert said == b"" or said.startswith((b"HTTP/1.1 431", b"HTTP/1.1 400"))
    assert requests.get(f"{server}/livez", timeout=30).status_code == 200


def test_a_compressed_bomb_is_not_unpacked(served: ServedModels) -> None:
    client = create_app(Settings(), served).test_client()
    bomb = gzip.compress(b" " * 50 * 2**20)
    for encoding in ("gzip", "deflate", "br", "zstd", "gzip, gzip"):
        headers = {"Content-Encoding": encoding, "Content-Type": "application/json"}
        response = client.post("/v1/classify", data=bomb, headers=headers)
        assert (response.status_code, response.get_json()["code"]) == (415, "unsupported_content_encoding")


@pytest.mark.parametrize("content_type", ["application/json", "application/ld+json", "application/x-ndjson"])
@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_json_is_refused(served: ServedModels, content_type: str, opening: str) -> None:
    client = create_app(Settings(), served).test_client()
    path = "/v1/classify/batch" if content_type.endswith("ndjson") else "/v1/classify"
    response = client.post(path, data=opening * 150_000, content_type=content_type)
    codes = {
        response.status_code,
        *(json.loads(line)["problem"]["status"] for line in response.data.splitlines() if response.status_code == 200),
    }
    assert codes <= {200, 400, 422}
    assert 400 in codes or 422 in codes
    assert b"internal_error" not in response.data


def test_nothing_that_a_page_names_is_fetched(service: str) -> None:
    """Whatever could make a reader of pages fetch something points to a socket that would notice."""
    with socket.create_server(("127.0.0.1", 0)) as trap:
        trap.setblocking(False)
        away = f"http://127.0.0.1:{trap.getsockname()[1]}/x"
        entities = f'<!ENTITY a SYSTEM "{away}"><!ENTITY b SYSTEM "file:///etc/passwd">'
        links = "".join(f'<link rel="{kind}" href="{away}">' for kind in ("canonical", "amphtml", "alternate", "next"))
        page = (
            f'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "{away}" [{entities}]>'
            f'<html xmlns:xi="http://www.w3.org/2001/XInclude"><head><base href="{away}">{links}'
            f'<meta http-equiv="refresh" content="0; url={away}"><script src="{away}"></script></head>'
            f'<body><xi:include href="{away}"/><iframe src="{away}"></iframe><img src="{away}"><article>'
            f"<h1>{STORY['headline']} &a;&b;</h1><p>{STORY['body']}</p></article></body></html>"
        )
        node = {"@context": away, "@type": "NewsArticle", "@id": away, "url": away, "articleBody": STORY["body"]}
        answers = [
            requests.post(f"{service}/v1/{call}", data=data, headers={"Content-Type": media}, timeout=30)
            for call in ("classify", "extract")
            for data, media in (
                (page.encode(), "text/html"),
                (json.dumps({"page": page}).encode(), "application/json"),
                (json.dumps(node).encode(), "application/ld+json"),
                (away.encode(), "text/plain"),
            )
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert "root:" not in "".join(answer.text for answer in answers)
        with pytest.raises(BlockingIOError):
            trap.accept()
