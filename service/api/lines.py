"""Lines of a stream, as they come: none waits for the next one, and the memory is that of one line.

``classify`` reads ``application/x-ndjson`` with it.

A WSGI server blocks in ``read(n)`` until ``n`` bytes are there, and granian has no ``readline`` that works. Who asks
for a block may therefore wait for bytes that the client only sends when it has been answered. So a body that comes in
chunks is read byte by byte, .6 us each, which for a story of 300 words is 2 ms. A body of announced length is read in
blocks, since nobody who knows all of it waits for the answer to its half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

__all__ = ["Line", "line_groups"]

_BLOCK = 2**16
"""Bytes of a block: 18 stories of 300 words, which is a group that the batch kernel is worth for."""

_MOST_LINES = 64
"""Lines answered at a time: a block may hold 30,000 of two bytes."""


class Line(NamedTuple):
    """One line, counted from 1; its content is None where it is longer than the limit."""

    number: int
    content: bytes | None


def line_groups(read: Callable[[int], bytes], *, announced: bool, limit: int) -> Iterator[list[Line]]:
    """Split a stream into lines, those that have come together in one group; blank lines are passed over.

    Parameters
    ----------
    read : callable
        ``read(n)`` gives ``n`` bytes, fewer only at the end.
    announced : bool
        Whether the length of the body was announced.
    limit : int
        Bytes of a line; what is above is read and thrown away.
    """
    held, is_too_long, number = bytearray(), False, 0
    for piece in _blocks(read) if announced else _pieces_of_lines(read):
        first, *others = piece.split(b"\n")
        held += first
        lines = []
        for start in others:
            number += 1
            lines += _line(number, held, is_too_long=is_too_long or len(held) > limit)
            held, is_too_long = bytearray(start), False
        if len(held) > limit:
            held, is_too_long = bytearray(), True
        for begin in range(0, len(lines), _MOST_LINES):
            yield lines[begin : begin + _MOST_LINES]
    if last := _line(number + 1, held, is_too_long=is_too_long):
        yield last


def _line(number: int, content: bytearray, *, is_too_long: bool) -> list[Line]:
    if is_too_long:
        return [Line(number, None)]
    return [] if not content or content.isspace() else [Line(number, bytes(content))]


def _blocks(read: Callable[[int], bytes]) -> Iterator[bytes]:
    while block := read(_BLOCK):
        yield block


def _pieces_of_lines(read: Callable[[int], bytes]) -> Iterator[bytes]:
    """Read to the end of a line and no byte further; a line without an end comes in pieces."""
    taken = bytearray()
    while byte := read(1):
        taken += byte
        if byte == b"\n" or len(taken) == _BLOCK:
            yield bytes(taken)
            taken.clear()
    yield bytes(taken)
