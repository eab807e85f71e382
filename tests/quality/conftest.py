"""The flags that let floors be moved; without them, floors are only checked."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("quality")
    group.addoption("--pin-floors", action="store_true", help="write what is measured of what ships to floors.json")
    group.addoption("--lower-because", metavar="REASON", help="with --pin-floors: let floors go down, and say why")
