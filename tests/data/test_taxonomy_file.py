"""The shipped taxonomy: complete, resolvable, and true to what its documents say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from model.features.orthography import fold
from model.taxonomy import Section, Taxonomy, Topic, load_taxonomy, taxonomy_errors
from training.shipped import taxonomy_file

FOLDER = Path(__file__).parents[2] / "data" / "taxonomy"
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "taxonomy.md"
TAXONOMY = load_taxonomy(FOLDER / "taxonomy.toml")
LABELS: tuple[Section | Topic, ...] = (*TAXONOMY.sections, *TAXONOMY.topics)

SECTION_IDS = ["news", "economy", "sport", "culture", "technology", "health", "religion", "society"]

SILVER_TOPICS = {
    "الولايات المتحدة": "united-states",
    "اليمن": "yemen",
    "فرنسا": "france",
    "إسرائيل وفلسطين": "israel-palestine",
    "روسيا": "russia",
    "السعودية": "saudi-arabia",
    "سوريا": "syria",
    "إيران": "iran",
    "كرة القدم": "football",
    "الاتحاد الأوروبي": "european-union",
    "مصر": "egypt",
    "بريطانيا": "united-kingdom",
    "إرهاب وداعش": "terrorism",
    "تواصل اجتماعي": "social-media",
    "لبنان": "lebanon",
    "كوريا الشمالية": "north-korea",
    "تركيا": "turkey",
    "كأس العالم": "world-cup",
    "انتخابات": "elections",
    "هجرة ولجوء": "migration",
    "الصين": "china",
    "العراق": "iraq",
    "قضاء ومحاكم": "courts",
    "المغرب": "morocco",
    "احتجاجات": "protests",
    "ألمانيا": "germany",
    "سينما وفن": "cinema",
    "تونس": "tunisia",
    "الجزائر": "algeria",
    "تجارة ورسوم": "trade",
    "نفط وطاقة": "oil-energy",
    "النووي الإيراني": "iran-nuclear",
    "ليبيا": "libya",
    "أوكرانيا": "russia-ukraine",
}

PUBLIC_SECTIONS = {
    "Politics": "news",
    "politic": "news",
    "politics": "news",
    "internationalNews": "news",
    "middleEast": "news",
    "crime-war-conflict": "news",
    "Finance": "economy",
    "business-and-economy": "economy",
    "Sports": "sport",
    "Culture": "culture",
    "art-and-entertainment": "culture",
    "Technology": "technology",
    "science-and-technology": "technology",
    "Medical": "health",
    "Religion": "religion",
    "spiritual": "religion",
    "education": "society",
    "society": "society",
}

by_id = pytest.mark.parametrize("label", LABELS, ids=lambda label: label.id)
topic_by_id = pytest.mark.parametrize("topic", TAXONOMY.topics, ids=lambda topic: topic.id)


def resolve(taxonomy: Taxonomy, label: Section | Topic, name: str) -> str | None:
    return taxonomy.resolve_section(name) if isinstance(label, Section) else taxonomy.resolve_topic(name)


def test_has_the_eight_sections_and_enough_topics() -> None:
    assert [section.id for section in TAXONOMY.sections] == SECTION_IDS
    assert len(TAXONOMY.topics) == 76
    assert TAXONOMY.topic("russia-ukraine").kind == "running-story"


@by_id
def test_every_name_resolves_to_its_label(label: Section | Topic) -> None:
    names = (label.id, label.ar, label.en, *label.aliases)
    assert {resolve(TAXONOMY, label, name) for name in names} == {label.id}
    hashtags = ["#" + name.replace(" ", "_") for name in names]
    assert {resolve(TAXONOMY, label, name) for name in hashtags} == {label.id}


@by_id
def test_no_alias_is_idle(label: Section | Topic) -> None:
    folded = [fold(name) for name in (label.ar, label.en, *label.aliases)]
    assert len(set(folded)) == len(folded)


@by_id
def test_definitions_are_sentences(label: Section | Topic) -> None:
    assert re.fullmatch(r"[^\s.].*[^\s.]\.", label.definition)


@by_id
def test_media_topics_are_codes(label: Section | Topic) -> None:
    assert label.iptc is None or re.fullmatch(r"medtop:(0[1-9]|1[0-7]|20)\d{6}", label.iptc)


@topic_by_id
def test_topics_have_aliases_keywords_and_a_section(topic: Topic) -> None:
    assert 2 <= len(topic.aliases) <= 6
    assert 3 <= len(topic.keywords) <= 12
    assert len(set(map(fold, topic.keywords))) == len(topic.keywords)
    assert topic.section in SECTION_IDS


def test_every_section_has_topics() -> None:
    assert {topic.section for topic in TAXONOMY.topics} == set(SECTION_IDS)


@pytest.mark.parametrize(("name", "expected"), SILVER_TOPICS.items())
def test_silver_topics_resolve(name: str, expected: str) -> None:
    assert TAXONOMY.resolve_topic(name) == expected


@pytest.mark.parametrize(("name", "expected"), PUBLIC_SECTIONS.items())
def test_sections_of_public_corpora_resolve(name: str, expected: str) -> None:
    assert TAXONOMY.resolve_section(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("سياسة", "news"),
        ("محليات", "news"),
        ("عربي ودولي", "news"),
        ("مال وأعمال", "economy"),
        ("الرياضة", "sport"),
        ("ثقافة", "culture"),
        ("منوعات فنية", "culture"),
        ("علوم وتكنولوجيا", "technology"),
        ("تقنية", "technology"),
        ("طب", "health"),
        ("إسلاميات", "religion"),
        ("المجتمع", "society"),
    ],
)
def test_headings_of_outlets_resolve(name: str, expected: str) -> None:
    assert TAXONOMY.resolve_section(name) == expected


@pytest.mark.parametrize(
    "name",
    ["localNews", "diverse", "others", "environment", "human-rights-press-freedom", "منوعات", "culture|technology"],
)
def test_ambiguous_sections_stay_unknown(name: str) -> None:
    assert TAXONOMY.resolve_section(name) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("روسيا و أوكرانيا", "russia-ukraine", id="waw written apart"),
        pytest.param("أميركا", "united-states", id="one house style"),
        pytest.param("أمريكا", "united-states", id="the other"),
        pytest.param("مطبخ", "food", id="kitchen"),
        pytest.param("طقس", "weather", id="weather"),
        pytest.param("منوعات أخرى", None, id="miscellany"),
    ],
)
def test_topics_of_outlets_resolve(name: str, expected: str | None) -> None:
    assert TAXONOMY.resolve_topic(name) == expected


def test_sources_name_exactly_the_codes_in_use() -> None:
    rows = re.findall(
        r"^\| (section|topic) `(.+?)` \| `(medtop:\d+)` \|", (FOLDER / "SOURCES.md").read_text("utf-8"), re.M
    )
    used = [
        ("section" if isinstance(label, Section) else "topic", label.id, label.iptc) for label in LABELS if label.iptc
    ]
    assert rows == used


def test_the_data_card_counts_right() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    counts = {
        kind: sum(topic.kind == kind for topic in TAXONOMY.topics) for kind in ("place", "running-story", "subject")
    }
    assert f"{len(TAXONOMY.sections)} sections" in card
    assert f"{len(TAXONOMY.topics)} topics" in card
    line = f"{counts['place']} places, {counts['running-story']} running stories, {counts['subject']} subjects"
    assert line in card


def test_the_example_in_the_documentation_is_a_good_file(tmp_path: Path) -> None:
    example, rule = re.findall(r"```toml\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.S)
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    assert taxonomy_errors(path) == []
    path.write_text(taxonomy_file().read_text("utf-8") + rule, encoding="utf-8")
    assert taxonomy_errors(path) == []
