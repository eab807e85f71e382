"""What docs/deploy.md promises: its settings, and a real nginx with its own configuration.

The unit and the container file are tested in ``test_packaging.py``.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from service.settings import ENVIRONMENT, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
STORY = {"headline": "الحارس يتصدى لركلة الهداف في الدوري", "body": "فاز الفريق في المباراة على ملعبه أمام جمهوره."}
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def documented_configuration() -> str:
    blocks: list[str] = re.findall(r"^```nginx\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


@contextmanager
def nginx_before(service: str, folder: Path) -> Iterator[str]:
    """Start nginx with the document's configuration: other ports, and a second in place of ten for a silent client."""
    port = free_port()
    site = changed(documented_configuration(), "server 127.0.0.1:8000;", f"server {service};")
    site = changed(site, "listen 80;", f"listen 127.0.0.1:{port};")
    site = changed(site, "client_body_timeout 10s;", "client_body_timeout 1s;")
    places = "".join(
        f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off;\n{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{site}}}\n",
        encoding="utf-8",
    )
    assert NGINX is not None
    process = subprocess.Popen([NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")], stderr=subprocess.PIPE)
    try:
        for _ in range(200):
            assert process.poll() is None, process.communicate()
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate(timeout=30)


@pytest.fixture(scope="module")
def proxied(service: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with nginx_before(service.removeprefix("http://"), tmp_path_factory.mktemp("nginx")) as address:
        yield address


def test_the_settings_of_the_unit_and_of_the_container_are_settings() -> None:
    text = DOCUMENT + (ROOT / "Containerfile").read_text(encoding="utf-8")
    found = dict(re.findall(r"^ *(?:ENV )?(TABWIB_\w+)=(\S+)", text, re.MULTILINE))
    assert set(found) == {"TABWIB_WORKERS", "TABWIB_PROXIES", "TABWIB_RATE_LIMIT", "TABWIB_ADMIN_TOKEN", "TABWIB_HOST"}
    assert set(found) <= set(ENVIRONMENT.values())
    settings = Settings.gather(found | {"TABWIB_ADMIN_TOKEN": "0" * 64})
    assert (settings.proxies, settings.workers, str(settings.rate_limit)) == (1, 2, "600 per 1 minute")


@needs_nginx
def test_a_story_and_a_batch_go_through(proxied: str) -> None:
    with requests.Session() as session:
        headers = {"X-Request-Id": "through-nginx"}
        response = session.post(f"http://{proxied}/v1/classify", json=STORY, headers=headers, timeout=30)
        assert response.json()["section"]["id"] == "sport"
        assert response.headers["X-Request-Id"] == "through-nginx"
        batch = {"documents": [STORY] * 256}
        results = session.post(f"http://{proxied}/v1/classify/batch", json=batch, timeout=60).json()["results"]
        assert [result["section"]["id"] for result in results] == ["sport"] * 256
        refused = session.post(f"http://{proxied}/v1/classify", data=b"x", timeout=30)
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_media_type")


@needs_nginx
def test_a_stream_is_answered_line_by_line(proxied: str) -> None:
    """The next line is sent when the one before is answered: whoever held anything back would stop it."""
    connection = http.client.HTTPConnection(proxied, timeout=30)
    connection.putrequest("POST", "/v1/classify/batch")
    connection.putheader("Content-Type", "application/x-ndjson")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    line = json.dumps(STORY).encode() + b"\n"
    response = None
    for _ in range(20):
        connection.send(b"%x\r\n%s\r\n" % (len(line), line))
        if response is None:
            response = http.client.HTTPResponse(connection.sock, method="POST")
            response.begin()
        assert json.loads(response.readline())["section"]["id"] == "sport"
    connection.send(b"0\r\n\r\n")
    assert response is not None
    assert response.read() == b""
    connection.close()


@needs_nginx
def test_a_long_stream_passes_the_limit_of_a_body(proxied: str) -> None:
    line = json.dumps({"id": "x" * 100, **STORY}).encode() + b"\n"
    count = 3 * 2**20 // len(line)
    headers = {"Content-Type": "application/x-ndjson"}
    response = requests.post(f"http://{proxied}/v1/classify/batch", data=line * count, headers=headers, timeout=120)
    assert response.status_code == 200
    assert len(response.content.splitlines()) == count


@needs_nginx
def test_what_is_too_large_is_refused(proxied: str) -> None:
    """By nginx before it has come, and where nginx lets it through by the service, as a problem."""
    headers = {"Content-Type": "text/plain"}
    response = requests.post(f"http://{proxied}/v1/classify", data=b"x" * (2**20 + 1), headers=headers, timeout=30)
    assert response.status_code == 413
    batch = b'{"documents": [{"body": "' + b"x" * 2**24 + b'"}]}'
    headers = {"Content-Type": "application/json"}
    connection = http.client.HTTPConnection(proxied, timeout=60)
    with suppress(BrokenPipeError, ConnectionResetError):  # answered before all of it was sent
        connection.request("POST", "/v1/classify/batch", batch, headers)
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)["code"]) == (413, "too_long")
    connection.close()


@needs_nginx
@pytest.mark.parametrize("path", ["/v1/classify", "/v1/classify/batch"])
def test_a_client_that_sends_nothing_more_is_cut_off(proxied: str, path: str) -> None:
    host, port = proxied.split(":")
    with socket.create_connection((host, int(port)), timeout=30) as slow:
        slow.sendall(f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode())
        slow.sendall(b'Content-Length: 100\r\n\r\n{"body"')
        answer = b""
        while came := slow.recv(4096):  # the end, not the time-out of the socket
            answer += came
    assert answer == b"" or answer.split()[1] in (b"408", b"400")


@needs_nginx
def test_one_address_has_so_many_connections(proxied: str) -> None:
    host, port = proxied.split(":")
    head = b"POST /v1/classify HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
    slow = [socket.create_connection((host, int(port)), timeout=30) for _ in range(60)]
    for connection in slow:
        connection.sendall(head + b"{")
    refused = 0
    for connection in slow:
        refused += connection.recv(64).startswith(b"HTTP/1.1 503")
        connection.close()
    assert refused == 60 - 32


@needs_nginx
def test_administration_is_for_this_machine(service: str, tmp_path: Path) -> None:
    with nginx_before(service.removeprefix("http://"), tmp_path) as address:
        for path in ("/metrics", "/v1/admin/reload"):
            method = "GET" if path == "/metrics" else "POST"
            assert status_from(address, "127.0.0.2", method, path) == 403
        assert status_from(address, "127.0.0.1", "GET", "/metrics") == 200
        assert status_from(address, "127.0.0.2", "GET", "/version") == 200


def status_from(address: str, source: str, method: str, path: str, **headers: str) -> int:
    connection = http.client.HTTPConnection(address, timeout=30, source_address=(source, 0))
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


@needs_nginx
def test_limits_count_the_client_and_not_what_it_says(
    artifact: Path, start_service: Callable[..., Any], tmp_path: Path
) -> None:
    with (
        start_service(artifact, "--rate-limit", "5/hour", "--proxies", "1") as server,
        nginx_before(server.url.removeprefix("http://"), tmp_path) as address,
    ):
        forged = [
            status_from(address, "127.0.0.2", "GET", "/version", **{"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(8)
        ]
        assert forged == [200] * 5 + [429] * 3
        assert status_from(address, "127.0.0.3", "GET", "/version") == 200
