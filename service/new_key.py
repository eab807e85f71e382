"""``python -m service.new_key NAME``: make an API key and the line of the key file that admits it.

The key goes to stderr, once, for whoever will use it; the line goes to stdout, to be appended to the file:
``python -m service.new_key newsroom >> keys.jsonl``.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
from collections.abc import Sequence

from service.keys import ADMIN, LABEL, digest_of

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Make a key.

    Parameters
    ----------
    argv : sequence of str, optional
        Arguments without the program's name; those of the process where not given.

    Returns
    -------
    int
        0 done. Bad usage exits with 2.
    """
    parser = argparse.ArgumentParser(
        prog="python -m service.new_key",
        description="Make an API key: the key goes to stderr, the line for the key file to stdout.",
    )
    parser.add_argument("name", metavar="NAME", help="whose key it is")
    parser.add_argument(
        "--scope",
        action="append",
        choices=(LABEL, ADMIN),
        help=f"what it opens; may be repeated (default: {LABEL})",
    )
    arguments = parser.parse_args(argv)
    key = secrets.token_urlsafe(32)
    entry = {"name": arguments.name, "sha256": digest_of(key), "scopes": sorted(set(arguments.scope or [LABEL]))}
    print(json.dumps(entry, ensure_ascii=False), flush=True)
    print(f"The key, shown this once: {key}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
