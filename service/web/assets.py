"""The files that the pages are made of besides their HTML: style, script and icon.

``pages`` registers them, each under its own address, so that there is no folder to climb out of. Read once; a browser
asks again with every page and is told in a few bytes that nothing has changed.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from flask import Blueprint, Response, request

__all__ = ["serve_assets"]

_FOLDER = Path(__file__).parent / "assets"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def serve_assets(pages: Blueprint) -> None:
    """Add the address of every file, ``/assets/NAME``."""
    for path in sorted(_FOLDER.iterdir()):
        if path.suffix in _TYPES:
            view = partial(_serve, path.read_bytes(), _TYPES[path.suffix])
            pages.add_url_rule(f"/assets/{path.name}", f"asset-{path.stem}-{path.suffix[1:]}", view)


def _serve(content: bytes, media_type: str) -> Response:
    response = Response(content, mimetype=media_type, headers={"Cache-Control": "no-cache"})
    response.add_etag()
    response.make_conditional(request)
    return response
