"""A corpus as a learner needs it: texts of both views, label indices, and which of them are known.

Made from the corpus and the taxonomy once; ``split``, ``learn`` and ``measure`` work on row numbers of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model import views
from model.article import Article
from model.errors import TaxonomyError
from model.taxonomy import Section, Taxonomy, Topic
from training.corpus import LabelledArticle
from training.progress import step

__all__ = ["Dataset", "Resolution", "keep_labels", "make_dataset", "resolve_labels"]


@dataclass(frozen=True, slots=True)
class Resolution:
    """A corpus whose labels are ids of a taxonomy.

    Attributes
    ----------
    articles : tuple of LabelledArticle
    unknown_sections, unknown_topics : mapping of str to int
        Names that the taxonomy does not know, with the number of articles that bear them; the articles count as
        unlabelled for the section, and lose the topic.
    """

    articles: tuple[LabelledArticle, ...]
    unknown_sections: Mapping[str, int]
    unknown_topics: Mapping[str, int]


def resolve_labels(articles: Iterable[LabelledArticle], taxonomy: Taxonomy) -> Resolution:
    """Turn printed labels into ids of a taxonomy.

    A name that the taxonomy masks for its source is not counted, since the taxonomy says so on purpose: a section
    becomes unknown, or one of several; a topic is left out.
    """
    unknown_sections: Counter[str] = Counter()
    unknown_topics: Counter[str] = Counter()
    resolved = []
    for article in articles:
        section = taxonomy.resolve_section(article.section, article.source) if article.section else None
        if article.section and section is None and not taxonomy.masks_section(article.section, article.source):
            unknown_sections[article.section] += 1
        topics = None
        if article.topics is not None:
            found = [(name, taxonomy.resolve_topic(name, article.source)) for name in article.topics]
            unknown_topics.update(
                name for name, topic in found if topic is None and not taxonomy.masks_topic(name, article.source)
            )
            topics = tuple(dict.fromkeys(topic for _, topic in found if topic is not None))
        among = () if section or not article.section else taxonomy.sections_among(article.section, article.source)
        resolved.append(replace(article, section=section, topics=topics, among=among))
    return Resolution(tuple(resolved), dict(unknown_sections.most_common()), dict(unknown_topics.most_common()))


def refuse_unknown_sections(unknown: Mapping[str, int], taxonomy: Taxonomy) -> None:
    """Stop a fit whose corpus files stories under sections that the taxonomy does not know.

    Raises
    ------
    TaxonomyError
        Listing them, most frequent first.
    """
    if unknown:
        listed = ", ".join(f"{name!r} ({count})" for name, count in list(unknown.items())[:20])
        raise TaxonomyError(
            f"the taxonomy {taxonomy.name!r} does not know these sections of the corpus: {listed}. Add them to the "
            "aliases of its sections, in a file given with --taxonomy, or learn the corpus's own labels with --labels "
            "corpus"
        )


@dataclass(frozen=True, slots=True)
class Dataset:
    """Articles as texts and arrays, row by row.

    Attributes
    ----------
    ids : list of str
    whole, headlines : list of str
        The two views of each article, cleaned.
    sources : list of str
        Outlet; empty where unknown.
    section : ndarray of shape (n_articles,), intp
        Index into the taxonomy's sections; -1 where unknown.
    among : ndarray of shape (n_articles, n_sections), bool
        Sections, one of which an article has whose section is unknown; rows without any say nothing.
    topics : ndarray of shape (n_articles, n_topics), bool
    topics_known : ndarray of shape (n_articles,), bool
        Whether anybody looked for topics; rows of ``topics`` where nobody did mean nothing.
    taxonomy : Taxonomy
    tagged : ndarray of shape (n_topics,), bool
        Whether the editors of the corpus give the topic at all; a column of ``topics`` that they do not means nothing.
    """

    ids: list[str]
    whole: list[str]
    headlines: list[str]
    sources: list[str]
    section: NDArray[np.intp]
    among: NDArray[np.bool_]
    topics: NDArray[np.bool_]
    topics_known: NDArray[np.bool_]
    taxonomy: Taxonomy
    tagged: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.intp]) -> Dataset:
        """Return the articles of some rows."""
        return Dataset(
            ids=[self.ids[row] for row in rows],
            whole=[self.whole[row] for row in rows],
            headlines=[self.headlines[row] for row in rows],
            sources=[self.sources[row] for row in rows],
            section=self.section[rows],
            among=self.among[rows],
            topics=self.topics[rows],
            topics_known=self.topics_known[rows],
            taxonomy=self.taxonomy,
            tagged=self.tagged,
        )

    def of_tagged_topics(self) -> Dataset:
        """Return the same articles with only those topics that the editors give."""
        topics = tuple(topic for topic, tagged in zip(self.taxonomy.topics, self.tagged, strict=True) if tagged)
        return replace(
            self,
            topics=self.topics[:, self.tagged],
            taxonomy=replace(self.taxonomy, topics=topics),
            tagged=np.ones(len(topics), dtype=np.bool_),
        )


def make_dataset(articles: Sequence[LabelledArticle], taxonomy: Taxonomy, untagged: Container[str] = ()) -> Dataset:
    """Clean the articles and lay out their labels.

    Parameters
    ----------
    articles : sequence of LabelledArticle
        Labels are ids; ids that the taxonomy does not have are left out.
    taxonomy : Taxonomy
    untagged : container of str
        Topics of the taxonomy that the editors of these articles do not give.
    """
    section_index = {section.id: row for row, section in enumerate(taxonomy.sections)}
    topic_index = {topic.id: row for row, topic in enumerate(taxonomy.topics)}
    whole, headlines = [], []
    with step("cleaning texts", total=len(articles)) as bar:
        for article in articles:
            text = Article(headline=article.headline, body=article.body)
            whole.append(views.whole(text))
            headlines.append(views.headline_only(text))
            bar.update()
    topics = np.zeros((len(articles), len(topic_index)), dtype=np.bool_)
    among = np.zeros((len(articles), len(section_index)), dtype=np.bool_)
    for row, article in enumerate(articles):
        among[row, [section_index[section] for section in article.among if section in section_index]] = True
        topics[row, [topic_index[topic] for topic in article.topics or () if topic in topic_index]] = True
    return Dataset(
        ids=[article.id for article in articles],
        whole=whole,
        headlines=headlines,
        sources=[article.source or "" for article in articles],
        section=np.array([section_index.get(article.section or "", -1) for article in articles], dtype=np.intp),
        among=among,
        topics=topics,
        topics_known=np.array([article.topics is not None for article in articles], dtype=np.bool_),
        taxonomy=taxonomy,
        tagged=np.array([topic.id not in untagged for topic in taxonomy.topics], dtype=np.bool_),
    )


def merge_copies(articles: Sequence[LabelledArticle]) -> tuple[LabelledArticle, ...]:
    """Keep one of the articles with the same headline and body, with all that is known of it.

    A story may stand in one corpus with its section and in another with its topics; where copies disagree, the first
    that knows a label is believed.
    """
    kept: dict[tuple[str, str], LabelledArticle] = {}
    for article in articles:
        key = (article.headline, article.body)
        first = kept.setdefault(key, article)
        if first is not article and (first.section is None or first.topics is None):
            kept[key] = replace(
                first,
                section=article.section if first.section is None else first.section,
                topics=article.topics if first.topics is None else first.topics,
            )
    return tuple(kept.values())


def keep_labels(articles: Sequence[LabelledArticle], taxonomy: Taxonomy, least: int) -> tuple[Taxonomy, dict[str, int]]:
    """Leave labels with too few examples out of a taxonomy.

    Parameters
    ----------
    least : int
        Fewest articles that must bear a label.

    Returns
    -------
    Taxonomy
        With the labels that can be learned; no section at all if only one is left, since there is nothing to choose.
    dict of str to int
        Labels left out although the corpus has examples of them, with their number.
    """
    sections = Counter(article.section for article in articles if article.section)
    topics = Counter(topic for article in articles for topic in article.topics or ())
    kept_sections = tuple(section for section in taxonomy.sections if sections[section.id] >= least)
    if len(kept_sections) < 2:
        kept_sections = ()
    kept_topics = tuple(topic for topic in taxonomy.topics if topics[topic.id] >= least)
    labels: tuple[Section | Topic, ...] = (*kept_sections, *kept_topics)
    kept = {label.id for label in labels}
    left_out = {label: count for label, count in (*sections.items(), *topics.items()) if label not in kept}
    return replace(taxonomy, sections=kept_sections, topics=kept_topics), left_out
