"""How often somebody may ask: so many requests in so much time, by key or by address.

``guard`` asks here. The counting is the ``limits`` library's; what is ours is where the counts stand, so that a client
has one count, whichever worker it meets.
"""

from __future__ import annotations

import ipaddress
import logging
import math
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

from limits import RateLimitItem
from limits.storage import MemoryStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from service.refusals import RefusedError

__all__ = ["RateLimit", "SharedStorage", "network_of"]

_log = logging.getLogger(__name__)

_CLEAN_EVERY = 4096
"""Hits of a worker after which it removes counts that are over."""

_SCHEMA = "CREATE TABLE IF NOT EXISTS hits (key TEXT PRIMARY KEY, n INTEGER, expires REAL) WITHOUT ROWID"
_HIT = """
INSERT INTO hits VALUES (:key, :amount, :expires) ON CONFLICT (key) DO UPDATE SET
n = CASE WHEN expires <= :now THEN :amount ELSE n + :amount END,
expires = CASE WHEN expires <= :now THEN :expires ELSE expires END RETURNING n
"""


class SharedStorage(Storage):
    """Counts in a SQLite file that several processes share, for fixed windows.

    A process that is killed in the middle of a count leaves no lock behind. Nothing is worth keeping over a crash of
    the machine, so nothing is waited for on a disk.

    Parameters
    ----------
    path : Path
        A file that need not exist yet, best in memory.
    """

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__(None, wrap_exceptions=False)
        self._path = path
        self._own = threading.local()
        self._hits = 0

    def _execute(self, statement: str, **values: object) -> Any:
        """Run a statement on this thread's connection; returns the first value of the first row, if there is one."""
        if not hasattr(self._own, "connection"):
            self._own.connection = sqlite3.connect(self._path, timeout=5, isolation_level=None)
            self._own.connection.execute("PRAGMA journal_mode = MEMORY")
            self._own.connection.execute("PRAGMA synchronous = OFF")
            self._own.connection.execute(_SCHEMA)
        row = self._own.connection.execute(statement, values).fetchone()
        return None if row is None else row[0]

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add to a count, beginning anew where its time is over; returns the count."""
        now = time.time()
        self._hits += 1
        if self._hits % _CLEAN_EVERY == 0:
            self._execute("DELETE FROM hits WHERE expires <= :now", now=now)
        return int(self._execute(_HIT, key=key, amount=amount, expires=now + expiry, now=now))

    def get(self, key: str) -> int:
        """Return a count."""
        return self._execute("SELECT n FROM hits WHERE key = :key AND expires > :now", key=key, now=time.time()) or 0

    def get_expiry(self, key: str) -> float:
        """Return when a count is over, in seconds since 1970."""
        return self._execute("SELECT expires FROM hits WHERE key = :key", key=key) or time.time()

    def check(self) -> bool:
        """Say whether counts can be kept."""
        return bool(self._execute("SELECT 1"))

    def reset(self) -> int | None:
        """Forget all counts."""
        self._execute("DELETE FROM hits")
        return None

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._execute("DELETE FROM hits WHERE key = :key", key=key)

    @property
    def base_exceptions(self) -> type[Exception]:
        """What goes wrong when something goes wrong."""
        return sqlite3.Error


class RateLimit:
    """One limit for everybody, counted for each by itself.

    Parameters
    ----------
    limit : RateLimitItem
    path : Path or None
        File of a SharedStorage; None: this process counts alone.
    """

    def __init__(self, limit: RateLimitItem, path: Path | None) -> None:
        self._limit = limit
        self._path = path
        self._strategy: FixedWindowRateLimiter | None = None
        self._making = threading.Lock()

    def hit(self, who: str) -> None:
        """Count a request.

        Raises
        ------
        RefusedError
            ``too_many_requests``, with the seconds after which another will be answered.
        """
        strategy = self._strategy or self._make()
        try:
            if strategy.hit(self._limit, who):
                return
            until = strategy.get_window_stats(self._limit, who).reset_time
        except sqlite3.Error:  # a full disk
            _log.exception("requests could not be counted, and nobody is limited")
        else:
            raise RefusedError("too_many_requests", seconds=max(1, math.ceil(until - time.time())))

    def _make(self) -> FixedWindowRateLimiter:
        """Open the storage at the first request: neither its threads nor its files can be taken through a fork."""
        with self._making:
            if self._strategy is None:
                storage = MemoryStorage() if self._path is None else SharedStorage(self._path)
                self._strategy = FixedWindowRateLimiter(storage)
            return self._strategy


def network_of(address: str) -> str:
    """Return what is counted of an address: all of IPv4, the first 64 bits of IPv6, which is what one customer gets."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address
