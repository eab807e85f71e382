"""Machine code that is compiled once and kept, and that works where it cannot be kept.

Every compiled function of the project is made by ``compiled``.
"""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba

__all__ = ["compiled"]

_COMPILED_IN = (
    "admission.py",
    "decision.py",
    "language.py",
    "letters.py",
    "survey.py",
    "telling_words.py",
    "texture.py",
    "features/aligning.py",
    "features/kernel.py",
    "features/orthography.py",
    "features/products.py",
    "features/stems.py",
    "features/tables.py",
    "features/words.py",
)
"""Modules of ``model`` whose functions or constants are compiled into functions of other modules."""

F = TypeVar("F", bound=Callable[..., Any])


@cache
def _sources_digest(path: Path) -> str:
    """Digest of a file and of those whose functions and constants are compiled into it."""
    model = Path(__file__).parents[1]
    sources = [path, Path(__file__), *(model / name for name in _COMPILED_IN)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def compiled(function: F) -> F:
    """Compile a function with numba: without the GIL, cached on disk where a cache folder can be written.

    numba notices a change of the function's own file only, not of a constant or function it takes from another: the
    digest of all these sources therefore goes into the name that the cached code is filed under.

    numba looks for a folder (``NUMBA_CACHE_DIR``, ``__pycache__`` beside the module, the user's cache) when the
    function is decorated, and raises RuntimeError when it can write to none: the function is then compiled once per
    process, which costs seconds at the first call and changes nothing else.
    """
    function.__qualname__ += "-" + _sources_digest(Path(inspect.getfile(function)))
    try:
        return numba.njit(nogil=True, cache=True, error_model="numpy")(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(nogil=True, error_model="numpy")(function)  # type: ignore[no-any-return]
