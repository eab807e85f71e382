"""The error tree is as its module draws it, and every error carries its evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from model import errors


def drawn_parents() -> dict[str, str]:
    """Read the tree at the top of the module: name -> name of its parent."""
    parents: dict[str, str] = {}
    above = {-4: "Exception"}
    for line in (errors.__doc__ or "").splitlines():
        bare = line.lstrip("│├└─ ")
        if bare.endswith("Error") or "Error " in bare:
            depth = len(line) - len(bare)
            name = bare.split()[0]
            if name.endswith("Error"):
                parents[name] = above[depth - 4]
                above[depth] = name
    return parents


def test_the_tree_is_as_drawn() -> None:
    drawn = drawn_parents()
    assert drawn.keys() == set(errors.__all__)
    for name, parent in drawn.items():
        public = [base.__name__ for base in getattr(errors, name).__mro__[1:] if not base.__name__.startswith("_")]
        assert public[0] == parent, name


def test_all_names_every_error() -> None:
    defined = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.TabwibError)
    }
    assert set(errors.__all__) == {name for name in defined if not name.startswith("_")}


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        pytest.param(errors.ArticleError("too long", field="body"), {"field": "body"}, id="article"),
        pytest.param(errors.ArtifactNotFoundError("none", path=Path("a")), {"path": Path("a")}, id="not-found"),
        pytest.param(
            errors.ArtifactCorruptError("bad", path=Path("a"), expected="1", actual="2"),
            {"path": Path("a"), "expected": "1", "actual": "2"},
            id="corrupt",
        ),
        pytest.param(
            errors.ArtifactVersionError("new", found=2, supported=1), {"found": 2, "supported": 1}, id="version"
        ),
        pytest.param(
            errors.QualityGateError("low", metric="section.macro_f1", measured=0.5, floor=0.6),
            {"metric": "section.macro_f1", "measured": 0.5, "floor": 0.6},
            id="quality-gate",
        ),
        pytest.param(errors.CorpusError("bad", path="a.csv", line=3), {"path": "a.csv", "line": 3}, id="corpus"),
        pytest.param(errors.TaxonomyError("bad"), {"path": "", "line": None}, id="taxonomy"),
    ],
)
def test_evidence(error: errors.TabwibError, evidence: dict[str, Any]) -> None:
    assert {name: getattr(error, name) for name in evidence} == evidence


@pytest.mark.parametrize(
    ("where", "message"),
    [
        pytest.param({"path": "a.csv", "line": 3}, "a.csv:3: no body", id="file-and-line"),
        pytest.param({"path": Path("a.csv")}, "a.csv: no body", id="file"),
        pytest.param({}, "no body", id="nowhere"),
    ],
)
@pytest.mark.parametrize("kind", [errors.CorpusError, errors.TaxonomyError], ids=["corpus", "taxonomy"])
def test_training_errors_say_where(kind: Any, where: dict[str, Any], message: str) -> None:
    assert str(kind("no body", **where)) == message
