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
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PATIENCE = 240.0
"""Seconds that the server may take to start: the first start on a machine makes machine code."""

WAIT_MILLISECONDS = 20_000


@pytest.fixture(scope="session")
def installed() -> str:
    """Where the system's Chromium is; asked for before anything that takes time."""
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine (apt-get install chromium)")
    return CHROMIUM


@pytest.fixture(scope="session")
def site(installed: str, tiny_artifact: Path) -> Iterator[str]:
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


class Window(NamedTuple):
    """A page of the browser, and what it has done: addresses it asked for, errors and breaches of policy."""

    page: Page
    asked: list[str]
    broken: list[str]


class Windows:
    """Pages by what they were opened with; making one anew takes longer than most tests."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.known: dict[str, Window] = {}

    def get(self, options: dict[str, Any]) -> Window:
        key = repr(sorted(options.items()))
        if key not in self.known:
            self.known[key] = self._open({"viewport": {"width": 1280, "height": 900}, "locale": "ar", **options})
        return self.known[key]

    def _open(self, options: dict[str, Any]) -> Window:
        context = self.browser.new_context(**options)
        context.set_default_timeout(WAIT_MILLISECONDS)
        window = Window(context.new_page(), [], [])
        window.page.on("request", lambda request: window.asked.append(request.url))
        window.page.on("pageerror", lambda error: window.broken.append(str(error)))
        window.page.on("console", lambda said: window.broken.append(said.text) if "Policy" in said.text else None)
        return window


@pytest.fixture(scope="module")
def chromium(installed: str) -> Iterator[Browser]:
    """A browser for a file of tests; not longer, because playwright keeps an event loop running beside it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def windows(chromium: Browser) -> Windows:
    """Pages of that browser."""
    return Windows(chromium)


@pytest.fixture
def visit(windows: Windows, site: str) -> Iterator[Callable[..., Page]]:
    """Open an address in a browser that remembers nothing of other tests.

    Whatever a test does: no page may ask another host for anything, break its own content security policy, raise an
    error in its script, or set a cookie.
    """
    used: dict[int, Window] = {}

    def open_page(path: str = "/", *, at: str = site, **options: Any) -> Page:
        window = windows.get(options)
        used[id(window)] = window
        window.page.goto(f"{at}{path}")
        return window.page

    yield open_page
    for page, asked, broken in used.values():
        cookies, hosts, errors = page.context.cookies(), {urlsplit(url).netloc for url in asked}, list(broken)
        page.unroute_all()
        page.evaluate("localStorage.clear(); sessionStorage.clear()")
        page.goto("about:blank")
        asked.clear()
        broken.clear()
        assert not errors
        assert not cookies
        assert len(hosts - {""}) == 1  # blobs, which are downloads, have no host
