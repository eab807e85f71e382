"""Corpora of invented stories with the names and columns that the benchmarks read."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

_WORDS = {
    "news": "البرلمان الحكومة الوزير المجلس اللجنة المحافظ القانون الاقتراع السفير البيان الوفد",
    "economy": "البورصة الأسهم المصرف الأرباح الصادرات التضخم السندات الميزانية الشركة الأسعار العملة",
    "sport": "الفريق المباراة المدرب الهداف الشوط الدوري الملعب الحكم البطولة اللاعب المنتخب",
    "culture": "الفيلم الرواية المخرج المسرح المعرض القصيدة المتحف الممثلة المهرجان الديوان اللوحة",
    "technology": "الهاتف التطبيق المعالج الشاشة البرمجيات الحاسوب الإنترنت المتصفح الخوادم الشريحة",
    "health": "المستشفى اللقاح الأطباء المرضى العلاج الجراحة الدواء الوقاية التغذية الأعراض العيادة",
    "religion": "المسجد الحجاج العمرة التلاوة الخطبة الإمام الفتوى الزكاة الصيام التراويح المصحف",
    "weather": "الأمطار الرياح الغيوم الحرارة الرطوبة الضباب الثلوج العواصف",
}
_PLAIN = "اليوم أمس صباح مساء أعلن أضاف خلال بعد قبل منذ حيث جديد كبير عدد عام شهر أسبوع مدينة منطقة"
_MOWJAZ = {"صحة": "health", "رياضة": "sport"}
_SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("id", "headline", "body", "section", "section_source", "source")]
    + [("topics", pa.list_(pa.string())), ("published", pa.string()), ("url", pa.string())]
)


def _stories(source: str, sections: list[str], count: int, *, words: int = 40) -> Iterator[dict[str, Any]]:
    rng, plain = random.Random(source), _PLAIN.split()
    for section in sections:
        for number in range(count):
            drawn = [rng.choice(_WORDS[section].split() if rng.random() < 0.5 else plain) for _ in range(words)]
            yield {
                "id": f"{source}-{section}-{number}",
                "headline": " ".join(drawn[:6]),
                "body": " ".join(drawn[6:]),
                "section": section,
                "source": source,
            }


@pytest.fixture(scope="session")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Write the seven corpora, a few hundred stories; the first of the BBC stands in the newspaper too."""
    folder = tmp_path_factory.mktemp("corpora")
    five = list(_WORDS)[:5]
    bbc = list(_stories("bbc", five, 12))
    newspaper = [*_stories("alkhaleej", list(_WORDS)[:7], 30), bbc[0] | {"id": "copied", "source": "alkhaleej"}]
    posts = [story | {"body": ""} for story in _stories("twitter", five, 24, words=14)]
    rare = [story | {"body": "", "source": "twitter"} for story in _stories("rare", ["weather"], 4, words=14)]
    topics = [(story, name) for name, section in _MOWJAZ.items() for story in _stories("mowjaz", [section], 6)]
    rows = {
        "sanad_khaleej": newspaper,
        "ant_v21": [*bbc, *_stories("alarabia", five, 20), *_stories("skynews", five, 12)],
        "ant_v11": list(_stories("jawhara fm", five, 2)),
        "topics_silver": list(_stories("france24", five, 2)),
        "mowjaz_dev": [story | {"section": None, "topics": [name]} for story, name in topics],
        "asnd_train": [*posts[::2], *rare[:3]],
        "asnd_dev": [*posts[1::2], *rare[3:]],
    }
    paths = {}
    for name, stories in rows.items():
        paths[name] = folder / f"{name}.parquet"
        pq.write_table(pa.Table.from_pylist(stories, schema=_SCHEMA), paths[name])
    return paths
