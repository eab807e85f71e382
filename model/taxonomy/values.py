"""Sections, topics and the taxonomy that holds them, as values.

Made from a file (``model.taxonomy.file``), from the labels of a corpus, or from the manifest of an artifact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, Literal, TypeVar, get_args

from model.errors import TaxonomyError
from model.taxonomy.names import label_key

__all__ = ["LabelRule", "Section", "Taxonomy", "Topic", "TopicKind"]

TopicKind = Literal["place", "running-story", "subject"]
LabelKind = Literal["section", "topic"]


@dataclass(frozen=True, slots=True)
class Section:
    """A place in the newspaper; a story has exactly one.

    Attributes
    ----------
    id : str
        Name in corpora, predictions and reports, such as ``"news"``.
    ar, en : str
        Names for people.
    definition : str
        What an editor applies; empty where the label was taken from a corpus as it stood.
    aliases : tuple of str
        Other names that outlets and corpora print for it.
    iptc : str or None
        IPTC Media Topic, such as ``"medtop:15000000"``.
    """

    id: str
    ar: str
    en: str
    definition: str = ""
    aliases: tuple[str, ...] = ()
    iptc: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a story is about; a story has any number of them, none included.

    Attributes
    ----------
    id, ar, en, definition, aliases, iptc
        As in `Section`.
    keywords : tuple of str
        Words and phrases of a story's text that point to the topic, for the keyword baseline; not names of it.
    kind : {"subject", "place", "running-story"}
        What sort of thing the topic is.
    section : str or None
        Id of the section most of its stories stand in; None where there is no such section.
    """

    id: str
    ar: str
    en: str
    definition: str = ""
    aliases: tuple[str, ...] = ()
    iptc: str | None = None
    keywords: tuple[str, ...] = ()
    kind: TopicKind = "subject"
    section: str | None = None


@dataclass(frozen=True, slots=True)
class LabelRule:
    """What one source means by a name that means something else, or nothing certain, elsewhere.

    Attributes
    ----------
    source : str
        The outlet, as the corpus names it.
    kind : {"section", "topic"}
        Whether `name` stands where sections or where topics are printed.
    name : str
        The printed name.
    to : str or None
        Id of the label it means there; None masks it: at this source the name is not to be trusted.
    among : tuple of str
        Ids of sections, one of which it means there, now this and now that; only where it is masked.
    """

    source: str
    kind: LabelKind
    name: str
    to: str | None
    among: tuple[str, ...] = ()


_Label = TypeVar("_Label", bound=Section | Topic)


