"""How far a few labelled articles go: accuracy and calibration by examples per section, beside two peers.

Every point is learned from the same drawn articles by all contestants, over several draws. ``--json`` keeps every
figure; ``--picture`` draws the curves as docs/few-examples.svg shows them.
"""

from __future__ import annotations

import argparse
import importlib.util
import io
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import fasttext_peer
from benchmarks.command import ROOT, Benchmark, Outcome, Table, run, say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from model.taxonomy import Taxonomy
    from training.background.values import Background
    from training.corpus import LabelledArticle
    from training.dataset import Dataset

__all__ = ["main"]

_EXAMPLES = (2, 5, 10, 20, 50, 200)
_WORDS = 60
_SEEDS = 10
_FASTTEXT_TEXTS, _FASTTEXT_EPOCHS = 50_000, 50
"""fastText goes over the articles until it has read so many texts, and so often at least. With the 8 epochs of the
published baselines, made for tens of thousands of articles, 5 a section within one paper give .29/.32 of whole articles
and headlines; with 50 epochs .40/.42, with 700 .46/.45; twice as many add .00 to .01 everywhere."""

_QUICK_ARTICLES, _QUICK_TEST, _QUICK_EXAMPLES, _QUICK_SEEDS = 4000, 300, (2, 10, 50), 2
_VIEWS = ("whole", "headline")
_CACHE = ROOT / "artifacts" / "backgrounds"

_HELP = f"""\
Three questions, each with {", ".join(map(str, _EXAMPLES))} labelled articles per section, cut to {_WORDS} words:
  within    learned from one paper (sanad_khaleej), tested on 1,500 other articles of it
  across    learned from that paper, tested on 2,000 articles of Sky News Arabia, in the sections that both have
  foreign   twelve classes that are not ours (asnd_train, headlines), tested on asnd_dev; where a class has fewer
            examples, all of them are learned

What is tested is whole, and its headline alone (the first 12 words where there is none). Articles that nearly repeat
a test article are not learned from, and the background is made without the outlets, or the corpus, in question:
minutes each, kept in artifacts/backgrounds (remove them to have them made anew). A larger draw contains the smaller
one of the same seed.

examples:
  python -m benchmarks.few_examples --json docs/few-examples.json --picture docs/few-examples.svg
  python -m benchmarks.few_examples within --seeds 3
"""


@dataclass(frozen=True, slots=True)
class Question:
    """One of the three.

    Attributes
    ----------
    title : str
    corpora : tuple of str
        What its articles are read from.
    outlets : tuple of str
        What the background must not have seen: these outlets, or the corpora altogether where none is named.
    n_test : int or None
        Articles to test on; None: all of the last corpus, as it was published.
    views : tuple of str
        What of them is tested.
    """

    title: str
    corpora: tuple[str, ...]
    outlets: tuple[str, ...]
    n_test: int | None
    views: tuple[str, ...] = _VIEWS


_QUESTIONS: Mapping[str, Question] = {
    "within": Question("within one paper, 7 sections", ("sanad_khaleej",), ("alkhaleej",), 1500),
    "across": Question("from one paper to an outlet", ("sanad_khaleej", "ant_v21"), ("alkhaleej", "skynews"), 2000),
    "foreign": Question("12 foreign classes", ("asnd_train", "asnd_dev"), (), None, views=("headline",)),
}


