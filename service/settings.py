"""What an operator can set, read once and checked before anything else starts.

``__main__`` gathers Settings from flags and environment, ``app.create_app`` from the environment alone (gunicorn);
everything behind them is handed the finished value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.errors import TabwibError

if TYPE_CHECKING:
    from limits import RateLimitItem

__all__ = ["ENVIRONMENT", "HELP", "SECRET", "Settings"]

MAX_WORKERS = 256
"""More is a slip of the finger: a worker keeps a core busy, and no machine we know of has more for one service."""

MAX_PROXIES = 10
"""More would only make a client believed that writes addresses into the header itself."""

SHORTEST_TOKEN = 16
"""Characters of an admin token; a shorter one could be guessed over the network."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
"""Names of models: folders beside each other, and values of ``?model=``."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?", re.ASCII)


def _text(text: str) -> str:
    return text


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise TabwibError(f"must be a whole number, not {text!r}") from error


def _folder(text: str) -> Path:
    if not text:
        raise TabwibError("is empty; give the folder that training.fit wrote")
    return Path(text)


def _file(text: str) -> Path:
    if not Path(text).is_file():
        raise TabwibError(f"names no file: {text!r}")
    return Path(text)


def _rate(text: str) -> RateLimitItem:
    from limits import parse_many  # here: --help needs none of it

    try:
        (rate,) = parse_many(text)  # one: of several, "parse" would take the first and forget the others
    except ValueError as error:
        raise TabwibError(f"must be a rate such as 600/minute, not {text!r}") from error
    if not rate.amount:
        raise TabwibError(f"lets nobody in: {text!r}")
    return rate


def _yes_or_no(text: str) -> bool:
    if text.lower() not in ("yes", "no"):
        raise TabwibError(f"must be yes or no, not {text!r}")
    return text.lower() == "yes"


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _setting(read: Callable[[str], Any], metavar: str, text: str) -> dict[str, Any]:
    """Describe a field: how its text is read, and what ``--help`` says."""
    return {"read": read, "metavar": metavar, "help": text}


def _secret(text: str) -> dict[str, Any]:
    """Describe a field that only the environment can set: flags are seen by every user of the machine."""
    return {"read": _text, "metavar": "", "help": text}


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the models lie, where the service listens, and how it runs.

    Attributes
    ----------
    artifact : Path
        Folder that ``training.fit`` wrote: the model that answers where none is named.
    host : str
        Address to listen on; loopback unless told otherwise, because the service asks nobody for a password.
    port : int
        TCP port, 1 to 65535.
    workers : int
        Processes that answer, 1 to 256.
    models : tuple of str
        Names of folders beside the artifact, served beside it: ``?model=NAME``.
    log_requests : bool
        Whether every request is logged, or only what fails.
    keys : Path or None
        File of API keys; with one, nobody is answered without a key.
    rate_limit : RateLimitItem or None
        Requests that one key, or one address, may make in a time.
    proxies : int
        Proxies in front of the service, each of which adds to ``X-Forwarded-For``.
    cors_origins : tuple of str
        Other sites whose scripts may ask.
    admin_token : str
        Bearer token for administration, at least 16 characters; empty: administration is off.

    Raises
    ------
    TabwibError
        If a value is out of its range.
    """

    artifact: Path = field(
        default=Path("artifacts/current"),
        metadata=_setting(_folder, "DIR", "folder with the model that training.fit wrote"),
    )
    host: str = field(default="127.0.0.1", metadata=_setting(_text, "ADDRESS", "address to listen on"))
    port: int = field(default=8000, metadata=_setting(_number, "N", "TCP port to listen on"))
    workers: int = field(
        default=1, metadata=_setting(_number, "N", "processes that answer; a further one takes little memory")
    )
    models: tuple[str, ...] = field(
        default=(), metadata=_setting(_list, "NAME,...", "folders beside the artifact, served too as ?model=NAME")
    )
    log_requests: bool = field(
        default=True, metadata=_setting(_yes_or_no, "yes|no", "log every request, or only what fails")
    )
    keys: Path | None = field(
        default=None, metadata=_setting(_file, "FILE", "API keys, one a line, made by python -m service.new_key")
    )
    rate_limit: RateLimitItem | None = field(
        default=None, metadata=_setting(_rate, "N/UNIT", "requests of one key or address, such as 600/minute")
    )
    proxies: int = field(
        default=0, metadata=_setting(_number, "N", "proxies in front whose X-Forwarded-For is believed")
    )
    cors_origins: tuple[str, ...] = field(
        default=(), metadata=_setting(_list, "ORIGIN,...", "sites whose scripts may ask, such as https://news.example")
    )
    admin_token: str = field(
        default="",
        repr=False,
        metadata=_secret("bearer token for POST /v1/admin/reload, which is off without it"),
    )

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise TabwibError("host is empty; give an address such as 127.0.0.1")
        if not 1 <= self.port <= 65535:
            raise TabwibError(f"port {self.port} is not between 1 and 65535")
        if not 1 <= self.workers <= MAX_WORKERS:
            raise TabwibError(f"workers {self.workers} is not between 1 and {MAX_WORKERS}")
        for name in self.models:
            if not _NAME.fullmatch(name):
                raise TabwibError(f"models: {name!r} is not the name of a folder beside the artifact")
        if not 0 <= self.proxies <= MAX_PROXIES:
            raise TabwibError(f"proxies {self.proxies} is not between 0 and {MAX_PROXIES}")
        for origin in self.cors_origins:
            if not _ORIGIN.fullmatch(origin):
                raise TabwibError(f"cors_origins: {origin!r} is not an origin such as https://news.example")
        if self.admin_token and not (len(self.admin_token) >= SHORTEST_TOKEN and self.admin_token.isascii()):
            raise TabwibError(f"the admin token is not {SHORTEST_TOKEN} characters of ASCII; try: openssl rand -hex 32")

    @property
    def folders(self) -> Mapping[str, Path]:
        """Folder of each model by its name, the default one first."""
        main = self.artifact.absolute()
        return {main.name: self.artifact, **{name: self.artifact.parent / name for name in self.models}}

    @classmethod
    def gather(cls, environ: Mapping[str, str], flags: Mapping[str, str | None] | None = None) -> Settings:
        """Take each value from its flag, else from its environment variable, else its default.

        Parameters
        ----------
        environ : mapping of str to str
            The environment; a variable that is empty counts as not set.
        flags : mapping of str to str or None, optional
            Field -> text given on the command line, None where the flag was not given.

        Raises
        ------
        TabwibError
            If a value cannot be read or is out of its range; names the flag or variable it came from.
        """
        values: dict[str, Any] = {}
        for setting in fields(cls):
            flag = (flags or {}).get(setting.name)
            text = environ.get(ENVIRONMENT[setting.name]) if flag is None else flag
            if not text and flag is None:
                continue
            source = ENVIRONMENT[setting.name] if flag is None else f"--{setting.name.replace('_', '-')}"
            try:
                values[setting.name] = setting.metadata["read"](text or "")
            except TabwibError as error:
                raise TabwibError(f"{source} {error}") from error
        return cls(**values)


ENVIRONMENT: Mapping[str, str] = {setting.name: f"TABWIB_{setting.name.upper()}" for setting in fields(Settings)}
"""Field of Settings -> the environment variable that sets it."""

HELP: Mapping[str, tuple[str, str]] = {
    setting.name: (setting.metadata["metavar"], setting.metadata["help"])
    for setting in fields(Settings)
    if setting.metadata["metavar"]
}
"""Field that a flag can set -> what its value is called, and what it is."""

SECRET: Mapping[str, str] = {
    setting.name: setting.metadata["help"] for setting in fields(Settings) if not setting.metadata["metavar"]
}
"""Field that only the environment can set -> what it is."""
