"""Which labels a client is given: the options, applied to what the model says.

Between the classifier and ``answers``. Probabilities pass through untouched; options only decide which labels are
given and whether the section counts as accepted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.prediction import Decision, Prediction, SectionPrediction, TopicPrediction
from model.taxonomy import Section, Taxonomy, Topic
from service.faults import Fault, pointer_to
from service.schemas import Options

__all__ = ["select", "unknown_labels"]


def unknown_labels(options: Options, taxonomy: Taxonomy) -> tuple[Fault, ...]:
    """Find the ids in filters that the model's taxonomy does not know; a slip there would filter everything out."""
    if not _filters(options):
        return ()
    return (
        *_unknown("unknown_section", "include_sections", options.include_sections, taxonomy.sections),
        *_unknown("unknown_topic", "include_topics", options.include_topics, taxonomy.topics),
        *_unknown("unknown_topic", "exclude_topics", options.exclude_topics, taxonomy.topics),
    )


def _unknown(code: str, option: str, given: Sequence[str], labels: Sequence[Section | Topic]) -> Iterator[Fault]:
    """Point at each id that is not known."""
    known = {label.id for label in labels} if given else set()
    for position, identifier in enumerate(given):
        if identifier not in known:
            yield Fault(code, pointer_to("options", option, position))


def _filters(options: Options) -> bool:
    """Say whether the options name labels at all; most requests' do not."""
    return bool(options.include_sections or options.include_topics or options.exclude_topics)


def select(prediction: Prediction, options: Options) -> Prediction:
    """Filter a prediction.

    Parameters
    ----------
    prediction : Prediction
        What the model says.
    options : Options
        What the client wants; ids are known to the taxonomy.

    Returns
    -------
    Prediction
        Its section is the best of those asked for, None if the model has none of them. A section that is not the
        model's own choice is ``accepted`` only where ``min_confidence`` says so, because the model's threshold was
        measured on its choices. Reasons to review follow the decision; those that lie in the text, for which the
        model abstains, stay whatever is asked.
    """
    if options.min_confidence is None and not _filters(options):
        return prediction
    section = _select_section(prediction.section, options)
    in_the_text = tuple(reason for reason in prediction.review_reasons if reason != "low_confidence")
    uncertain = section is not None and section.decision == "uncertain"
    return prediction._replace(
        section=section,
        topics=_select_topics(prediction, options, abstained=bool(in_the_text)),
        review_reasons=("low_confidence",) if uncertain else in_the_text,
    )


def _select_section(section: SectionPrediction | None, options: Options) -> SectionPrediction | None:
    """Choose the best section among those asked for, and decide on it anew."""
    if section is None:
        return None
    ranking = [(section.id, section.confidence), *section.alternatives]
    if options.include_sections:
        wanted = set(options.include_sections)
        ranking = [pair for pair in ranking if pair[0] in wanted]
    if not ranking:
        return None
    (best, confidence), *others = ranking
    decision: Decision = section.decision
    if decision != "abstained":
        decision = "accepted" if _is_accepted(section, best, confidence, options.min_confidence) else "uncertain"
    return SectionPrediction(best, confidence, decision, tuple(others))


def _is_accepted(section: SectionPrediction, best: str, confidence: float, floor: float | None) -> bool:
    """Hold the chosen section against the client's floor, or against the model's own decision where there is none."""
    if floor is None:
        return best == section.id and section.decision == "accepted"
    return confidence >= floor


def _select_topics(prediction: Prediction, options: Options, *, abstained: bool) -> tuple[TopicPrediction, ...]:
    """Choose the topics to be given, most probable first."""
    topics = prediction.topics
    if options.min_confidence is not None and not abstained:
        floor = options.min_confidence
        above = (topic._replace(threshold=floor) for topic in prediction.all_topics if topic.confidence >= floor)
        topics = tuple(sorted(above, key=lambda topic: topic.confidence, reverse=True))
    wanted, unwanted = set(options.include_topics), set(options.exclude_topics)
    return tuple(topic for topic in topics if (not wanted or topic.id in wanted) and topic.id not in unwanted)
