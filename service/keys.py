"""API keys: who may ask for what.

``guard`` asks here before a request is answered, where the operator has given keys, and ``api.administration`` always.
Of a key, only its SHA-256 is kept: keys are 256 random bits, so that nothing slower is needed to keep them from being
guessed.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError
from service.refusals import RefusedError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

__all__ = ["ADMIN", "LABEL", "Key", "KeyRing", "digest_of", "read_keys"]

LABEL, ADMIN = "label", "admin"
"""Scopes: asking for labels and for what is told about them, and administration with the metrics."""

_BEARER = re.compile(r"bearer +([\x21-\x7e]{1,512}) *", re.ASCII | re.IGNORECASE)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """One client's key.

    Attributes
    ----------
    name : str
        Whose it is; stands in limits, never in answers.
    sha256 : str
        Digest of the key, in hexadecimal.
    scopes : frozenset of str
        What it opens.
    """

    name: str
    sha256: str
    scopes: frozenset[str]


def digest_of(secret: str) -> str:
    """Return what is kept of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


class KeyRing:
    """All keys of a server.

    Parameters
    ----------
    keys : iterable of Key
    admin_token : str
        A further key for administration alone; empty for none.
    """

    def __init__(self, keys: Iterable[Key] = (), admin_token: str = "") -> None:
        self._keys = list(keys)
        self.asks_everybody = bool(self._keys)
        """Whether labelling needs a key too; a token for administration alone closes nothing else."""
        if admin_token:
            self._keys.append(Key("", digest_of(admin_token), frozenset({ADMIN})))
        self._has_admin = any(ADMIN in key.scopes for key in self._keys)

    def find(self, environ: WSGIEnvironment) -> Key | None:
        """Return the key that a request brings, ``Authorization: Bearer …``; None for none that is known.

        Every key is compared, in a time that does not depend on where a difference lies.
        """
        brought = _BEARER.fullmatch(environ.get("HTTP_AUTHORIZATION", ""))
        if brought is None:
            return None
        digest, found = digest_of(brought[1]), None
        for key in self._keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found

    def require(self, environ: WSGIEnvironment, scope: str) -> None:
        """Make sure that a request brings a key of a scope.

        Raises
        ------
        RefusedError
            ``unauthorized`` without a known key, ``forbidden`` with one of another scope, or where nobody may.
        """
        if scope == ADMIN and not self._has_admin:
            raise RefusedError("forbidden")
        key = self.find(environ)
        if key is None:
            raise RefusedError("unauthorized")
        if scope not in key.scopes:
            raise RefusedError("forbidden")


def read_keys(path: Path) -> tuple[Key, ...]:
    """Read a file of keys, as ``python -m service.new_key`` writes its lines.

    Parameters
    ----------
    path : Path
        One JSON object a line: ``name``, ``sha256``, ``scopes``. Blank lines are passed over.

    Raises
    ------
    TabwibError
        If it cannot be read, holds no key, or a line is none; names the line, not what it holds.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TabwibError(f"{path}: the keys cannot be read ({getattr(error, 'strerror', 'not UTF-8')})") from error
    keys = tuple(_read_key(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip())
    if not keys:
        raise TabwibError(f"{path} holds no key; make one with: python -m service.new_key NAME")
    if len({key.sha256 for key in keys}) < len(keys) or len({key.name for key in keys}) < len(keys):
        raise TabwibError(f"{path}: two keys have the same name or the same digest")
    return keys


def _read_key(line: str, place: str) -> Key:
    try:
        entry: Any = json.loads(line)
        name, sha256, scopes = entry["name"], entry["sha256"], entry["scopes"]
        good = (
            isinstance(name, str)
            and name
            and _DIGEST.fullmatch(sha256)
            and scopes
            and {LABEL, ADMIN}.issuperset(scopes)
        )
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise TabwibError(f"{place}: not a key; make one with: python -m service.new_key NAME") from error
    if not good:
        raise TabwibError(f"{place}: a key has a name, the SHA-256 of the key, and scopes out of label and admin")
    return Key(name, sha256, frozenset(scopes))
