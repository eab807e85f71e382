"""From sources to an artifact and a report: the whole of ``training.fit`` behind its command line.

read -> resolve labels -> merge copies -> group near duplicates -> hold out a test part -> learn and calibrate on the
rest -> measure once -> learn from everything -> save.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model import artifact
from model.errors import SplitError
from model.taxonomy import Taxonomy, load_taxonomy
from training import provenance, split
from training.aliases import Archive, make_archive
from training.background.values import Background, load_background
from training.baselines import majority_section
from training.corpus import Corpus, LabelledArticle, read_corpus
from training.dataset import (
    Dataset,
    keep_labels,
    make_dataset,
    merge_copies,
    refuse_unknown_sections,
    resolve_labels,
)
from training.evaluation import Evaluation, evaluate
from training.learn import Beside, Learned, LearnSettings, learn, relearn
from training.neardup import near_duplicate_groups
from training.packing import in_memory, pack
from training.report import Duplicates, Report, check_report_writable, write_report
from training.shipped import STARTER_SETTINGS, starter_corpus, taxonomy_file

__all__ = ["FitRequest", "FitResult", "corpus_taxonomy", "fit"]


@dataclass(frozen=True, slots=True)
class FitRequest:
    """What a user asked for; fields as the options of ``python -m training.fit``."""

    corpus: tuple[str, ...] = ()
    labels: str = "taxonomy"
    columns: Mapping[str, str] = field(default_factory=dict)
    out: Path = Path("artifacts/current")
    report: Path = Path("reports/latest")
    settings: LearnSettings = field(default_factory=LearnSettings)
    background: Path | None = None
    unlabelled: tuple[str, ...] = ()
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FitResult:
    """What came of it.

    Attributes
    ----------
    out, report : Path
    sha256 : str
        Digest of the artifact.
    evaluation : Evaluation
        Figures on the test part.
    warnings : tuple of str
    left_out : mapping of str to int
        Labels with too few examples, and how many they have.
    """

    out: Path
    report: Path
    sha256: str
    evaluation: Evaluation
    warnings: tuple[str, ...]
    left_out: Mapping[str, int]


class _Clock:
    """How long each step took, in seconds."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - started, 2)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything that is known before learning starts."""

    corpus: Corpus
    dataset: Dataset
    groups: NDArray[np.int64]
    duplicates: Duplicates
    left_out: Mapping[str, int]
    unknown_topics: Mapping[str, int]
    archive: Archive | None


def corpus_taxonomy(articles: Sequence[LabelledArticle]) -> Taxonomy:
    """Take sections and topics as they stand in a corpus, most frequent first."""
    sections = Counter(article.section for article in articles if article.section)
    topics = Counter(topic for article in articles for topic in article.topics or ())
    return Taxonomy.of_labels((name for name, _ in sections.most_common()), (name for name, _ in topics.most_common()))


def fit(request: FitRequest) -> FitResult:
    """Learn a model from a corpus, save it and report on it.

    Raises
    ------
    TabwibError
        If the corpus, its labels or a folder to write to do not allow it; what stood in ``request.out`` still stands.
    """
    clock = _Clock()
    artifact.check_writable(request.out)
    check_report_writable(request.report)
    background = None if request.background is None else load_background(request.background)
    if not request.corpus:
        request = replace(request, settings=_for_starter(request.settings))
    prepared = _prepare(request, clock)
    dataset, settings = prepared.dataset, request.settings
    beside = Beside(background, prepared.archive)
    test = _hold_out(prepared, settings)
    train_rows, test_rows = np.flatnonzero(~test), np.flatnonzero(test)
    train = dataset.take(train_rows)
    with clock.step("learn and calibrate"):
        learned = learn(train, prepared.groups[train_rows], settings, beside)
    with clock.step("measure"):
        evaluation = evaluate(
            in_memory(learned, dataset.taxonomy),
            dataset.take(test_rows),
            target=settings.auto_precision,
            commonest_section=majority_section(train.section[train.section >= 0], len(dataset.taxonomy.sections)),
        )
    with clock.step("learn from everything"):
        final = relearn(dataset, learned.decider, settings, beside)
    parts = {"train": len(train_rows), "test": len(test_rows)}
    report = _report(request, prepared, learned, evaluation, parts, clock, _seen(prepared.corpus, background))
    with clock.step("save"):
        sha256 = _save(request, dataset, final, report)
    write_report(request.report, report)
    return FitResult(
        request.out, request.report, sha256, evaluation, tuple(report["warnings"]), dict(prepared.left_out)
    )


