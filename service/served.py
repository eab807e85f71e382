"""The models that are being served, by name, or the reason why there is none.

``app.create_app`` is handed them; every route that needs a model asks here, so that replacing them here replaces them
everywhere, between two requests.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from model.classifier import NewsClassifier
from model.errors import ArtifactError
from model.explain import explain
from model.pages import read_page
from service.problems import code_of_error
from service.refusals import RefusedError

__all__ = ["ServedModels"]

_log = logging.getLogger(__name__)

_ANY_PAGE = (
    "<!doctype html><html><body><article><h1>الطقس غدا</h1><p>أمطار خفيفة على السواحل.</p></article></body></html>"
)


class ServedModels:
    """Models that have answered a warm-up, by name.

    Any number of threads may ask. ``load`` is for one thread at a time.

    Parameters
    ----------
    folders : mapping of str to Path
        Folder of each artifact by the name of its model; the first one answers where none is named.
    """

    def __init__(self, folders: Mapping[str, Path]) -> None:
        self._folders = dict(folders)
        self._default = next(iter(folders))
        self._loaded: Mapping[str, NewsClassifier] = {}
        self._problem = "model_not_found"
        self.generation = 0
        """How often the models were replaced in this process and in those it was forked from."""

    @classmethod
    def of(cls, classifier: NewsClassifier) -> ServedModels:
        """Serve one model that is loaded already, under the name ``current``."""
        models = cls({"current": Path()})
        models._loaded = {"current": _ready(classifier)}
        return models

    def load(self) -> None:
        """Load and verify every artifact, then replace all models at once.

        Raises
        ------
        ArtifactError
            If one cannot be used; what was served before is still served.
        """
        self._loaded = {name: _ready(NewsClassifier.load(folder)) for name, folder in self._folders.items()}
        self.generation += 1

    def load_or_refuse(self) -> None:
        """Load; where that is impossible, tell the operator, and clients that there is no model.

        A worker of gunicorn that died over a missing model would be restarted for ever; one that answers 503 can be
        asked what is wrong.
        """
        try:
            self.load()
        except ArtifactError as error:
            self._problem = code_of_error(error)
            _log.error("no model to serve, every call is answered with 503: %s", error)

    def reload(self) -> str:
        """Replace the models, or keep them.

        Returns
        -------
        str
            Empty where they were replaced; else the code of the problem that says why not. The operator's log says
            which.
        """
        try:
            self.load()
        except ArtifactError as error:
            _log.error("the models are not replaced, those before still answer: %s", error)
            return code_of_error(error)
        except Exception:  # noqa: BLE001  # such as too little memory; what is served must go on being served
            _log.exception("the models are not replaced, those before still answer")
            return "model_unusable"
        return ""

    def require(self, name: str | None = None) -> NewsClassifier:
        """Return the classifier of a name, the default one where none is given.

        Raises
        ------
        RefusedError
            If there is none; the problem says why, not where.
        """
        if name and name not in self._folders:
            raise RefusedError("unknown_model")
        classifier = self._loaded.get(name or self._default)
        if classifier is None:
            raise RefusedError(self._problem)
        return classifier

    @property
    def classifier(self) -> NewsClassifier | None:
        """The model that answers where none is named; None where there is none."""
        return self._loaded.get(self._default)

    @property
    def loaded(self) -> Mapping[str, NewsClassifier]:
        """All models by name, the default one first; empty where there is none."""
        return self._loaded


def _ready(classifier: NewsClassifier) -> NewsClassifier:
    """Label, read a page and explain before any client waits for machine code and for the HTML library.

    Before the fork of the workers, too: each would otherwise import the library for itself, which takes 40 MB.
    """
    classifier.warm_up()
    explain(classifier, read_page(_ANY_PAGE).article, sent={"page": _ANY_PAGE})
    return classifier
