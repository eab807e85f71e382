"""Put a file where ``datasets`` reads it safely, and say what is wrong with its bytes.

First step of every reader of files: the file exists, is not empty, is whole if it is compressed; and when reading
fails later, this is where the line at fault is looked up, because ``datasets`` names none.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from model.errors import CorpusError

__all__ = ["file_digest", "file_stem", "file_suffix", "staged", "undecodable"]

_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def file_suffix(path: Path) -> str:
    """Give the suffix that tells a file's format, in lower case, ``.gz`` taken off: ``.csv`` for ``A.CSV.gz``."""
    return Path(path.name.lower().removesuffix(".gz")).suffix


def file_stem(path: Path) -> str:
    """Give a file's name without the suffixes of its format: ``archive.2020`` for ``archive.2020.csv.gz``."""
    whole = path.name[: -len(".gz")] if path.name.lower().endswith(".gz") else path.name
    return Path(whole).stem


def file_digest(path: Path) -> str:
    """Compute the SHA-256 of a file as it lies on disk, in hexadecimal.

    Raises
    ------
    CorpusError
        The file cannot be opened.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise CorpusError(
            f"cannot be opened ({error.strerror}); check the path and its permissions", path=path
        ) from error


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Show a file under a plain name in a temporary folder, unpacked if it is compressed.

    A plain name, because ``datasets`` takes the name for a pattern: ``news[1].csv`` would read ``news1.csv``.

    Yields
    ------
    Path
        A link to the file, or its unpacked copy; gone when the context ends.

    Raises
    ------
    CorpusError
        The file is empty, or is not a whole gzip file though its name says so.
    """
    with TemporaryDirectory(prefix="tabwib-") as folder:
        target = Path(folder) / f"corpus{file_suffix(path)}"
        if path.name.lower().endswith(".gz"):
            _unpack(path, target)
        else:
            target.symlink_to(path.resolve())
        if target.stat().st_size == 0:
            raise CorpusError("the file is empty; check the export that wrote it", path=path)
        yield target


def _unpack(path: Path, target: Path) -> None:
    """Unpack a gzip file; where it breaks off, say after how many lines."""
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as unpacked:
            while block := source.read1():  # small blocks: what comes before the damage is kept and its lines counted
                unpacked.write(block)
    except gzip.BadGzipFile as error:
        raise CorpusError(f"is not a gzip file ({error}); rename it or compress it with gzip", path=path) from error
    except (EOFError, zlib.error) as error:
        line = None if file_suffix(path) == ".parquet" else _lines(target) + 1
        raise CorpusError(
            "the gzip file is cut off or damaged here; fetch or write it again", path=path, line=line
        ) from error
    except OSError as error:
        raise CorpusError(f"cannot be unpacked ({error.strerror}); check the space in TMPDIR", path=path) from error


def _lines(path: Path) -> int:
    with path.open("rb") as stream:
        return sum(1 for _ in stream)


def undecodable(file: Path, shown: Path) -> CorpusError:
    """Find the first line of a file that is not UTF-8 and make the error that names it.

    Parameters
    ----------
    file : Path
        The staged file.
    shown : Path
        The file as the user named it.
    """
    with file.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            if number == 1 and line.startswith(_UTF16_MARKS):
                return CorpusError("the text is UTF-16; save it as UTF-8", path=shown, line=1)
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                if error.reason == "unexpected end of data":
                    what = "the file ends in the middle of a character; fetch or write it again"
                    return CorpusError(what, path=shown, line=number)
                advice = "mend the line, or convert the file: iconv -f WINDOWS-1256 -t UTF-8"
                what = f"byte {error.start + 1} of the line is not UTF-8 (0x{line[error.start]:02x})"
                return CorpusError(f"{what}; {advice}", path=shown, line=number)
    return CorpusError("the text is not UTF-8; save it as UTF-8", path=shown)
