"""The topic scheme: what the texts of needs and experts can be about, in three levels and several languages.

One YAML file a field lies in `topics/`; a domain expert edits it with no tool but an editor:

    - id: mat.mag                   # stable for ever; its first part names the file
      parent: mat.functional        # absent for the field itself
      labels: {zh: 磁性材料, ru: магнитные материалы, en: magnetic materials}
      terms:                        # only for leaves: synonyms, abbreviations, materials, processes, typical phrases
        zh: [永磁体, 钕铁硼]
        ru: [постоянный магнит]
        en: [permanent magnet, NdFeB]
      related: [mech.motor]         # neighbours elsewhere in the tree; either end may name the other
      mappings: {ford: "2.5"}       # optional: codes of public schemes
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import networkx as nx
import yaml

from matching.errors import MatchingError

TOPICS = Path(__file__).parent / "topics"
REQUIRED = ("zh", "ru", "en")  # every label, and every leaf's terms, exist in these
FALLBACK = ("en", "zh", "ru")
LEVELS = 3
_COMMA = re.compile("[,،、]")
_AND = {
    "ar": re.compile("،| و(?=ال)"),
    "de": re.compile(",| und "),
    "es": re.compile(",| [ye] "),
    "fr": re.compile(",| et "),
    "ja": re.compile("[・、]|と(?=.{2})"),
    "ko": re.compile(",|[과와] "),
    "uz": re.compile(",| va "),
}
KEYS = frozenset({"id", "parent", "labels", "terms", "related", "mappings"})


class SchemeError(MatchingError):
    """The scheme contradicts itself. faults: every (topic id, sentence), in the files' order."""

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(f"{topic}: {message}" for topic, message in self.faults)


@dataclass(frozen=True, slots=True)
class Topic:
    """An entry of the scheme. labels and terms by language tag; terms only at leaves; parent None for a field."""

    id: str
    parent: str | None
    labels: Mapping[str, str]
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    mappings: Mapping[str, str] = field(default_factory=dict)

    def names(self, lang: str) -> tuple[str, ...]:
        """The label and the terms in a language, the label first; where it has no terms, the parts of the label too."""
        if lang not in self.labels:
            return ()
        label = self.labels[lang]
        return (label, *(self.terms.get(lang) or _parts(label, lang)))


def _parts(label: str, lang: str) -> tuple[str, ...]:
    """What a label joins by "and" or a comma; nothing where it joins nothing."""
    parts = dict.fromkeys(part.strip() for part in _AND.get(lang, _COMMA).split(label))
    return tuple(part for part in parts if len(part) > 1 and part != label)