class _Directory(Generic[_Label]):
    """The labels of one kind, found by id or by any of their names."""

    __slots__ = ("by_id", "id_by_key")

    def __init__(self, labels: Iterable[_Label]) -> None:
        self.by_id = {label.id: label for label in labels}
        self.id_by_key: dict[str, str | None] = {}
        for label in self.by_id.values():
            for name in (label.id, label.ar, label.en, *label.aliases):
                key = label_key(name)
                shared = self.id_by_key.get(key, label.id) != label.id  # "Sport" and "sport", each a label of a corpus
                self.id_by_key[key] = None if shared or not key else label.id

    def resolve(self, name: str) -> str | None:
        return name if name in self.by_id else self.id_by_key.get(label_key(name))

    def known(self, label_id: str | None) -> str | None:
        return label_id if label_id in self.by_id else None


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """The sections and topics a model can give, in a fixed order.

    Attributes
    ----------
    name : str
        What the taxonomy is called in reports.
    sections : tuple of Section
    topics : tuple of Topic
    rules : tuple of LabelRule
        Exceptions for single sources; they go before ids, names and aliases. One whose target is not among the labels,
        because a model has not learned it, makes its name unknown.
    """

    name: str
    sections: tuple[Section, ...] = ()
    topics: tuple[Topic, ...] = ()
    rules: tuple[LabelRule, ...] = ()
    _sections: _Directory[Section] = field(init=False, repr=False, compare=False)
    _topics: _Directory[Topic] = field(init=False, repr=False, compare=False)
    _rules: dict[tuple[LabelKind, str, str], LabelRule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rules = {(rule.kind, label_key(rule.source), label_key(rule.name)): rule for rule in self.rules}
        object.__setattr__(self, "_sections", _Directory(self.sections))
        object.__setattr__(self, "_topics", _Directory(self.topics))
        object.__setattr__(self, "_rules", rules)

    @classmethod
    def of_labels(cls, sections: Iterable[str], topics: Iterable[str]) -> Taxonomy:
        """Make a taxonomy out of the labels of a corpus as they stand.

        Parameters
        ----------
        sections, topics : iterable of str
            Labels in the order they shall have; a repeated label counts once. Each is its own id and names.
        """
        return cls(
            name="corpus",
            sections=tuple(Section(id=label, ar=label, en=label) for label in dict.fromkeys(sections)),
            topics=tuple(Topic(id=label, ar=label, en=label) for label in dict.fromkeys(topics)),
        )

    def section(self, section_id: str) -> Section:
        """Return the section of an id.

        Raises
        ------
        TaxonomyError
            If there is none.
        """
        return _get(self._sections, section_id, "section", self.name)

    def topic(self, topic_id: str) -> Topic:
        """Return the topic of an id.

        Raises
        ------
        TaxonomyError
            If there is none.
        """
        return _get(self._topics, topic_id, "topic", self.name)

    def resolve_section(self, name: str, source: str | None = None) -> str | None:
        """Return the id of the section a printed name means.

        Parameters
        ----------
        name : str
            An id, an Arabic or English name, or an alias; spelling variants are told in `label_key`.
        source : str, optional
            The outlet that printed it; its rules are asked first.

        Returns
        -------
        str or None
            None where no section has that name, where two have it, or where the source's rule masks it.
        """
        rule = self._rule("section", name, source)
        return self._sections.resolve(name) if rule is None else self._sections.known(rule.to)

    def resolve_topic(self, name: str, source: str | None = None) -> str | None:
        """Return the id of the topic a printed name means; parameters and result as in `resolve_section`."""
        rule = self._rule("topic", name, source)
        return self._topics.resolve(name) if rule is None else self._topics.known(rule.to)

    def masks_section(self, name: str, source: str | None) -> bool:
        """Whether a rule says that this section of this source is to be treated as unknown.

        It tells such a name from one that nobody declared: the first leaves a story's section open, the second is
        an error in the corpus or a gap in the taxonomy.
        """
        rule = self._rule("section", name, source)
        return rule is not None and rule.to is None

    def sections_among(self, name: str, source: str | None) -> tuple[str, ...]:
        """Return the ids of the sections, one of which this name of this source means; none where no rule says so."""
        rule = self._rule("section", name, source)
        return () if rule is None else rule.among

    def masks_topic(self, name: str, source: str | None) -> bool:
        """Whether a rule says that this topic of this source is to be left out: no gap in the taxonomy, either."""
        rule = self._rule("topic", name, source)
        return rule is not None and rule.to is None

    def _rule(self, kind: LabelKind, name: str, source: str | None) -> LabelRule | None:
        if not self._rules or source is None:
            return None
        return self._rules.get((kind, label_key(source), label_key(name)))

    def to_dict(self) -> dict[str, Any]:
        """Return the taxonomy as JSON values, for the manifest of an artifact."""
        return {
            "name": self.name,
            "sections": [asdict(section, dict_factory=_json_values) for section in self.sections],
            "topics": [asdict(topic, dict_factory=_json_values) for topic in self.topics],
            "rules": [asdict(rule, dict_factory=_json_values) for rule in self.rules],
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Taxonomy:
        """Make the taxonomy that `to_dict` wrote down; it has no rules where none are written.

        Raises
        ------
        TaxonomyError
            If the values are not of that shape.
        """
        try:
            return cls(
                name=values["name"],
                sections=tuple(Section(**_python_values(section)) for section in values["sections"]),
                topics=tuple(Topic(**_python_values(topic)) for topic in values["topics"]),
                rules=tuple(_rule(rule) for rule in values.get("rules", ())),
            )
        except (AttributeError, KeyError, TypeError) as error:
            raise TaxonomyError(f"this is not a taxonomy as an artifact holds it: {error!r}") from error


def _get(directory: _Directory[_Label], label_id: str, kind: LabelKind, taxonomy: str) -> _Label:
    try:
        return directory.by_id[label_id]
    except KeyError as error:
        raise TaxonomyError(f'the taxonomy "{taxonomy}" has no {kind} with the id "{label_id}"') from error


def _rule(values: Mapping[str, Any]) -> LabelRule:
    rule = LabelRule(**_python_values(values))
    if rule.kind not in get_args(LabelKind) or not isinstance(rule.to, str | None) or not isinstance(rule.among, tuple):
        raise TypeError(f"no rule for a section or a topic: {rule}")
    return rule


def _json_values(items: list[tuple[str, Any]]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in items}


def _python_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
