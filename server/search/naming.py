"""Find topics by label, synonym, abbreviation or material, in any language of the topic scheme."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from i18n.text import search_key
from matching.affinity import Scheme, Topic
from matching.affinity.languages import detect
from matching.affinity.lexicon import lexicon
from matching.affinity.tokens import is_ideograph, tokenise

LEAST_PIECE = 3  # shortest stem that is searched inside a text
LONG_ENOUGH = 5  # shortest word that may lose its last letter
LEAST_LIKE = 80.0  # similarity in percent of two forms of one word
MOST_TOPICS = 40  # a word that names more topics than this says nothing


@lru_cache(maxsize=256)
def topics_named(phrase: str, scheme: Scheme) -> frozenset[str]:
    """Return the topics that the whole phrase names, with all their subtopics; the name of a field gives the field."""
    lang = detect(phrase)
    tokens = tokenise(phrase, lang)
    hits = lexicon(scheme, lang).find(tokens)
    covered = sum(hit.start <= token.start and token.end <= hit.end for token in tokens for hit in hits)
    # Several terms in a row name the topics that they have in common.
    common = frozenset.intersection(*(frozenset(hit.topics) for hit in hits)) if hits else frozenset()
    found = set(common) if covered == len(tokens) else set()
    labels = _labels(scheme, lang)
    found |= frozenset.intersection(*(labels.get(token.key, frozenset()) for token in tokens)) if tokens else set()
    meant = {topic for topic in found if _is_near(phrase, scheme.topics[topic], lang)} or found
    whole = frozenset(below for topic in meant for below in scheme.below(topic))
    return whole if len(found) <= MOST_TOPICS else frozenset()


def _is_near(phrase: str, topic: Topic, lang: str) -> bool:
    """Return whether the topic's terms equal the phrase except for endings.

    The stem alone would confuse магний (magnesium) and магнит (magnet).
    """
    words = {word for written in {lang, "en"} for name in topic.names(written) for word in search_key(name).split()}
    return all(any(fuzz.ratio(typed, word) >= LEAST_LIKE for word in words) for typed in phrase.split())


@lru_cache(maxsize=256)
def misspelt(phrase: str, most: int, scheme: Scheme) -> frozenset[str]:
    """Return the topics that the phrase names with at most `most` wrong letters, in any language."""
    names = _names(scheme)
    # Names are in the singular: the extra letter of a plural would count as a second typo.
    singular = phrase[:-1] if len(phrase) > LONG_ENOUGH else phrase
    near = {
        name
        for typed in {phrase, singular}
        for name, _far, _at in process.extract(
            typed, names.keys(), scorer=OSA.distance, processor=None, score_cutoff=most, limit=MOST_TOPICS
        )
    }
    return frozenset(below for name in near for topic in names[name] for below in scheme.below(topic))


@lru_cache(maxsize=64)
def pieces(topics: frozenset[str], scheme: Scheme) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (topic, folded stems of a term) for each term of the topics in each language.

    A text uses the term if it contains all of the stems.
    """
    return tuple(dict.fromkeys(each for topic in sorted(topics) for each in _pieces(topic, scheme)))


def _pieces(topic: str, scheme: Scheme) -> Iterator[tuple[str, tuple[str, ...]]]:
    entry = scheme.topics[topic]
    for lang in entry.labels:
        for name in entry.names(lang):
            keys = [token.key for token in tokenise(name, lang)]
            is_run = bool(keys) and all(map(is_ideograph, keys))
            found = ("".join(keys),) if is_run else tuple(map(search_key, keys))
            if found and all(len(each) >= (2 if is_run else LEAST_PIECE) for each in found):
                yield topic, found


@lru_cache(maxsize=32)
def _labels(scheme: Scheme, lang: str) -> Mapping[str, frozenset[str]]:
    """Return topics by stem of their labels; for Han characters, by single character."""
    found: dict[str, set[str]] = defaultdict(set)
    for topic in scheme.topics.values():
        for written in {lang, "en"}:
            for token in tokenise(topic.labels.get(written, ""), written):
                found[token.key].add(topic.id)
    return {key: frozenset(ids) for key, ids in found.items()}


@lru_cache(maxsize=4)
def _names(scheme: Scheme) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for topic in scheme.topics.values():
        for lang in topic.labels:
            for name in topic.names(lang):
                found[search_key(name)].append(topic.id)
    return {name: tuple(dict.fromkeys(ids)) for name, ids in found.items()}