@dataclass(frozen=True, slots=True)
class Material:
    """What a question is put with: articles to draw from, articles to test on, in the same sections."""

    pool: Dataset
    test: Dataset


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contestant says of the test articles in one view.

    Attributes
    ----------
    section : ndarray of shape (n_articles,), intp
    confidence : ndarray of shape (n_articles,) or None
        Probability of that section; None where it gives none.
    """

    section: NDArray[np.intp]
    confidence: NDArray[np.float64] | None


Contestant = Callable[["Dataset", "Dataset", int], Iterator[Answer]]
"""Learns a dataset with a seed and answers both views of another."""


def _material(name: str, corpora: Mapping[str, Path], n_test: int | None) -> Material:
    """Read the articles of a question, and keep apart what is drawn from and what is tested."""
    import numpy as np

    from model.taxonomy import load_taxonomy
    from training.corpus import read_corpus
    from training.dataset import make_dataset, resolve_labels
    from training.neardup import near_duplicate_groups
    from training.preparation import corpus_taxonomy
    from training.shipped import taxonomy_file

    question = _QUESTIONS[name]
    parts: list[Sequence[LabelledArticle]] = [
        read_corpus([str(corpora[corpus])]).articles for corpus in question.corpora
    ]
    if question.outlets:
        ours = load_taxonomy(taxonomy_file())
        parts = [
            [article for article in resolve_labels(part, ours).articles if article.source in question.outlets]
            for part in parts
        ]
        taxonomy = _common_sections(ours, parts)
    else:
        taxonomy = corpus_taxonomy(parts[0])
    dataset = make_dataset([article for part in parts for article in part], taxonomy)
    part = np.repeat(np.arange(len(parts)), [len(of_part) for of_part in parts])
    groups = near_duplicate_groups(dataset.whole)
    labelled = np.random.default_rng(0).permutation(np.flatnonzero(dataset.section >= 0))
    _, first = np.unique(groups[labelled], return_index=True)
    different = labelled[np.sort(first)]
    testable = labelled if n_test is None else different  # a published test part stays as it is
    test = testable[part[testable] == len(parts) - 1][:n_test]
    long = np.array([len(text.split()) >= _WORDS for text in dataset.whole]) | (not question.outlets)
    usable = (part == 0) & long & ~np.isin(groups, groups[test])
    candidates = labelled[usable[labelled]]
    _, first = np.unique(groups[candidates], return_index=True)
    return Material(_cut(dataset.take(candidates[np.sort(first)])), dataset.take(np.sort(test)))


def _common_sections(taxonomy: Taxonomy, parts: Sequence[Sequence[LabelledArticle]]) -> Taxonomy:
    from dataclasses import replace

    used = [{article.section for article in part} for part in parts]
    sections = tuple(section for section in taxonomy.sections if all(section.id in of_part for of_part in used))
    return replace(taxonomy, sections=sections, topics=())


def _cut(dataset: Dataset) -> Dataset:
    """Leave the beginnings of articles, as an editor would label them in a hurry."""
    from dataclasses import replace

    return replace(dataset, whole=[" ".join(text.split()[:_WORDS]) for text in dataset.whole])


def _draws(pool: Dataset, seed: int, counts: Sequence[int]) -> Iterator[Dataset]:
    """Draw so many articles of every section, each draw with all of the one before."""
    import numpy as np

    generator = np.random.default_rng(seed)
    shuffled = [
        generator.permutation(np.flatnonzero(pool.section == section)) for section in range(len(pool.taxonomy.sections))
    ]
    for count in counts:
        yield pool.take(np.concatenate([rows[:count] for rows in shuffled]))


def _given_background(name: str, folder: Path, corpora: Mapping[str, Path]) -> Background:
    """Load a background that the user names.

    Raises
    ------
    TrainingError
        If there is none, or it has seen what is to be tested.
    """
    from model.errors import TrainingError
    from training.background.values import load_background

    question, background = _QUESTIONS[name], load_background(folder)
    left_out = background.manifest["without"]["sources"]
    seen = [corpus for corpus in question.corpora if background.has_seen(_digest(corpora[corpus]))]
    if seen and not (question.outlets and set(question.outlets) <= set(left_out)):
        what = " and ".join(question.outlets or seen)
        raise TrainingError(f"{folder} was computed from {what}, which {name!r} tests: give one made without")
    return background


def _made_background(name: str, corpora: Mapping[str, Path], cache: Path) -> Background:
    """Load the background of a question from a cache, made first where there is none of these corpora."""
    from training.background.values import load_background

    question, folder = _QUESTIONS[name], cache / f"few-examples-{name}"
    paths = [path for corpus, path in corpora.items() if question.outlets or corpus not in question.corpora]
    if not _is_made_from(folder, paths):
        say(f"{name}: making a background in {folder}, since --background-{name} names none")
        _make_background(folder, paths, question.outlets)
    return load_background(folder)


def _is_made_from(folder: Path, paths: Iterable[Path]) -> bool:
    from model.errors import TrainingError
    from training.background.values import load_background

    try:
        background = load_background(folder)
    except TrainingError:
        return False
    return all(background.has_seen(_digest(path)) for path in paths)


def _make_background(folder: Path, paths: Sequence[Path], outlets: Sequence[str]) -> None:
    from dataclasses import replace

    from training.background.make import MakeSettings, make_background
    from training.background.sources import read_sources
    from training.background.values import save_background

    sources = read_sources([str(path) for path in paths], licences={}, without_sources=outlets, without=None, seed=0)
    background = make_background(sources.dataset, MakeSettings())
    folder.parent.mkdir(parents=True, exist_ok=True)
    save_background(folder, replace(background, manifest={**background.manifest, **sources.manifest}))


def _digest(path: Path) -> str:
    import hashlib

    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _tabwib(background: Background | None) -> Contestant:
    """Learn as ``training.fit`` does, with or without a background."""

    def answers(train: Dataset, test: Dataset, seed: int) -> Iterator[Answer]:
        import numpy as np

        from training.learn import Beside, LearnSettings, learn
        from training.packing import in_memory

        with redirect_stderr(io.StringIO()):  # the bars of hundreds of fits
            groups = np.arange(len(train))  # of near duplicates: no two articles are
            learned = learn(train, groups, LearnSettings(seed=seed, jobs=1), Beside(background))
        classifier = in_memory(learned, train.taxonomy)
        for texts in (test.whole, test.headlines):
            probabilities = classifier.score(texts).sections
            yield Answer(probabilities.argmax(axis=1), probabilities.max(axis=1))

    return answers


def _scikit_learn(train: Dataset, test: Dataset, seed: int) -> Iterator[Answer]:
    import numpy as np

    from benchmarks.peers import ScikitLearnPeer

    del seed  # its own is fixed
    texts, y = [*train.whole, *train.headlines], np.tile(train.section, 2)
    for section in ScikitLearnPeer().sections(texts, y, (test.whole, test.headlines)):
        yield Answer(section, None)


def _fasttext(train: Dataset, test: Dataset, seed: int) -> Iterator[Answer]:
    import numpy as np

    del seed  # its own is fixed
    texts, labels = [*train.whole, *train.headlines], [[int(label)] for label in np.tile(train.section, 2)]
    epochs = max(_FASTTEXT_EPOCHS, _FASTTEXT_TEXTS // len(texts))
    with tempfile.TemporaryDirectory() as folder:
        model = fasttext_peer.Model(texts, labels, Path(folder) / "t.txt", several=False, epochs=epochs, threads=1)
    for view in (test.whole, test.headlines):
        best = [model.scores(fasttext_peer.one_line(text), 1) for text in view]
        confidence = np.array([found[0][0] if found else 1 / len(train.taxonomy.sections) for found in best])
        yield Answer(np.maximum(model.best(view), 0), np.minimum(confidence, 1.0))


_WITH, _WITHOUT = "with background", "without background"


def _contestants(background: Background) -> dict[str, Contestant]:
    contestants: dict[str, Contestant] = {
        _WITH: _tabwib(background),
        _WITHOUT: _tabwib(None),
        "scikit-learn": _scikit_learn,
    }
    if fasttext_peer.available():
        contestants["fastText"] = _fasttext
    return contestants


Curve = dict[str, dict[int, dict[str, dict[str, list[float]]]]]
"""Figures by contestant, examples per section, view, and kind (accuracy, ece): one for each seed."""


def _curve(name: str, material: Material, background: Background, counts: Sequence[int], seeds: int) -> Curve:
    from training.measure import expected_calibration_error

    contestants = _contestants(background)
    curve: Curve = {
        contestant: {count: {view: {"accuracy": [], "ece": []} for view in _QUESTIONS[name].views} for count in counts}
        for contestant in contestants
    }
    gold = material.test.section
    for seed in range(seeds):
        for count, train in zip(counts, _draws(material.pool, seed, counts), strict=True):
            for contestant, answers in contestants.items():
                of_views = dict(zip(_VIEWS, answers(train, material.test, seed), strict=True))
                for view, figures in curve[contestant][count].items():
                    answer = of_views[view]
                    correct = answer.section == gold
                    figures["accuracy"].append(float(correct.mean()))
                    if answer.confidence is not None:
                        figures["ece"].append(expected_calibration_error(answer.confidence, correct))
        latest = (f"{curve[_WITH][count]['headline']['accuracy'][-1]:.3f}" for count in counts)
        say(f"{name}, seed {seed}: {' '.join(latest)} of headlines with {', '.join(map(str, counts))} a section")
    return curve


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    figures: dict[str, Any] = {"words": _WORDS, "questions": {}}
    tables = []
    counts, seeds = (_QUICK_EXAMPLES, _QUICK_SEEDS) if arguments.quick else (_EXAMPLES, _SEEDS)
    seeds = arguments.seeds or seeds
    names = arguments.questions or list(_QUESTIONS)
    folders = {name: getattr(arguments, f"background_{name}") for name in names}
    backgrounds = {name: _given_background(name, given, corpora) for name, given in folders.items() if given}
    with tempfile.TemporaryDirectory(prefix="tabwib-few-examples-") as folder:
        cache = Path(folder, "backgrounds") if arguments.quick else _CACHE
        if arguments.quick:
            corpora = _sampled(corpora, Path(folder))
        for name in names:
            material = _material(name, corpora, _QUICK_TEST if arguments.quick else _QUESTIONS[name].n_test)
            background = backgrounds.get(name) or _made_background(name, corpora, cache)
            curve = _curve(name, material, background, counts, seeds)
            figures["questions"][name] = {
                "tested": len(material.test),
                "sections": [section.id for section in material.test.taxonomy.sections],
                "background": background.manifest["without"]
                | {"corpora": [of["name"] for of in background.manifest["corpora"]]},
                "curve": curve,
            }
            tables.append(_table(name, material, curve, seeds))
    if arguments.picture is not None:
        _picture({name: of["curve"] for name, of in figures["questions"].items()}, arguments.picture)
    return Outcome(tables, figures)


def _sampled(corpora: Mapping[str, Path], folder: Path) -> dict[str, Path]:
    from benchmarks.samples import read, write

    return {name: write(read(path, _QUICK_ARTICLES), folder / path.name) for name, path in corpora.items()}


def _table(name: str, material: Material, curve: Curve, seeds: int) -> Table:
    n_sections = len(material.test.taxonomy.sections)
    note = (
        f"accuracy and ECE of {len(material.test)} articles in {n_sections} sections, mean of {seeds} draws ± standard "
        "deviation;\ngain: over the same draws without background"
    )
    if not fasttext_peer.available():
        note += f"\n{fasttext_peer.HOW_TO_INSTALL}"
    views = _QUESTIONS[name].views
    return Table(
        title=f"{name}: {_QUESTIONS[name].title}",
        note=note,
        columns=("per section", *views, *("gain" for _ in views), *(f"ECE {view}" for view in views)),
        rows=[
            (
                f"{count}, {contestant}",
                *(_show(of[count][view]["accuracy"]) for view in views),
                *(_show(_gains(curve, count, view)) if contestant == _WITH else "" for view in views),
                *(_show(of[count][view]["ece"]) for view in views),
            )
            for count in curve[_WITH]
            for contestant, of in curve.items()
        ],
    )


def _gains(curve: Curve, count: int, view: str) -> list[float]:
    pairs = zip(*(curve[contestant][count][view]["accuracy"] for contestant in (_WITH, _WITHOUT)), strict=True)
    return [with_ - without for with_, without in pairs]


def _show(values: Sequence[float]) -> str:
    return f"{statistics.mean(values):.3f} ±{_spread(values):.3f}" if values else ""


def _spread(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 else 0.0


_COLOURS = {_WITH: "#b4372b", _WITHOUT: "#1f5a8a", "scikit-learn": "#7a8450", "fastText": "#b98a2e"}
_INK, _FAINT = "#2b2b2b", "#dddddd"
_PANELS = (
    ("whole", "accuracy", "whole article, accuracy"),
    ("headline", "accuracy", "headline alone, accuracy"),
    ("headline", "ece", "headline alone, ECE"),
)


def _picture(curves: Mapping[str, Curve], path: Path) -> None:
    """Draw a column for each question: accuracy of both views, and calibration."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "tabwib", "font.size": 9, "text.color": _INK, "axes.edgecolor": _INK}):
        figure = Figure(figsize=(0.9 + 2.9 * len(curves), 7.2), facecolor="white", layout="constrained")
        grid = figure.subplots(len(_PANELS), len(curves), sharex=True, sharey="row", squeeze=False)
        for row, (view, kind, title) in enumerate(_PANELS):
            shown = [name for name in curves if view in _QUESTIONS[name].views]
            for column, (name, curve) in enumerate(curves.items()):
                axes = grid[row, column]
                axes.set_visible(name in shown)
                if name in shown:
                    _panel(axes, curve, view, kind)
                if row == 0 or (row == 1 and "whole" not in _QUESTIONS[name].views):
                    axes.set_title(f"{name}\n{_QUESTIONS[name].title}", fontsize=10, loc="left")
            if shown:
                grid[row, 0].set_ylabel(title)
                grid[row, 0].set_ylim(0, 1 if kind == "accuracy" else None)
                last = list(curves).index(shown[-1])
                named = _name_lines(grid[row, last], curves[shown[-1]], view, kind)
                for label in named if last < len(curves) - 1 else ():
                    label.set_in_layout(False)  # the empty panel beside it is room enough
        below = f"labelled articles per section, {_WORDS} words each; bands: ± one standard deviation between draws"
        figure.supxlabel(below, fontsize=9)
        figure.savefig(path, metadata={"Date": None})


