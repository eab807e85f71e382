"""Clients that cost little: requests made beforehand, sent over plain sockets, answers read by their length.

``http`` measures with them. A client library would take longer than the handler that is measured, and hide it.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator, Sequence
from itertools import cycle

from model.errors import TabwibError

__all__ = ["Connection", "post", "requests_per_second"]

_SECONDS = 60.0


def post(path: str, body: bytes, content_type: str) -> bytes:
    """Write a request."""
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Connection:
    """A connection that is kept open.

    Parameters
    ----------
    port : int
    """

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._held = b""

    def send(self, request: bytes) -> None:
        """Send a request; its answer is read by ``receive``."""
        self._held = b""
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what has come; say whether the answer is whole.

        Raises
        ------
        TabwibError
            If the answer is not 200, or the connection ends.
        """
        came = self.socket.recv(2**18)
        self._held += came
        if not came:
            raise TabwibError("the server has closed the connection")
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise TabwibError(f"the server answers {head[:40]!r} {body[:300]!r}")
        return len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])

    def ask(self, request: bytes) -> float:
        """Send a request and read its answer; returns the seconds it took."""
        started = time.perf_counter()
        self.send(request)
        while not self.receive():
            pass
        return time.perf_counter() - started

    def close(self) -> None:
        """End the connection."""
        self.socket.close()


def requests_per_second(port: int, requests: Sequence[bytes], *, clients: int, seconds: float) -> float:
    """Ask by several clients at once, each its next request when it has its answer.

    Parameters
    ----------
    port : int
    requests : sequence of bytes
        Taken in turn, over and over.
    clients : int
    seconds : float
        How long to ask.
    """
    turn: Iterator[bytes] = cycle(requests)
    connections = [Connection(port) for _ in range(clients)]
    answered = 0
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(next(turn))
        started = time.perf_counter()
        while (passed := time.perf_counter() - started) < seconds:
            ready = selector.select(_SECONDS)
            if not ready:
                raise TabwibError(f"no answer in {_SECONDS:.0f} s")
            for key, _ in ready:
                if key.data.receive():
                    answered += 1
                    key.data.send(next(turn))
    for connection in connections:
        connection.close()
    return answered / passed
