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

from benchmarks.command import ROOT

__all__ = ["Maker", "Request"]

_SAMPLES = ROOT / "tests" / "model" / "pages" / "samples"
_STORIES = ROOT / "tests" / "data" / "mini.jsonl"

_JSON, _LD, _NDJSON = "application/json", "application/ld+json", "application/x-ndjson"
_CLASSIFY, _BATCH, _EXTRACT = "/v1/classify", "/v1/classify/batch", "/v1/extract"
_PATHS = (
    *("/", "/docs", "/openapi.json", "/version", "/livez", "/readyz", "/metrics", "/v1/labels", "/v1/model"),
    *("/v1/admin/reload", "/v1", "/v1/", "//v1/classify", "/v1/classify/", "/v1/%63lassify", "/../etc/passwd"),
    *("/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%ff%fe", "/v1/classify%0d%0aX: y", "/{}{0}{request_id}", "/" + "a" * 3000),
)
_QUERIES = ("", "?", "?model=current", "?model=", "?model=../../etc", "?model=%00", "?model=%ff", "?model=a&model=b")
_MEDIA = (
    *(
        _JSON,
        _LD,
        _NDJSON,
        "text/plain",
        "text/html",
        "",
        "text/plain; charset=windows-1256",
        "TEXT/HTML;CHARSET=UTF-8",
    ),
    *("text/plain; charset=utf-16", "text/plain; charset=utf-7", "application/json; charset=latin-1", "/", ";", "*/*"),
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/xml"),
    *(
        'text/html; charset="',
        "text/html; charset=\x80\xff",
        "application/json;" + "a=b;" * 300,
        "text/plain;charset=idna",
    ),
)
_HEADERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Accept", ("*/*", _JSON, _NDJSON, "text/html", "text/*;q=0", "*/*;q=-1", "*/*;q=nan", ",;,", "a" * 2000, "\xff")),
    ("Accept-Language", ("ar", "en", "ar-EG, en;q=0.5", "*", ";q=", "x" * 999, "ar;q=1e999", "\xe9", "-", "zz-zz;q=0")),
    ("Content-Encoding", ("gzip", "br", "identity", "", "gzip, gzip", "\xff")),
    ("Authorization", ("Bearer x", "Basic eDp5", "Bearer", "Bearer " + "k" * 600, "\xff", "Digest a=b")),
    ("X-Request-Id", ("fine-1", "a" * 65, "\xff", "<script>", "{}", '"', "%s%n")),
    ("X-Forwarded-For", ("1.2.3.4", "::1, junk", ",,,", "\xff", "unix:")),
    ("Origin", ("null", "https://news.example", "\xff")),
    ("Expect", ("100-continue",)),
    ("Range", ("bytes=0-1", "bytes=-", "\xff")),
    ("If-None-Match", ("*", '"x"', "\xff")),
    ("Host", ("", "[", "a:b:c", "\xff", "localhost:99999")),
    ("Cookie", ("a=b", "=" * 500, "\xff")),
)
_ODD_BYTES = (
    *(
        b"\xff",
        b"\xfe\xff",
        b"\xc0\xaf",
        b"\xed\xa0\x80",
        b"\xed\xbf\xbf",
        b"\xf4\x90\x80\x80",
        b"\xd8",
        b"\x00",
        b"\r",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\\ud800",
        b"\\udfff\\ud800",
        b"\\u0000",
        b"\\x",
        b'"',
        b"\\",
        b"{",
        b"[",
        b"}",
        b"]",
        b",",
        b"\n",
    ),
    *(
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-0",
        b"0x10",
        b"9" * 400,
        b"1e-999",
        b"<!--",
        b"<![CDATA[",
        b"]]>",
        b"<script>",
    ),
    *(b"&#x110000;", b"&#xD800;", b"&amp;" * 9, b'<meta charset="windows-1256">', b"<!DOCTYPE x [<!ENTITY a 'b'>]>&a;"),
)
_ODD_TEXTS = (
    *("", " ", "\n" * 50, "\x00", "\x00خبر", "\ud800", "خبر \udfff عاجل", "\N{RIGHT-TO-LEFT OVERRIDE}نص", "ـ" * 400),
    *("\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}" * 40, "\N{ARABIC FATHATAN}" * 900, "لا" * 3000, "٣٢١" * 90),
    *(
        "\N{ZERO WIDTH JOINER}" * 99,
        "\N{ARABIC LIGATURE LAM WITH ALEF ISOLATED FORM}",
        "a\u0301" * 99,
        "🎉" * 99,
        "\U0010ffff",
    ),
    *(
        "\u2028\u2029\u0085\x1c",
        "{detail}{0}{request_id}%s",
        "<h1>",
        "<html>" * 50,
        "x" * 70_000,
        "خ" * 30_000,
        "\ufffe\uffff",
    ),
)
_ODD_VALUES: Sequence[Any] = (
    *(None, True, False, 0, -1, 1, 5, 5.0, 0.5, 1e308, -1e308, 2**63, -(2**63) - 1, 10**300, 1e-320, "5", "", [], {}),
    *(
        [None],
        [[]],
        [{}],
        {"": ""},
        ["\ud800"],
        {"\ud800": 1},
        ["x"] * 1001,
        {"a" * 300: 1},
        [1, "1", None],
        "2022-09-23",
    ),
    *(
        "2022-09-23T13:35:00+04:00",
        "2022-13-45T99:99:99Z",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "20220923",
    ),
    *("2022-09-23T13:35:00+99:99", "1-1-1T1:1:1Z", "+10000-01-01T00:00:00Z", "2022-09-23T13:35:00"),
)
_OPTIONS = ("top_k", "min_confidence", "include_sections", "include_topics", "exclude_topics", "explain")
_FIELDS = ("id", "headline", "subheadline", "body", "page", "published", "options")
_LD_FIELDS = ("@type", "@graph", "headline", "articleBody", "datePublished", "keywords", "author", "articleSection")
_RAW_NUMBERS = ("9" * 5000, "1e400", "-1e400", "1" + "0" * 400 + ".5", "0." + "0" * 4000 + "1", "NaN", "Infinity", "-0")


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
        return Request("POST", _CLASSIFY, (("Content-Type", _JSON),), body, chunked=False)

    def request(self, number: int) -> Request:
        """Make a request: the same for the same seed and number, whatever was made before."""
        dice = random.Random(f"{self._seed}:{number}")  # noqa: S311  # no secret
        if dice.random() < 0.04:
            return self._at_an_odd_address(dice)
        makers: Sequence[tuple[float, Callable[[random.Random], tuple[str, str, bytes]]]] = (
            (0.30, self._document),
            (0.16, self._batch),
            (0.18, self._lines),
            (0.22, self._page),
            (0.14, self._linked_data),
        )
        make = dice.choices([maker for _, maker in makers], [weight for weight, _ in makers])[0]
        path, media, body = make(dice)
        if dice.random() < 0.5:
            body = self._torn(dice, body)
        if dice.random() < 0.05:
            media = dice.choice(_MEDIA)
        headers = [("Content-Type", media)] if media else []
        headers += self._odd_headers(dice, 0.06)
        target = path + (dice.choice(_QUERIES) if dice.random() < 0.03 else "")
        return Request("POST", target, tuple(headers), body, chunked=dice.random() < 0.1)

    def _at_an_odd_address(self, dice: random.Random) -> Request:
        method = dice.choice(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "LABEL", "A" * 200))
        body = dice.choice((b"", b"{}", b"\xff" * 9)) if method not in ("GET", "HEAD") else b""
        headers = [("Content-Type", dice.choice(_MEDIA)), *self._odd_headers(dice, 0.3)]
        return Request(method, dice.choice(_PATHS) + dice.choice(_QUERIES), tuple(headers), body, chunked=False)

    def _odd_headers(self, dice: random.Random, share: float) -> list[tuple[str, str]]:
        return [(name, dice.choice(values)) for name, values in _HEADERS if dice.random() < share]

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
            return dice.choice(_ODD_TEXTS) + (dice.choice(self._stories)["body"] if dice.random() < 0.5 else "")
        return dice.choice(_ODD_VALUES)

    def _fields(self, dice: random.Random) -> dict[str, Any]:
        """Put a document together that may be sound, or may not."""
        document: dict[str, Any] = {name: self._text(dice) for name in _FIELDS[1:5] if dice.random() < 0.45}
        if dice.random() < 0.3:
            document["id"] = dice.choice(("a1", "x" * 201, *_ODD_VALUES))
        if dice.random() < 0.1:
            document["published"] = dice.choice(_ODD_VALUES)
        if dice.random() < 0.4:
            document["options"] = self._options(dice)
        if dice.random() < 0.05:
            document[dice.choice(("headlin", "", "\ud800", "a/b~c", "{0}"))] = dice.choice(_ODD_VALUES)
        return document

    def _options(self, dice: random.Random) -> Any:
        if dice.random() < 0.1:
            return dice.choice(_ODD_VALUES)
        if dice.random() < 0.5:
            return {"explain": True, "top_k": dice.randint(1, 100), "min_confidence": dice.random()}
        return {name: dice.choice(_ODD_VALUES) for name in _OPTIONS if dice.random() < 0.25}

    def _document(self, dice: random.Random) -> tuple[str, str, bytes]:
        if dice.random() < 0.08:
            return _CLASSIFY, _JSON, self._strange_json(dice)
        return _CLASSIFY, _JSON, _written(self._fields(dice), dice)

    def _batch(self, dice: random.Random) -> tuple[str, str, bytes]:
        documents = [
            dice.choice(_ODD_VALUES) if dice.random() < 0.1 else self._fields(dice)
            for _ in range(dice.choice((0, 1, 2, 3, 5, 9, 257 if dice.random() < 0.02 else 4)))
        ]
        batch: dict[str, Any] = {"documents": documents}
        if dice.random() < 0.3:
            batch["options"] = self._options(dice)
        if dice.random() < 0.05:
            batch["documents"] = dice.choice(_ODD_VALUES)
        return _BATCH, _JSON, _written(batch, dice)

    def _lines(self, dice: random.Random) -> tuple[str, str, bytes]:
        lines = []
        for _ in range(dice.choice((0, 1, 2, 3, 6, 12))):
            line = self._document(dice)[2]
            lines.append(self._torn(dice, line) if dice.random() < 0.2 else line)
        return _BATCH, _NDJSON, dice.choice((b"\n", b"\r\n", b"\n\n")).join(lines) + dice.choice((b"", b"\n"))

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
            return _EXTRACT, _JSON, _written({"page": page, "id": dice.choice(_ODD_VALUES)}, dice)
        return path, dice.choice(("text/plain", "text/html")), body

    def _linked_data(self, dice: random.Random) -> tuple[str, str, bytes]:
        story = dice.choice(self._stories)
        article: dict[str, Any] = {"@context": "https://schema.org", "@type": "NewsArticle"}
        article |= {"headline": story["headline"], "articleBody": story["body"]}
        for name in _LD_FIELDS:
            if dice.random() < 0.15:
                others = (self._text(dice), [dict(article)], {"@id": name, "name": self._text(dice)})
                article[name] = dice.choice(others)
        document: Any = dice.choice((article, [article], {"@graph": [article, article]}, [[article]]))
        return dice.choice((_CLASSIFY, _EXTRACT)), _LD, _written(document, dice)

    def _strange_json(self, dice: random.Random) -> bytes:
        """Write JSON that no library writes: doubled keys, numbers without end, nests without floor, megabytes."""
        depth = dice.choice((50, 150, 2000, 100_000))
        size = 2**20 if dice.random() < 0.05 else 2**12
        many = 16 * 2**20 + 1 if dice.random() < 0.01 else 300
        return dice.choice(
            (
                b'{"headline": "a", "headline": "b", "body": null, "body": "c"}',
                b'{"options": {"top_k": 1, "top_k": 2}, "headline": "x", "options": {}}',
                b'{"options": {"top_k": %s}, "headline": "x"}' % dice.choice(_RAW_NUMBERS).encode(),
                b'{"options": {"min_confidence": %s}, "body": "x"}' % dice.choice(_RAW_NUMBERS).encode(),
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
                    torn[place:place] = dice.choice(_ODD_BYTES)
                case 1:
                    torn[place:end] = dice.choice(_ODD_BYTES)
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