def _panel(axes: Any, curve: Curve, view: str, kind: str) -> None:
    """Draw the lines of one panel with their bands."""
    from matplotlib.ticker import NullLocator

    for contestant, means, spreads in _lines(curve, view, kind):
        low, high = ([mean + side * spread for mean, spread in zip(means, spreads, strict=True)] for side in (-1, 1))
        axes.fill_between(list(curve[_WITH]), low, high, color=_COLOURS[contestant], alpha=0.18, linewidth=0)
        axes.plot(list(curve[_WITH]), means, color=_COLOURS[contestant], linewidth=1.8, marker="o", markersize=3)
    axes.set_xscale("log")
    axes.set_xticks(list(curve[_WITH]), [str(count) for count in curve[_WITH]])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.grid(visible=True, color=_FAINT, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)


def _lines(curve: Curve, view: str, kind: str) -> Iterator[tuple[str, list[float], list[float]]]:
    """Yield every contestant that has figures of a kind, with means and spreads."""
    for contestant, of in curve.items():
        values = [figures[view][kind] for figures in of.values()]
        if all(values):
            yield contestant, [statistics.mean(found) for found in values], [_spread(found) for found in values]


def _name_lines(axes: Any, curve: Curve, view: str, kind: str) -> list[Any]:
    """Name the lines of a panel at their right ends; return the labels."""
    ends = {contestant: means[-1] for contestant, means, _ in _lines(curve, view, kind)}
    place = {"xycoords": axes.get_yaxis_transform(), "va": "center", "annotation_clip": False}
    return [
        axes.annotate(contestant, (1.03, height), color=_COLOURS[contestant], **place)
        for contestant, height in _apart(ends, least=0.08 * axes.get_ylim()[1]).items()
    ]