def _for_starter(settings: LearnSettings) -> LearnSettings:
    """Take the settings of the starter corpus where the user has set nothing else."""
    default = LearnSettings()
    untouched = {
        name: value for name, value in STARTER_SETTINGS.items() if getattr(settings, name) == getattr(default, name)
    }
    return replace(settings, **untouched)


def _prepare(request: FitRequest, clock: _Clock) -> _Prepared:
    with clock.step("read"):
        corpus = read_corpus(request.corpus or starter_corpus(), columns=request.columns)
    articles: Sequence[LabelledArticle] = corpus.articles
    if request.labels == "corpus":
        taxonomy, unknown_topics = corpus_taxonomy(articles), {}
    else:
        taxonomy = load_taxonomy(taxonomy_file())
        resolution = resolve_labels(articles, taxonomy)
        refuse_unknown_sections(resolution.unknown_sections, taxonomy)
        articles, unknown_topics = resolution.articles, dict(resolution.unknown_topics)
    distinct = merge_copies(articles)
    kept, left_out = keep_labels(distinct, taxonomy, request.settings.min_examples)
    archive = None
    if request.unlabelled:
        with clock.step("read the unlabelled archive"):
            kept, archive = _learn_from_aliases(request, taxonomy, kept)
        left_out = {label: n for label, n in left_out.items() if label not in archive.learned}
    _require_labels(kept, distinct, request.settings.min_examples)
    with clock.step("clean"):
        dataset = make_dataset(distinct, kept, untagged=() if archive is None else archive.learned)
    with clock.step("find near duplicates"):
        groups = near_duplicate_groups(dataset.whole, seed=request.settings.seed)
    sizes = np.bincount(groups)
    duplicates = Duplicates(
        groups=int((sizes > 1).sum()),
        grouped=int(sizes[sizes > 1].sum()),
        removed=len(articles) - len(distinct),
    )
    return _Prepared(corpus, dataset, groups, duplicates, left_out, unknown_topics, archive)


def _learn_from_aliases(request: FitRequest, taxonomy: Taxonomy, kept: Taxonomy) -> tuple[Taxonomy, Archive]:
    """Add the topics without examples that aliases point at in the unlabelled archive."""
    articles = merge_copies(read_corpus(request.unlabelled, columns=request.columns).articles)
    texts = make_dataset(articles, replace(taxonomy, topics=()))
    known = {topic.id for topic in kept.topics}
    without = [topic.id for topic in taxonomy.topics if topic.id not in known]
    archive = make_archive(texts.whole, texts.headlines, taxonomy, without, seed=request.settings.seed)
    chosen = [topic.id in known or topic.id in archive.learned for topic in taxonomy.topics]
    topics = tuple(topic for topic, is_kept in zip(taxonomy.topics, chosen, strict=True) if is_kept)
    return replace(kept, topics=topics), replace(archive, topics=archive.topics[:, chosen])


def _require_labels(taxonomy: Taxonomy, articles: Sequence[LabelledArticle], least: int) -> None:
    if taxonomy.sections or taxonomy.topics:
        return
    sections = Counter(article.section for article in articles if article.section)
    found = ", ".join(f"{name!r} ({count})" for name, count in sections.most_common(10)) or "none"
    raise SplitError(
        f"nothing can be learned: a model needs two sections, or one topic, with at least {least} different articles "
        f"each; the corpus has {len(articles)} articles, sections: {found}"
    )


