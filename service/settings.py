"""What an operator can set, read once and checked before anything else starts.

``__main__`` gathers Settings from flags and environment, ``app.create_app`` from the environment alone (gunicorn);
everything behind them is handed the finished value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from model.errors import TabwibError

__all__ = ["ENVIRONMENT", "Settings"]

ENVIRONMENT: Mapping[str, str] = {
    "artifact": "TABWIB_ARTIFACT",
    "host": "TABWIB_HOST",
    "port": "TABWIB_PORT",
    "workers": "TABWIB_WORKERS",
}
"""Field of Settings -> the environment variable that sets it."""

MAX_WORKERS = 256
"""More is a slip of the finger: a worker keeps a core busy, and no machine we know of has more for one service."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the model lies and where the service listens.

    Attributes
    ----------
    artifact : Path
        Folder that ``training.fit`` wrote.
    host : str
        Address to listen on; loopback unless told otherwise, because the service asks nobody for a password.
    port : int
        TCP port, 1 to 65535.
    workers : int
        Processes that answer, 1 to 256.

    Raises
    ------
    TabwibError
        If a value is out of its range.
    """

    artifact: Path = Path("artifacts/current")
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise TabwibError("host is empty; give an address such as 127.0.0.1")
        if not 1 <= self.port <= 65535:
            raise TabwibError(f"port {self.port} is not between 1 and 65535")
        if not 1 <= self.workers <= MAX_WORKERS:
            raise TabwibError(f"workers {self.workers} is not between 1 and {MAX_WORKERS}")

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
        values: dict[str, Path | str | int] = {}
        for field in fields(cls):
            flag = (flags or {}).get(field.name)
            text = environ.get(ENVIRONMENT[field.name]) if flag is None else flag
            if not text and flag is None:
                continue
            source = ENVIRONMENT[field.name] if flag is None else f"--{field.name}"
            values[field.name] = _read(field.name, text or "", source)
        return cls(**values)  # type: ignore[arg-type]  # _read gives each field its own type


def _read(name: str, text: str, source: str) -> Path | str | int:
    """Turn the text given for one field into its value."""
    if name == "artifact":
        if not text:
            raise TabwibError(f"{source} is empty; give the folder that training.fit wrote")
        return Path(text)
    if name == "host":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise TabwibError(f"{source} must be a whole number, not {text!r}") from error
