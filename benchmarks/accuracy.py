"""How right the labels are on outlets and articles that were not learned from, beside two peers in the same run.

The model is trained and measured by ``training.fit`` and ``training.evaluate``; ``cases`` makes the splits, ``peers``
learns from the same articles.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import fasttext_peer
from benchmarks.command import Benchmark, Outcome, Table, run, say
from benchmarks.timing import resource_usage

if TYPE_CHECKING:
    from benchmarks.cases import Case
    from benchmarks.peers import Score
    from benchmarks.pinned import Measured

__all__ = ["main"]

_QUICK_ARTICLES = 1500

_HELP = """\
cases:
  skynews bbc alarabia alkhaleej   sanad_khaleej + ant_v21 without one outlet; that outlet is measured. Health and
                                   religion stand in alkhaleej alone, so without it they are neither learned nor asked
  jawhara                          learned from all of them; a radio station of Tunisia is measured
  mowjaz                           learned from all of them; articles that people filed under exactly one section
  topics_silver                    a tenth of the 34 silver topics held out, five seeds
  asnd                             posts of news channels, 12 classes of its own, the published split

Near duplicates of what is measured are not learned from, nor is a background: the one that ships has seen these
corpora (side_by_side measures with some that have not). "headline" is the headline alone, or the first 12 words.
A full run trains ten models and twice as many peers: hours on a busy machine, so name the cases you want. Whatever
is measured and pinned is compared, and ends with 1 where it fell by more than the noise (not with --quick).

examples:
  python -m benchmarks.accuracy asnd topics_silver
  python -m benchmarks.accuracy --check                the pinned cases alone
  python -m benchmarks.accuracy asnd --pin             raises the pinned figures; never lowers them silently
