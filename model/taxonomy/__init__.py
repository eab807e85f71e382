"""The labels of a model: sections and topics, their names, and which label a printed name means.

``training`` loads a taxonomy file to turn the labels of a corpus into ids; the artifact carries the taxonomy it was
trained with, so that ``service`` can give names and IPTC codes. ``python -m model.taxonomy FILE`` checks a file.
"""

from __future__ import annotations

from model.taxonomy.file import load_taxonomy, taxonomy_errors
from model.taxonomy.values import LabelRule, Section, Taxonomy, Topic, TopicKind

__all__ = ["LabelRule", "Section", "Taxonomy", "Topic", "TopicKind", "load_taxonomy", "taxonomy_errors"]
