"""Words that occur in texts of every field are no evidence of a topic."""

import pytest

from matching.affinity import Expert, Need, PartCode, RequestText, scheme, score, suggest
from matching.affinity.common import _common, is_no_evidence
from matching.affinity.tokens import fold

GENERAL = {
    "ru": "Разрабатываю и исследую, разработчик, провожу исследования систем, технология",
    "zh": "我们研究技术和系统，开发项目，提供方案。",
    "en": "I develop and research systems: development, developers, technology, investigation, methods.",
    "de": "Wir entwickeln und erforschen Systeme: Forschung und Entwicklung, Technologie, Untersuchungen.",
    "fr": "Nous développons et étudions des systèmes : recherche, technologie, développement.",
    "es": "Desarrollamos e investigamos sistemas: investigación, tecnología, desarrollo.",
    "ar": "نطور الأنظمة، البحث والتطوير، التقنية، الدراسات",
    "uz": "Tadqiqot va rivojlanish, texnologiya, tizimlar, loyihalar.",
    "ja": "技術の研究、システムの開発、プロジェクト",
    "ko": "기술 연구 및 시스템 개발, 프로젝트",
}


def test_no_term_of_a_topic_is_a_common_word() -> None:
    found = [
        (topic.id, lang, name)
        for topic in scheme().topics.values()
        for lang in topic.labels
        for name in topic.names(lang)
        if fold(name).isalpha() and is_no_evidence(fold(name), lang)
    ]
    assert found == []


@pytest.mark.parametrize("lang", scheme().languages)
def test_a_text_of_common_words_speaks_of_no_topic(lang: str) -> None:
    words = " | ".join(sorted(_common().of[lang]))
    assert [suggest(text, lang) for text in (GENERAL[lang], words)] == [[], []]


@pytest.mark.parametrize("lang", scheme().languages)
def test_a_text_of_common_words_is_quoted_for_nothing(lang: str) -> None:
    told = GENERAL[lang]
    pair = score(
        Need("n", (RequestText(told, lang),), topics=("dig.software",)),
        Expert("e", (RequestText(told, lang),), topics=("dig.software",)),
    )
    quoted = [each for part in pair.parts if part.code == PartCode.TOPIC for each in part.evidence]
    assert [(each.need_at, each.expert_at) for each in quoted] in ([], [(None, None)])


def test_common_words_beside_others_are_not_quoted() -> None:
    text = "Разрабатываю спечённые постоянные магниты"
    [first] = suggest(text, "ru")[:1]
    assert (first.topic, [text[a:b] for a, b in first.at]) == ("mat.mag", ["спечённые", "постоянные магниты"])
