"""Odd addresses, headers, bytes, texts and values: what ``fuzz_requests`` puts into requests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = [
    "FIELDS",
    "HEADERS",
    "JSON",
    "LD",
    "LD_FIELDS",
    "MEDIA",
    "NDJSON",
    "ODD_BYTES",
    "ODD_TEXTS",
    "ODD_VALUES",
    "OPTIONS",
    "PATHS",
    "QUERIES",
    "RAW_NUMBERS",
]

JSON, LD, NDJSON = "application/json", "application/ld+json", "application/x-ndjson"
PATHS = (
    *(
        "/",
        "/docs",
        "/openapi.json",
        "/version",
        "/livez",
        "/readyz",
        "/metrics",
        "/v1/labels",
        "/v1/model",
        "/labels",
        "/model",
    ),
    *("/v1/admin/reload", "/v1", "/v1/", "//v1/classify", "/v1/classify/", "/v1/%63lassify", "/../etc/passwd"),
    *("/%2e%2e/%2e%2e/etc/passwd", "/%00", "/%ff%fe", "/v1/classify%0d%0aX: y", "/{}{0}{request_id}", "/" + "a" * 3000),
)
QUERIES = ("", "?", "?model=current", "?model=", "?model=../../etc", "?model=%00", "?model=%ff", "?model=a&model=b")
MEDIA = (
    *(
        JSON,
        LD,
        NDJSON,
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
HEADERS: Sequence[tuple[str, Sequence[str]]] = (
    ("Accept", ("*/*", JSON, NDJSON, "text/html", "text/*;q=0", "*/*;q=-1", "*/*;q=nan", ",;,", "a" * 2000, "\xff")),
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
ODD_BYTES = (
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
ODD_TEXTS = (
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
ODD_VALUES: Sequence[Any] = (
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
OPTIONS = ("top_k", "min_confidence", "include_sections", "include_topics", "exclude_topics", "explain")
FIELDS = ("id", "headline", "subheadline", "body", "page", "published", "options")
LD_FIELDS = ("@type", "@graph", "headline", "articleBody", "datePublished", "keywords", "author", "articleSection")
RAW_NUMBERS = ("9" * 5000, "1e400", "-1e400", "1" + "0" * 400 + ".5", "0." + "0" * 4000 + "1", "NaN", "Infinity", "-0")
