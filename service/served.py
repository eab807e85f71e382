"""The model that is being served, or the reason why there is none.

``app.create_app`` makes it once at the start; every route that needs a model asks it here.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from model.classifier import NewsClassifier
from model.errors import ArtifactError
from model.pages import read_page
from service.problems import code_of_error
from service.refusals import RefusedError

__all__ = ["ServedModel", "load_model", "ready_model"]

_log = logging.getLogger(__name__)

_ANY_PAGE = (
    "<!doctype html><html><body><article><h1>الطقس غدا</h1><p>أمطار خفيفة على السواحل.</p></article></body></html>"
)


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A classifier that has answered its warm-up, or the code of the problem that keeps it from answering."""

    classifier: NewsClassifier | None
    problem: str = ""

    def require(self) -> NewsClassifier:
        """Return the classifier.

        Raises
        ------
        RefusedError
            If there is none; the problem says why, not where.
        """
        if self.classifier is None:
            raise RefusedError(self.problem)
        return self.classifier


def ready_model(classifier: NewsClassifier) -> ServedModel:
    """Label a text and read a page before any client waits for machine code and for the HTML library.

    Before the fork of the workers, too: each would otherwise import the library for itself, which takes 40 MB.
    """
    classifier.warm_up()
    read_page(_ANY_PAGE)
    return ServedModel(classifier)


def load_model(artifact: Path) -> ServedModel:
    """Load an artifact for serving; where it cannot be used, tell the operator and serve problems instead.

    A worker of gunicorn that died over a missing model would be restarted for ever; one that answers 503 can be asked
    what is wrong.
    """
    try:
        return ready_model(NewsClassifier.load(artifact))
    except ArtifactError as error:
        _log.error("no model to serve, every call is answered with 503: %s (artifact: %s)", error, artifact)
        return ServedModel(None, code_of_error(error))
