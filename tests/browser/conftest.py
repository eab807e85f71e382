"""A real Chromium on a real server: pages in either language, in any size, with and without scripts.

The system's Chromium is used; nothing is downloaded. Where there is none, these tests are skipped.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

pytest.importorskip("playwright", reason="playwright is not installed")
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 60.0
WAIT_MILLISECONDS = 20_000


@pytest.fixture(scope="session")
def site(tiny_artifact: Path) -> Iterator[str]:
    """The address of a server of the mini model."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "service", "--artifact", str(tiny_artifact), "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _await_ready(address, process)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await_ready(address: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            if requests.get(f"{address}/readyz", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for a file of tests; not longer, because playwright keeps an event loop running beside it."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open an address in a browser that has seen nothing before.

    Whatever a test does: no page may ask another host for anything, break its own content security policy, raise an
    error in its script, or set a cookie.
    """
    pages: list[Page] = []
    asked: list[str] = []
    broken: list[str] = []

    def open_page(path: str = "/", *, at: str = site, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, "locale": "ar", **options})
        context.set_default_timeout(WAIT_MILLISECONDS)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda message: broken.append(message.text) if "Policy" in message.text else None)
        page.goto(f"{at}{path}")
        pages.append(page)
        return page

    yield open_page
    cookies = [cookie for page in pages for cookie in page.context.cookies()]
    for page in pages:
        page.context.close()
    assert not broken
    assert not cookies
    assert {url.split("/")[2] for url in asked if url.startswith("http")} <= {
        page_url.split("/")[2] for page_url in asked[:1]
    }