class Scheme:
    """Topics checked against each other. tree: edges from parent to child; related: undirected.

    Raises SchemeError with every fault: duplicates, unknown parents and neighbours, cycles, more than three levels,
    missing languages, an id outside its field, terms above the leaves.
    """

    def __init__(self, topics: Iterable[Topic]) -> None:
        listed = list(topics)
        faults = list(_faults(listed))
        if faults:
            raise SchemeError(faults)
        self.topics: Mapping[str, Topic] = {t.id: t for t in listed}
        self.tree: nx.DiGraph[str] = nx.DiGraph()
        self.tree.add_nodes_from(self.topics)
        self.tree.add_edges_from((t.parent, t.id) for t in listed if t.parent is not None)
        self.related: nx.Graph[str] = nx.Graph()
        self.related.add_nodes_from(self.topics)
        self.related.add_edges_from((t.id, other) for t in listed for other in t.related)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(t.id for t in self.topics.values() if t.parent is None)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        return tuple(t.id for t in self.topics.values() if t.terms)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language that any topic has a label in, the required ones first."""
        found = {lang for t in self.topics.values() for lang in t.labels}
        return REQUIRED + tuple(sorted(found - set(REQUIRED)))

    def children(self, topic: str | None = None) -> tuple[str, ...]:
        """Ids one level down, in the files' order; the fields for None."""
        return self.fields if topic is None else tuple(self.tree.successors(topic))

    def label(self, topic: str, locale: str) -> str:
        """The label in a locale (zh-Hans, ru, pt-BR); in English, else Chinese, else Russian, where it has none."""
        labels = self.topics[topic].labels
        tags = (locale, locale.partition("-")[0], locale.partition("_")[0], *FALLBACK)
        return next(labels[tag] for tag in tags if tag in labels)

    def choices(self, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """For a registration form: (the field's label, [(leaf id, label)]), both in the files' order."""
        return [
            (self.label(top, locale), [(leaf, self.label(leaf, locale)) for leaf in self.leaves_of(top)])
            for top in self.fields
        ]

    def leaves_of(self, topic: str) -> tuple[str, ...]:
        """The leaves at and below a topic, in the files' order."""
        below = self.below(topic)
        return tuple(leaf for leaf in self.leaves if leaf in below)

    def below(self, topic: str) -> frozenset[str]:
        """The topic and all under it."""
        return frozenset(nx.descendants(self.tree, topic) | {topic})

    @cached_property
    def _above(self) -> Mapping[str, frozenset[str]]:
        return {topic: frozenset(nx.ancestors(self.tree, topic)) for topic in self.topics}

    def relation(self, need: str, expert: str) -> str | None:
        """How the expert's topic stands to the need's: same, narrower, broader, sibling, related, or None."""
        if need == expert:
            return "same"
        if need in self._above[expert]:
            return "narrower"
        if expert in self._above[need]:
            return "broader"
        if self.related.has_edge(need, expert):
            return "related"
        parents = self.topics[need].parent, self.topics[expert].parent
        return "sibling" if parents[0] is not None and parents[0] == parents[1] else None


def _faults(topics: list[Topic]) -> Iterator[tuple[str, str]]:
    known = {t.id for t in topics}
    parents = {t.parent for t in topics}
    for topic_id, count in Counter(t.id for t in topics).items():
        if count > 1:
            yield topic_id, "is defined more than once"
    for t in topics:
        yield from _topic_faults(t, known, t.id in parents)
    tree = nx.DiGraph([(t.parent, t.id) for t in topics if t.parent is not None])
    if not nx.is_directed_acyclic_graph(tree):
        cycle = [edge[0] for edge in nx.find_cycle(tree)]
        yield min(cycle), "is its own ancestor"
    elif len(tree) and nx.dag_longest_path_length(tree) >= LEVELS:
        yield nx.dag_longest_path(tree)[-1], f"lies deeper than {LEVELS} levels"


def _topic_faults(t: Topic, known: set[str], has_children: bool) -> Iterator[tuple[str, str]]:
    if t.parent is not None and t.parent not in known:
        yield t.id, f"names an unknown parent {t.parent}"
    if t.parent is not None and t.parent.partition(".")[0] != t.id.partition(".")[0]:
        yield t.id, f"stands in another field than its parent {t.parent}"
    for other in t.related:
        if other not in known:
            yield t.id, f"is related to an unknown topic {other}"
        if other == t.id:
            yield t.id, "is related to itself"
    for lang in REQUIRED:
        if not t.labels.get(lang):
            yield t.id, f"has no label in {lang}"
        if not has_children and not t.terms.get(lang):
            yield t.id, f"has no terms in {lang}"
    if has_children and t.terms:
        yield t.id, "has terms and topics below it; terms belong to leaves"
    for lang in t.terms:
        doubled = [name for name, n in Counter(x.casefold() for x in t.names(lang)).items() if n > 1]
        if doubled:
            yield t.id, f"lists {doubled[0]} twice in {lang}"


def load(folder: Path) -> Scheme:
    """The scheme of a folder of YAML files, read in the order of their names. Raises SchemeError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    topics: list[Topic] = []
    faults: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.yaml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), loader):  # noqa: S506 (both loaders are safe)
            unknown = sorted(entry.keys() - KEYS) if isinstance(entry, dict) else ["(no mapping)"]
            name = str(entry.get("id")) if isinstance(entry, dict) else path.name
            faults += [(name, f"has an unknown key {key}") for key in unknown]
            if not unknown:
                topics.append(_topic(entry))
                if name.partition(".")[0] != path.stem:
                    faults.append((name, f"stands in the file of another field, {path.name}"))
    if faults:
        raise SchemeError(faults)
    return Scheme(topics)


def _topic(entry: Mapping[str, Any]) -> Topic:
    return Topic(
        id=str(entry.get("id")),
        parent=entry.get("parent"),
        labels={str(k): str(v) for k, v in entry.get("labels", {}).items()},
        terms={str(k): tuple(str(x) for x in v) for k, v in entry.get("terms", {}).items()},
        related=tuple(entry.get("related", ())),
        mappings={str(k): str(v) for k, v in entry.get("mappings", {}).items()},
    )


@cache
def scheme() -> Scheme:
    """The shipped scheme, read once."""
    return load(TOPICS)
