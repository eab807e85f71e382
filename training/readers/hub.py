"""``hf:NAME[:SPLIT]``: a dataset of the Hugging Face hub, of its local cache, or of a local folder.

The rows are read by the same code as those of files (``training.readers.library``); what is here is finding the
dataset, and saying what to do when it is not to be had.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import Any

from model.errors import CorpusError
from training.readers.library import column_names, local_only, open_local, records
from training.readers.row import Row, RowGenerator

__all__ = ["HubReader"]

_PREFIX = "hf:"
_PROBE_SECONDS = 3.0  # the library's own retries take 23 s to give up on a hub that is out of reach
_SAVED = ("dataset_dict.json", "state.json")  # what `save_to_disk` leaves in its folder

_OUT_OF_REACH = (
    "the Hugging Face hub is out of reach and the dataset is not in the local cache. Load it once where there is "
    "network (the cache is {cache}; HF_HOME names another), or copy its files here and give them, "
    "or their folder as hf:FOLDER"
)
_UNKNOWN = (
    "the hub has no dataset of this name, or it is private; check the name, log in with `hf auth login`, "
    "or give a local folder as hf:FOLDER"
)
_GATED = "the dataset is gated: ask for access on its page on the hub, log in with `hf auth login` and try again"
_SEVERAL_CONFIGURATIONS = (
    "the dataset has several configurations ({error}). Save the one you mean, "
    'datasets.load_dataset("{name}", "CONFIGURATION").save_to_disk("FOLDER"), and give hf:FOLDER'
)


class HubReader:
    """Reader of a dataset by name or folder; see `training.readers.row.Reader`.

    The digest is that of the rows as they are read, in order, because the library's own fingerprint of a dataset
    changes with the time at which it was cached.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        self.columns: list[str] = []
        self.digest = ""
        name = source.removeprefix(_PREFIX)
        self.split = ""
        if not Path(name).expanduser().is_dir():
            name, _, self.split = name.partition(":")
        self.name = name
        self.stem = Path(name).name
        if not name:
            raise CorpusError("the name is missing; write hf:NAME or hf:NAME:SPLIT", path=source)

    def rows(self, wanted: Collection[str]) -> RowGenerator:
        """Yield the rows of the split asked for, or of ``train``, or of the only split there is."""
        digest = hashlib.sha256()
        with ExitStack() as opened:
            dataset = self._chosen(self._loaded(opened))
            try:
                self.columns = column_names(dataset)
                for number, values in enumerate(records(dataset, wanted), start=1):
                    digest.update(json.dumps(values, ensure_ascii=False, sort_keys=True, default=str).encode())
                    yield Row(number, values)
            except Exception as error:
                raise self._error(f"a row cannot be read ({_one_line(error)}); fetch or write it again") from error
        self.digest = digest.hexdigest()

    def _loaded(self, opened: ExitStack) -> Any:
        """Load what the name stands for: one dataset, or a mapping of them by split."""
        import datasets
        from datasets.packaged_modules import _PACKAGED_DATASETS_MODULES as BUILDERS

        folder = Path(self.name).expanduser()
        if self.name.startswith(("/", ".", "~")) and not folder.is_dir():
            raise self._error("there is no such folder; check the path")
        if self.name in BUILDERS:  # load_dataset("json") reads every file below the current folder
            raise self._error("this is the name of a format, not of a dataset; give the file by its path")
        try:
            if any((folder / mark).exists() for mark in _SAVED):
                return datasets.load_from_disk(str(folder))
            if folder.is_dir():
                return opened.enter_context(open_local(str(folder)))
            with nullcontext() if _hub_answers() else local_only():
                return datasets.load_dataset(self.name)
        except Exception as error:
            raise self._error(self._explained(error)) from error

    def _chosen(self, loaded: Any) -> Any:
        """Pick the split out of what was loaded."""
        splits = loaded if isinstance(loaded, dict) else {"train": loaded}
        if self.split in splits:
            return splits[self.split]
        if not self.split and (len(splits) == 1 or "train" in splits):
            return splits.get("train", next(iter(splits.values())))
        wish = f"there is no split {self.split!r}" if self.split else "there is no split 'train'"
        raise self._error(f"{wish}; name one of these as {_PREFIX}{self.name}:SPLIT: {', '.join(map(str, splits))}")

    def _explained(self, error: Exception) -> str:
        """Say what went wrong in loading, and what to do."""
        from datasets.config import HF_DATASETS_CACHE
        from datasets.exceptions import DatasetNotFoundError

        if isinstance(error, ConnectionError):
            return _OUT_OF_REACH.format(cache=HF_DATASETS_CACHE)
        if isinstance(error, DatasetNotFoundError):
            return _GATED if "gated" in str(error) else _UNKNOWN
        if isinstance(error, ValueError) and "config" in str(error).lower():
            return _SEVERAL_CONFIGURATIONS.format(name=self.name, error=_one_line(error))
        return f"the datasets library cannot load it ({_one_line(error)}); give its files, or their folder as hf:FOLDER"

    def _error(self, message: str) -> CorpusError:
        return CorpusError(message, path=self.source)


def _hub_answers() -> bool:
    """Ask the hub for a sign of life, with the proxies and certificates that the library itself would use."""
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=_PROBE_SECONDS)
    except Exception:  # noqa: BLE001  whichever HTTP library it is built on, and HF_HUB_OFFLINE=1
        return False
    return True


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