"""


def _measure_tabwib(case: Case, folder: Path) -> Score:
    """Train and measure the model by its command lines; the background that ships has seen what is measured."""
    from benchmarks.peers import Score

    out = folder / f"artifact-{case.name}-{case.seed}"
    resource_usage(
        *("-m", "training.fit", "--corpus", str(case.train), "--labels", case.labels, "--seed", str(case.seed)),
        "--no-background",
        *("--out", str(out), "--report", str(out.with_name(f"report-{out.name}")), "--json"),
    )
    measured = resource_usage("-m", "training.evaluate", "--artifact", str(out), "--corpus", str(case.test), "--json")
    figures = json.loads(measured.stdout)
    part, keys = (
        ("section", ("accuracy", "macro_f1")) if case.kind == "section" else ("topics", ("micro_f1", "macro_f1"))
    )
    views = (figures[part], figures["headline_only"][part])
    return Score(views[0]["n"], *(view[key] for view in views for key in keys))


def _measure_all(
    names: Sequence[str], corpora: Mapping[str, Path], *, limit: int | None, peers: bool
) -> dict[str, dict[str, list[Score]]]:
    """Measure every case with every contestant: scores by case and contestant, one for each seed."""
    from benchmarks.cases import CASES, Maker
    from benchmarks.peers import FastTextPeer, Peer, ScikitLearnPeer, Texts, measure_peer

    rivals: list[Peer] = [ScikitLearnPeer()] if peers else []
    if peers and fasttext_peer.available():
        rivals.append(FastTextPeer())
    scores: dict[str, dict[str, list[Score]]] = {}
    with tempfile.TemporaryDirectory(prefix="tabwib-accuracy-") as folder:
        maker = Maker(corpora, Path(folder), limit)
        for name in names:
            scores[name] = {contestant: [] for contestant in ("tabwib", *(rival.name for rival in rivals))}
            for case in CASES[name](maker, name):
                _note(scores[name]["tabwib"], name, "tabwib", _measure_tabwib(case, Path(folder)))
                if rivals:
                    train, test = Texts.read([case.train]), Texts.read([case.test])
                for rival in rivals:
                    _note(scores[name][rival.name], name, rival.name, measure_peer(rival, case.kind, train, test))
    return scores


def _note(scores: list[Score], case: str, contestant: str, score: Score) -> None:
    """Keep a score, and tell it at once: the next one may take an hour."""
    scores.append(score)
    say(f"{case}, {contestant}: {score.whole:.4f} whole, {score.headline:.4f} headline, {score.n} articles")


def _table(scores: Mapping[str, Mapping[str, Sequence[Score]]]) -> Table:
    note = "whole article and headline alone; sections: accuracy and macro-F1, topics: micro-F1 and macro-F1"
    if not fasttext_peer.available():
        note += f"\n{fasttext_peer.HOW_TO_INSTALL}"
    return Table(
        title="Articles and outlets that were not learned from",
        note=note,
        columns=("", "n", "whole", "macro", "headline", "macro"),
        rows=[
            (
                f"{case}, {contestant}",
                str(of[0].n),
                *(_show([getattr(score, figure) for score in of]) for figure in asdict(of[0]) if figure != "n"),
            )
            for case, contestants in scores.items()
            for contestant, of in contestants.items()
        ],
    )


def _show(values: Sequence[float]) -> str:
    if len(values) == 1:
        return f"{values[0]:.3f}"
    return f"{statistics.mean(values):.3f} ±{statistics.stdev(values):.3f}"


def _measure(arguments: argparse.Namespace, corpora: Mapping[str, Path]) -> Outcome:
    from benchmarks import pinned
    from benchmarks.cases import CASES

    limit = _QUICK_ARTICLES if arguments.quick else None
    names = arguments.cases or (pinned.cases() if arguments.check else list(CASES))
    scores = _measure_all(names, corpora, limit=limit, peers=not arguments.no_peers)
    figures: dict[str, Any] = {
        case: {contestant: [asdict(score) for score in of] for contestant, of in contestants.items()}
        for case, contestants in scores.items()
    }
    ours = {case: _mean(contestants["tabwib"]) for case, contestants in scores.items()}
    failures: list[str] = []
    if arguments.pin:
        pinned.pin(ours, lower_because=arguments.force_lower)
    elif not arguments.quick:
        checked = ours if arguments.check else {case: ours[case] for case in pinned.cases() if case in ours}
        failures = [str(error) for error in pinned.below(checked)] if checked else []
    return Outcome((_table(scores),), figures, failures)


def _mean(scores: Sequence[Score]) -> Measured:
    """Average every figure over the seeds of a case."""
    from benchmarks.pinned import Measured

    names = [name for name in asdict(scores[0]) if name != "n"]
    figures = {name: statistics.mean(getattr(score, name) for score in scores) for name in names}
    return Measured(min(score.n for score in scores), figures)  # test parts of several seeds overlap


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "cases",
        nargs="*",
        type=_case_name,
        metavar="CASE",
        help="what to measure (default: all; with --check those that are pinned)",
    )
    parser.add_argument("--no-peers", action="store_true", help="measure the model alone")
    gate = parser.add_mutually_exclusive_group()
    gate.add_argument("--check", action="store_true", help="measure what is pinned; fail where anything else is named")
    gate.add_argument("--pin", action="store_true", help="pin the figures; refused where one would go down")
    parser.add_argument("--force-lower", metavar="REASON", help="with --pin: let figures go down, and say why")


def _case_name(name: str) -> str:
    from benchmarks.cases import CASES

    if name not in CASES:
        raise argparse.ArgumentTypeError(f"there is no case {name!r}; there are {', '.join(CASES)}")
    return name


def _refuse(arguments: argparse.Namespace) -> str:
    if arguments.quick and (arguments.check or arguments.pin):
        return "--quick measures a sample, which says nothing about pinned figures: leave it out"
    if arguments.force_lower and not arguments.pin:
        return "--force-lower REASON goes with --pin"
    return ""


BENCHMARK = Benchmark(
    name="accuracy",
    description="Sections of outlets that were left out, topics of articles that were held out, beside two peers.",
    epilog=_HELP,
    corpora=("sanad_khaleej", "ant_v21", "ant_v11", "mowjaz_dev", "topics_silver", "asnd_train", "asnd_dev"),
    measure=_measure,
    add_arguments=_add_arguments,
    refuse=_refuse,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmark: 0 done, 1 failed or below a pinned figure, 2 bad usage or no corpora."""
    return run(BENCHMARK, argv)


if __name__ == "__main__":
    sys.exit(main())
