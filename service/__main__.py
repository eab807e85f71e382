"""``python -m service``: serve a model over HTTP.

The edge: arguments and environment become Settings, errors become messages on stderr and exit codes (0 stopped as
asked, 1 could not serve, 2 bad usage). Nothing heavy is imported before the arguments are understood.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import replace

from model.errors import ArtifactError, TabwibError
from service.address import free_address
from service.settings import ENVIRONMENT, HELP, SECRET, Settings
from service.shared_folder import shared_folder

__all__ = ["main", "run"]


def _parser() -> argparse.ArgumentParser:
    """Describe the command line, with defaults and environment variables as Settings has them."""
    parser = argparse.ArgumentParser(
        prog="python -m service",
        description="Label Arabic news over HTTP.",
        epilog="A flag goes before its environment variable, and that before the default. By the environment alone: "
        + "; ".join(f"{ENVIRONMENT[name]}: {text}" for name, text in SECRET.items())
        + ". SIGHUP loads the models again, SIGTERM stops when what has begun is answered.",
    )
    defaults = Settings()
    for name, (metavar, text) in HELP.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            metavar=metavar,
            help=f"{text} (default: {_shown(getattr(defaults, name))}; environment: {ENVIRONMENT[name]})",
        )
    return parser


def _shown(default: object) -> str:
    """Write a default as it would be given on the command line."""
    if isinstance(default, bool):
        return "yes" if default else "no"
    return "none" if default in (None, ()) else str(default)


def main(argv: Sequence[str] | None = None) -> int:
    """Serve until told to stop.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process where not given.

    Returns
    -------
    int
        0 stopped by SIGTERM or SIGINT, 1 could not serve. Bad usage exits with 2.
    """
    parser = _parser()
    flags = vars(parser.parse_args(argv))
    try:
        settings = Settings.gather(os.environ, flags)
    except TabwibError as error:
        parser.error(str(error))
    try:
        settings = replace(settings, host=free_address(settings.host, settings.port))
        with shared_folder() as folder:
            from service.server import serve  # not before: numba and granian take a second

            serve(settings, folder)
    except ArtifactError as error:
        _say(f"{error}\nFit a model with `make fit` or `python -m training.fit`, or name another with --artifact.")
        return 1
    except TabwibError as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("stopped before it was ready")
        return 1
    return 0


def _say(message: str) -> None:
    sys.stderr.write(f"tabwib: {message}\n")


def run() -> None:
    """Exit the process with what ``main`` returns; the entry point of ``tabwib-serve``."""
    sys.exit(main())


if __name__ == "__main__":
    run()