def _hold_out(prepared: _Prepared, settings: LearnSettings) -> NDArray[np.bool_]:
    """Choose the test part: a tenth, or a fifth of a small corpus."""
    dataset = prepared.dataset
    fraction = settings.test_share if len(dataset) >= SMALL else 2 * settings.test_share
    stratum = split.strata(dataset.section, dataset.topics)
    test = split.choose_test(prepared.groups, stratum, fraction=fraction, seed=settings.seed)
    if not test.any():
        raise SplitError(
            f"nothing can be measured: the {len(dataset)} articles of the corpus are only {prepared.groups.max() + 1} "
            f"different stories, too few to hold {fraction:.0%} of them out; give more of them"
        )
    return test


SMALL = 2000
"""Articles below which twice the share is held out, since a tenth would measure nothing."""


def _save(request: FitRequest, dataset: Dataset, final: Learned, report: Report) -> str:
    space, arrays = pack(final.space, final.heads)
    support = dataset.topics[dataset.topics_known].sum(axis=0).tolist()
    manifest: dict[str, Any] = {
        "created": report["provenance"]["date"],
        "taxonomy": replace(dataset.taxonomy, rules=()).to_dict(),
        "support": {
            "sections": np.bincount(
                dataset.section[dataset.section >= 0], minlength=len(dataset.taxonomy.sections)
            ).tolist(),
            "topics": support,
        },
        "settings": asdict(request.settings),
        "decision": final.decider.to_dict(),
        "metrics": report["test"],
        "per_label": {
            view: None if part is None else {"sections": part["section_rows"], "topics": part["topic_rows"]}
            for view, part in (("whole", report["whole"]), ("headline_only", report["headline_only"]))
        },
        "warnings": report["warnings"],
        "provenance": report["provenance"],
    }
    return artifact.save(request.out, manifest, {**space.to_arrays(), **arrays})


def _seen(corpus: Corpus, background: Background | None) -> list[str]:
    """Name the sources that the background was computed from."""
    if background is None:
        return []
    return [Path(source).name for source, digest in corpus.digests.items() if background.has_seen(digest)]


def _report(
    request: FitRequest,
    prepared: _Prepared,
    learned: Learned,
    evaluation: Evaluation,
    parts: Mapping[str, int],
    clock: _Clock,
    seen: Sequence[str],
) -> Report:
    dataset = prepared.dataset
    warnings = list(learned.warnings)
    if seen:
        warnings.append(
            f"the background was computed from {', '.join(seen)} too: figures on the test part flatter. Measure with "
            "--no-background, or with a background made without it"
        )
    if not request.corpus:
        warnings.append(
            "the starter corpus is invented: its probabilities are tempered to fit real outlets, where fewer accepted "
            "sections are right than --auto-precision asks for; learn from stories of your own"
        )
    rare = [f"{label} ({n})" for label, n in prepared.left_out.items() if n < request.settings.min_examples]
    alone = [f"{label} ({n})" for label, n in prepared.left_out.items() if n >= request.settings.min_examples]
    if rare:
        warnings.append(
            f"labels left out for having fewer than {request.settings.min_examples} articles: {', '.join(rare)}"
        )
    if prepared.archive is not None and prepared.archive.learned:
        pointed = ", ".join(f"{topic} ({n})" for topic, n in prepared.archive.learned.items())
        warnings.append(f"topics learned from articles that their aliases point at, with nobody's labels: {pointed}")
    if alone:
        warnings.append(f"no sections are learned: {', '.join(alone)} has no other to be told from")
    if prepared.unknown_topics:
        listed = ", ".join(f"{name} ({count})" for name, count in list(prepared.unknown_topics.items())[:20])
        warnings.append(f"topics that the taxonomy does not know were left out: {listed}")
    return Report(
        warnings=warnings,
        labels=provenance.label_names(dataset.taxonomy),
        unseen=list(learned.unseen),
        test=evaluation.figures,
        whole=evaluation.whole,
        headline_only=evaluation.headline_only,
        provenance=provenance.of_fit(
            corpus=prepared.corpus,
            command=request.command,
            seed=request.settings.seed,
            duplicates=prepared.duplicates,
            parts={**parts, "calibration": parts["train"]},
            left_out=prepared.left_out,
            unknown_topics=prepared.unknown_topics,
            seconds=clock.seconds,
            date=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        ),
    )
