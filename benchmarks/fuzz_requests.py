"""Requests that no client should send: made from invented stories and pages, each by its number alone.

``fuzz`` sends them. A request depends on the seed and its number, on nothing before it, so that one that was answered
wrongly can be sent again by itself.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

from benchmarks import fuzz_oddities as odd
from benchmarks.command import ROOT

__all__ = ["Maker", "Request"]

_SAMPLES = ROOT / "tests" / "model" / "pages" / "samples"
_STORIES = ROOT / "tests" / "data" / "mini.jsonl"

_CLASSIFY, _BATCH, _EXTRACT = "/v1/classify", "/v1/classify/batch", "/v1/extract"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; its header values are bytes of Latin-1."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    chunked: bool


class Maker:
    """Makes requests by number.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._pages = [path.read_text("utf-8") for kind in ("text", "html") for path in _read_folder(kind)]
        self._stories = [json.loads(line) for line in _STORIES.read_text("utf-8").splitlines()]

    def sound(self) -> Request:
        """Make a request that has to be answered with 200."""
        story = self._stories[0]
        body = _written({"headline": story["headline"], "body": story["body"]})
        return Request("POST", _CLASSIFY, (("Content-Type", odd.JSON),), body, chunked=False)

    def request(self, number: int) -> Request:
        """Make a request: the same for the same seed and number, whatever was made before."""
        dice = random.Random(f"{self._seed}:{number}")  # noqa: S311  # no secret
        if dice.random() < 0.04:
            return self._at_an_odd_address(dice)
        makers: Sequence[tuple[float, Callable[[random.Random], tuple[str, str, bytes]]]] = (
            (0.28, self._document),
            (0.16, self._batch),
            (0.17, self._lines),
            (0.20, self._page),
            (0.13, self._linked_data),
            (0.06, self._form),
        )
        make = dice.choices([maker for _, maker in makers], [weight for weight, _ in makers])[0]
        path, media, body = make(dice)
        if dice.random() < 0.5:
            body = self._torn(dice, body)
        if dice.random() < 0.05:
            media = dice.choice(odd.MEDIA)
        headers = [("Content-Type", media)] if media else []
        headers += self._odd_headers(dice, 0.06)
        target = path + (dice.choice(odd.QUERIES) if dice.random() < 0.03 else "")
        return Request("POST", target, tuple(headers), body, chunked=dice.random() < 0.1)

    def _at_an_odd_address(self, dice: random.Random) -> Request:
        method = dice.choice(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "LABEL", "A" * 200))
        body = dice.choice((b"", b"{}", b"\xff" * 9)) if method not in ("GET", "HEAD") else b""
        headers = [("Content-Type", dice.choice(odd.MEDIA)), *self._odd_headers(dice, 0.3)]
        return Request(method, dice.choice(odd.PATHS) + dice.choice(odd.QUERIES), tuple(headers), body, chunked=False)

    def _odd_headers(self, dice: random.Random, share: float) -> list[tuple[str, str]]:
        return [(name, dice.choice(values)) for name, values in odd.HEADERS if dice.random() < share]

    # bodies

    def _text(self, dice: random.Random) -> Any:
        """Take a text, or something that is none."""
        kind = dice.random()
        if kind < 0.45:
            story = dice.choice(self._stories)
            return story[dice.choice(("headline", "body"))]
        if kind < 0.65:
            return dice.choice(self._pages)
        if kind < 0.85:
            return dice.choice(odd.ODD_TEXTS) + (dice.choice(self._stories)["body"] if dice.random() < 0.5 else "")
        return dice.choice(odd.ODD_VALUES)

    def _fields(self, dice: random.Random) -> dict[str, Any]:
        """Put a document together that may be sound, or may not."""
        document: dict[str, Any] = {name: self._text(dice) for name in odd.FIELDS[1:5] if dice.random() < 0.45}
        if dice.random() < 0.3:
            document["id"] = dice.choice(("a1", "x" * 201, *odd.ODD_VALUES))
        if dice.random() < 0.1:
            document["published"] = dice.choice(odd.ODD_VALUES)
        if dice.random() < 0.4:
            document["options"] = self._options(dice)
        if dice.random() < 0.05:
            document[dice.choice(("headlin", "", "\ud800", "a/b~c", "{0}"))] = dice.choice(odd.ODD_VALUES)
        return document

    def _options(self, dice: random.Random) -> Any:
        if dice.random() < 0.1:
            return dice.choice(odd.ODD_VALUES)
        if dice.random() < 0.5:
            return {"explain": True, "top_k": dice.randint(1, 100), "min_confidence": dice.random()}
        return {name: dice.choice(odd.ODD_VALUES) for name in odd.OPTIONS if dice.random() < 0.25}

    def _document(self, dice: random.Random) -> tuple[str, str, bytes]:
        if dice.random() < 0.08:
            return _CLASSIFY, odd.JSON, self._strange_json(dice)
        return _CLASSIFY, odd.JSON, _written(self._fields(dice), dice)

    def _batch(self, dice: random.Random) -> tuple[str, str, bytes]:
        documents = [
            dice.choice(odd.ODD_VALUES) if dice.random() < 0.1 else self._fields(dice)
            for _ in range(dice.choice((0, 1, 2, 3, 5, 9, 257 if dice.random() < 0.02 else 4)))
        ]
        batch: dict[str, Any] = {"documents": documents}
        if dice.random() < 0.3:
            batch["options"] = self._options(dice)
        if dice.random() < 0.05:
            batch["documents"] = dice.choice(odd.ODD_VALUES)
        return _BATCH, odd.JSON, _written(batch, dice)

    def _lines(self, dice: random.Random) -> tuple[str, str, bytes]:
        lines = []
        for _ in range(dice.choice((0, 1, 2, 3, 6, 12))):
            line = self._document(dice)[2]
            lines.append(self._torn(dice, line) if dice.random() < 0.2 else line)
        return _BATCH, odd.NDJSON, dice.choice((b"\n", b"\r\n", b"\n\n")).join(lines) + dice.choice((b"", b"\n"))

    def _page(self, dice: random.Random) -> tuple[str, str, bytes]:
        page = dice.choice(self._pages)
        if dice.random() < 0.3:
            lines = page.splitlines() * dice.choice((1, 2, 3))
            dice.shuffle(lines)
            page = "\n".join(lines)
        if dice.random() < 0.1:
            page = "<div>" * dice.choice((10, 300, 6000)) + page
        body = page.encode(dice.choice(("utf-8", "utf-8", "utf-8", "cp1256", "utf-16")), "replace")
        path = dice.choice((_CLASSIFY, _EXTRACT))
        if dice.random() < 0.2:
            return _EXTRACT, odd.JSON, _written({"page": page, "id": dice.choice(odd.ODD_VALUES)}, dice)
        return path, dice.choice(("text/plain", "text/html")), body

    def _linked_data(self, dice: random.Random) -> tuple[str, str, bytes]:
        story = dice.choice(self._stories)
        article: dict[str, Any] = {"@context": "https://schema.org", "@type": "NewsArticle"}
        article |= {"headline": story["headline"], "articleBody": story["body"]}
        for name in odd.LD_FIELDS:
            if dice.random() < 0.15:
                others = (self._text(dice), [dict(article)], {"@id": name, "name": self._text(dice)})
                article[name] = dice.choice(others)
        document: Any = dice.choice((article, [article], {"@graph": [article, article]}, [[article]]))
        return dice.choice((_CLASSIFY, _EXTRACT)), odd.LD, _written(document, dice)

    def _form(self, dice: random.Random) -> tuple[str, str, bytes]:
        """Write a form as a browser does where no script runs."""
        path = dice.choice(("/", "/?lang=en", "/labels", "/model?lang=en"))
        text = dice.choice((dice.choice(self._pages), dice.choice(odd.ODD_TEXTS))).encode("utf-8", "surrogatepass")
        name = dice.choice((b"text", b"file", b"key", b"\xff", b"x" * 999))
        if dice.random() < 0.4:
            return path, "application/x-www-form-urlencoded", name + b"=" + quote_plus(text).encode()
        part = b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
        file = dice.choice((b"", b'; filename="a.html"\r\nContent-Type: text/html', b'; filename="../\xff"'))
        return (
            path,
            "multipart/form-data; boundary=x",
            part % (name, file, text) * dice.choice((1, 2, 12)) + b"--x--\r\n",
        )

    def _strange_json(self, dice: random.Random) -> bytes:
        """Write JSON that no library writes: doubled keys, numbers without end, nests without floor, megabytes."""
        depth = dice.choice((50, 150, 2000, 100_000))
        size = 2**20 if dice.random() < 0.05 else 2**12
        many = 16 * 2**20 + 1 if dice.random() < 0.01 else 300
        return dice.choice(
            (
                b'{"headline": "a", "headline": "b", "body": null, "body": "c"}',
                b'{"options": {"top_k": 1, "top_k": 2}, "headline": "x", "options": {}}',
                b'{"options": {"top_k": %s}, "headline": "x"}' % dice.choice(odd.RAW_NUMBERS).encode(),
                b'{"options": {"min_confidence": %s}, "body": "x"}' % dice.choice(odd.RAW_NUMBERS).encode(),
                b"[" * depth + b"]" * depth,
                b'{"a":' * depth + b"1" + b"}" * depth,
                b'{"body": ' + b"[" * depth,
                b'{"body": "' + b"\\u0627" * (size // 6) + b'"}',
                b'{"body": "' + b"\\n" * (size // 2) + b'"}',
                b'{"body": "' + "خبر ".encode() * (size // 7) + b'"}',
                b'{"body": "x"}' + b" " * many,
                b'{"body": "x"}{"body": "y"}',
                b'\xef\xbb\xbf{"body": "x"}',
                '{"body": "x"}'.encode("utf-16"),
            )
        )

    def _torn(self, dice: random.Random, body: bytes) -> bytes:
        """Change bytes: one to four of what a bad line, a bad disk or a bad person does."""
        torn = bytearray(body)
        for _ in range(dice.randint(1, 4)):
            place = dice.randint(0, len(torn))
            end = min(len(torn), place + dice.choice((1, 2, 9, 120)))
            match dice.randrange(6):
                case 0:
                    torn[place:place] = dice.choice(odd.ODD_BYTES)
                case 1:
                    torn[place:end] = dice.choice(odd.ODD_BYTES)
                case 2:
                    del torn[place:end]
                case 3:
                    torn[place:place] = torn[place:end] * dice.choice((1, 3, 40))
                case 4:
                    torn[place:end] = dice.randbytes(end - place)
                case _:
                    del torn[place if dice.random() < 0.3 else len(torn) :]
        return bytes(torn)


def _read_folder(kind: str) -> list[Path]:
    return sorted((_SAMPLES / kind).glob("*.txt" if kind == "text" else "*.html"))


def _written(value: Any, dice: random.Random | None = None) -> bytes:
    """Write JSON; a lone surrogate as an escape or as the bytes that are no UTF-8."""
    if dice is not None and dice.random() < 0.2:
        return json.dumps(value).encode()
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
