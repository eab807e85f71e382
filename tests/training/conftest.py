"""Invented stories whose words tell their section and topics, for the mechanics of learning."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

from model.taxonomy import Section, Taxonomy, Topic
from training.corpus import LabelledArticle
from training.learn import LearnSettings

if TYPE_CHECKING:
    from training.background.values import Background
    from training.dataset import Dataset

SECTION_WORDS = {
    "news": "البرلمان الحكومة الوزير المجلس اللجنة المحافظ القانون الاقتراع الدائرة السفير البيان الوفد المحكمة الشرطة",
    "economy": "البورصة الأسهم المصرف الأرباح الصادرات التضخم السندات الميزانية الشركة الأسعار العملة الفائدة",
    "sport": "الفريق المباراة المدرب الهداف الشوط الدوري الملعب الحكم البطولة اللاعب المنتخب الركلة الجماهير النادي",
    "health": "المستشفى اللقاح الأطباء المرضى العلاج الجراحة الدواء الوقاية التغذية الأعراض المختبر العيادة الممرضون",
}
TOPIC_WORDS = {
    "elections": "الناخبون الصناديق المرشحون الاستحقاق",
    "oil-energy": "النفط البرميل الخام المصفاة",
    "football": "الكرة المرمى الهدف التسلل",
    "egypt": "القاهرة الإسكندرية النيل أسوان",
}
PLAIN_WORDS = [
    *("اليوم", "أمس", "صباح", "مساء", "أعلن", "قال", "أضاف", "أكد", "خلال", "بعد"),
    *("قبل", "منذ", "حيث", "جديد", "كبير", "عدد", "عام", "شهر", "أسبوع", "مدينة", "منطقة"),
]

WriteStories = Callable[..., list[LabelledArticle]]


@pytest.fixture(scope="session")
def write_stories() -> WriteStories:
    """Return a function that invents `n` different stories of a section and topics; None leaves a label unknown.

    The words of `like` (a section) and of `about` (topics) stand in the text whatever is known of them.
    """

    def write(
        n: int,
        *,
        section: str | None = None,
        topics: Sequence[str] | None = None,
        like: str | None = None,
        about: Sequence[str] = (),
        source: str | None = None,
        seed: int = 0,
    ) -> list[LabelledArticle]:
        name = f"{section}-{'+'.join(topics or ())}-{like}-{'+'.join(about)}-{source}-{seed}"
        rng = random.Random(name)
        written = like or section
        own = SECTION_WORDS[written].split() if written else PLAIN_WORDS
        special = [word for topic in (*(topics or ()), *about) for word in TOPIC_WORDS[topic].split()]
        stories = []
        for number in range(n):
            headline = [*rng.sample(own, 3), *rng.sample(PLAIN_WORDS, 2), *rng.sample(special, min(2, len(special)))]
            body = [*rng.choices(own, k=14), *rng.choices(PLAIN_WORDS, k=14), *special]
            for words in (headline, body):
                rng.shuffle(words)
            stories.append(
                LabelledArticle(
                    id=f"{name}-{number}",
                    headline=" ".join(headline),
                    body=" ".join(body),
                    section=section,
                    topics=None if topics is None else tuple(topics),
                    source=source,
                )
            )
        return stories

    return write


@pytest.fixture
def settings() -> LearnSettings:
    """Settings on one core: no threads to start, and one order of random numbers."""
    return LearnSettings(jobs=1)


@pytest.fixture(scope="session")
def small_taxonomy() -> Taxonomy:
    """Four sections, and four topics whose aliases and keywords are some of their words in the stories."""
    return Taxonomy(
        name="small",
        sections=tuple(Section(id=name, ar=name, en=name) for name in SECTION_WORDS),
        topics=(
            Topic(id="elections", ar="انتخابات", en="Elections", keywords=("الناخبون", "صناديق")),
            Topic(id="oil-energy", ar="نفط", en="Oil", aliases=("النفط والطاقة",), keywords=("برميل",)),
            Topic(id="football", ar="كرة القدم", en="Football", keywords=("الكرة", "التسلل")),
            Topic(id="egypt", ar="مصر", en="Egypt", aliases=("القاهرة", "الإسكندرية")),
        ),
    )


@pytest.fixture(scope="session")
def background_dataset(write_stories: WriteStories, small_taxonomy: Taxonomy) -> Dataset:
    """132 stories of two outlets: some tagged, some only pointed at by aliases, none about Egypt."""
    from training.dataset import make_dataset

    articles = [
        *write_stories(24, section="news", about=["elections"], source="sabah"),
        *write_stories(24, section="economy", topics=["oil-energy"], source="sabah"),
        *write_stories(24, section="sport", about=["football"], source="masa"),
        *write_stories(20, section="health", topics=[], source="masa"),
        *write_stories(20, section="economy", source="masa"),
        *write_stories(20, like="sport", source="sabah"),
    ]
    return make_dataset(articles, small_taxonomy)


@pytest.fixture(scope="session")
def background(background_dataset: Dataset) -> Background:
    """What is computed from these stories, all of them in its sample."""
    from training.background.make import MakeSettings, make_background

    settings = MakeSettings(min_df=3, n_dimensions=8, n_sample=len(background_dataset), jobs=1)
    return make_background(background_dataset, settings)