def _apart(heights: Mapping[str, float], least: float) -> dict[str, float]:
    """Move labels apart that would stand on one another, keeping their order and their middle."""
    ordered = sorted(heights, key=lambda label: heights[label])
    placed: list[float] = []
    for label in ordered:
        placed.append(max(heights[label], placed[-1] + least) if placed else heights[label])
    shift = statistics.mean(placed) - statistics.mean(heights.values())
    return {label: height - shift for label, height in zip(ordered, placed, strict=True)}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "questions", nargs="*", type=_question, metavar="QUESTION", help=f"of {', '.join(_QUESTIONS)} (default: all)"
    )
    for name in _QUESTIONS:
        parser.add_argument(
            f"--background-{name}", type=Path, metavar="DIR", help=f"a background that has not seen what {name!r} tests"
        )
    parser.add_argument("--seeds", type=int, metavar="N", help=f"draws of each point (default: {_SEEDS})")
    parser.add_argument("--picture", type=Path, metavar="FILE.svg", help="draw the curves there; needs matplotlib")


def _question(name: str) -> str:
    if name not in _QUESTIONS:
        raise argparse.ArgumentTypeError(f"there is no question {name!r}; there are {', '.join(_QUESTIONS)}")
    return name


def _refuse(arguments: argparse.Namespace) -> str:
    if arguments.seeds is not None and arguments.seeds < 1:
        return "--seeds should be at least 1"
    if arguments.picture is not None and importlib.util.find_spec("matplotlib") is None:
        return "--picture needs matplotlib: pip install 'matplotlib>=3.10' (dependency group bench)"
    return ""


BENCHMARK = Benchmark(
    name="few_examples",
    description="Learn from 2 to 200 articles per section, with and without background, beside two peers.",
    epilog=_HELP,
    corpora=("sanad_khaleej", "ant_v21", "ant_v11", "topics_silver", "mowjaz_dev", "asnd_train", "asnd_dev"),
    measure=_measure,
    add_arguments=_add_arguments,
    refuse=_refuse,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
