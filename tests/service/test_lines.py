"""Splitting a stream into lines: the same lines however they come, and never a byte too far."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.lines import Line, line_groups

LIMIT = 10


def _expected(body: bytes) -> list[Line]:
    rows = [Line(number, row if len(row) <= LIMIT else None) for number, row in enumerate(body.split(b"\n"), start=1)]
    return [row for row in rows if row.content is None or (row.content and not row.content.isspace())]


@given(st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b" ", b"x" * LIMIT, b"y" * 100_000]), max_size=12))
@pytest.mark.parametrize("announced", [True, False])
def test_lines_are_those_of_the_whole(announced: bool, parts: list[bytes]) -> None:
    body = b"".join(parts)
    groups = list(line_groups(io.BytesIO(body).read, announced=announced, limit=LIMIT))
    assert [line for group in groups for line in group] == _expected(body)
    assert all(groups)


def test_nothing_behind_a_line_is_read_before_it_is_answered() -> None:
    """A client that waits for its answer sends nothing more: reading on would wait for it for ever."""
    stream = io.BytesIO(b"first\nsecond\nthird")
    groups = line_groups(stream.read, announced=False, limit=LIMIT)
    for line, position in (("first", 6), ("second", 13), ("third", 18)):
        assert [content for _, content in next(groups)] == [line.encode()]
        assert stream.tell() == position


def test_lines_that_come_together_are_answered_together() -> None:
    stream = io.BytesIO(b"a\n" * 100)
    assert [len(group) for group in line_groups(stream.read, announced=True, limit=LIMIT)] == [64, 36]
