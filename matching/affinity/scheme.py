"""The topic scheme: what the texts of needs and experts can be about, in three levels and several languages.

One YAML file a field lies in `topics/`; a domain expert edits it with no tool but an editor:

    - id: mat.mag                   # stable for ever; its first part names the file
      parent: mat.functional        # absent for the field itself
      labels: {zh: 磁性材料, ru: магнитные материалы, en: magnetic materials}
      terms:                        # only for leaves: synonyms, abbreviations, materials, processes, typical phrases
        zh: [永磁体, 钕铁硼]
        ru: [постоянный магнит]     # as a dictionary has it; the endings of a text are taken off
        en: [permanent magnet, NdFeB]
        de: [Dauermagnet]           # optional: other languages, each found only in its own texts
      related: [mech.motor]         # neighbours elsewhere in the tree; either end may name the other
      mappings: {ford: [broad 2.5]} # optional: codes of public schemes, each with what it is to the topic

A term should be what authors of that field write and those of others do not: "coercivity", never "method".
An organiser adds an event's own topics in the same shape: `scheme().extended(entries)`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import yaml

from matching.errors import MatchingError

TOPICS = Path(__file__).parent / "topics"
REQUIRED = ("zh", "ru", "en")  # languages in which every label, and the terms of every leaf, must exist
FALLBACK = ("en", "zh", "ru")
LEVELS = 3
_READING = Lock()
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
LEAST_TERMS = 12  # least terms of a shipped leaf in each required language; with fewer, matching got worse
LEAST_NEIGHBOURS = 2  # least related topics of a shipped leaf
_ID = re.compile(r"[a-z0-9]+(\.[a-z0-9]+)*")
RELATIONS = frozenset({"exact", "close", "broad", "narrow"})  # relation of a public code to the topic, as in SKOS
PUBLIC = {  # public schemes and the form of their codes
    "ford": re.compile(r"[1-6](\.\d{1,2})?"),  # OECD, Fields of Research and Development, 2015
    "grnti": re.compile(r"\d\d(\.\d\d){0,2}"),  # state rubricator of scientific and technical information
    "gb13745": re.compile(r"\d{3}(\.\d{2}(\d{2})?)?"),  # GB/T 13745-2009, classification of disciplines
    "isic": re.compile(r"[A-U]|\d{2,4}"),  # United Nations, ISIC Rev. 4
    "cpc": re.compile(r"[A-HY](\d\d([A-Z](\d+/\d+)?)?)?"),  # Cooperative Patent Classification
}


class SchemeError(MatchingError):
    """Contradictory topic scheme. faults: (topic id, sentence) of every fault, in the order of the entries.

    files: {topic id: file name} of topics that were read from files.
    """

    def __init__(self, faults: Iterable[tuple[str, str]], files: Mapping[str, str] | None = None) -> None:
        self.faults = list(faults)
        self.files = dict(files or {})
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Return the faults, one per line: file if known, topic and sentence."""
        return "\n".join(
            ": ".join(filter(None, (self.files.get(topic), topic, message))) for topic, message in self.faults
        )


class PublicCode(NamedTuple):
    """Code of a public scheme. relation: exact, close, broad or narrow; a broad code covers more than the topic."""

    relation: str
    code: str


@dataclass(frozen=True, slots=True)
class Topic:
    """Entry of the topic scheme. labels, terms: by language tag. parent: None for a field. Only leaves have terms.

    terms: in the required languages. local: in other languages; these are looked up in texts of their own
    language only, because the same spelling may mean something else in another one. mappings: codes by key of
    `PUBLIC`.
    """

    id: str
    parent: str | None
    labels: Mapping[str, str]
    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    related: tuple[str, ...] = ()
    mappings: Mapping[str, tuple[PublicCode, ...]] = field(default_factory=dict)
    local: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def names(self, lang: str) -> tuple[str, ...]:
        """Return the label and the terms in a language, label first; a leaf without terms adds the parts of its label.

        A part of a branch's label (such as "safety" in "networks and safety") would mean more than the branch.
        """
        if lang not in self.labels:
            return ()
        label = self.labels[lang]
        parts = _parts(label, lang) if self.terms else ()
        return (label, *(self.terms.get(lang) or self.local.get(lang) or parts))


def _parts(label: str, lang: str) -> tuple[str, ...]:
    """Return the parts of a label that are joined by "and" or a comma; empty if there is one part."""
    parts = dict.fromkeys(part.strip() for part in _AND.get(lang, _COMMA).split(label))
    return tuple(part for part in parts if len(part) > 1 and part != label)


class Scheme:
    """Consistent set of topics. tree: edges from parent to child. related: undirected edges.

    least_terms: least number of terms of a leaf in each required language. least_neighbours: least number of
    its related topics. Raises SchemeError with every fault: duplicates, unknown parents and related topics,
    cycles, more than three levels, missing languages, too few terms or related topics, an id outside its field,
    terms of inner topics, malformed codes.
    """

    def __init__(self, topics: Iterable[Topic], *, least_terms: int = 1, least_neighbours: int = 0) -> None:
        import networkx as nx

        listed = list(topics)
        faults = [*_faults(listed, least_terms), *_with_few_related(listed, least_neighbours)]
        if faults:
            raise SchemeError(faults)
        self.topics: Mapping[str, Topic] = {t.id: t for t in listed}
        self.tree: nx.DiGraph[str] = nx.DiGraph()
        self.tree.add_nodes_from(self.topics)
        self.tree.add_edges_from((t.parent, t.id) for t in listed if t.parent is not None)
        self.related: nx.Graph[str] = nx.Graph()
        self.related.add_nodes_from(self.topics)
        self.related.add_edges_from((t.id, other) for t in listed for other in t.related)

    def extended(self, entries: Iterable[object]) -> "Scheme":
        """Return a new scheme with an event's own topics after the topics of this one.

        entries: mappings in the shape of the files. A new topic belongs to a new field, or to a topic that
        already has children. It needs one term in each required language and no related topic. Raises
        SchemeError with every fault.
        """
        topics, faults = _read(entries)
        if not faults:
            faults = list(_faults([*self.topics.values(), *topics], 1))
        if faults:
            raise SchemeError(faults)
        return Scheme([*self.topics.values(), *topics])

    @cached_property
    def fields(self) -> tuple[str, ...]:
        return tuple(t.id for t in self.topics.values() if t.parent is None)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        return tuple(t.id for t in self.topics.values() if t.terms)

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Return every language in which a topic has a label, the required ones first."""
        found = {lang for t in self.topics.values() for lang in t.labels}
        return REQUIRED + tuple(sorted(found - set(REQUIRED)))

    def children(self, topic: str | None = None) -> tuple[str, ...]:
        """Return the ids one level down, in the files' order; the fields if topic is None."""
        return self.fields if topic is None else tuple(self.tree.successors(topic))

    def label(self, topic: str, locale: str) -> str:
        """Return the label in a locale (zh-Hans, ru, pt-BR), else in English, Chinese or Russian."""
        labels = self.topics[topic].labels
        tags = (locale, locale.partition("-")[0], locale.partition("_")[0], *FALLBACK)
        return next(labels[tag] for tag in tags if tag in labels)

    def choices(self, locale: str) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return [(label of the field, [(leaf id, label)])] for a form, in the files' order."""
        return [
            (self.label(top, locale), [(leaf, self.label(leaf, locale)) for leaf in self.leaves_of(top)])
            for top in self.fields
        ]

    def leaves_of(self, topic: str) -> tuple[str, ...]:
        """Return the leaves at and below a topic, in the files' order."""
        below = self.below(topic)
        return tuple(leaf for leaf in self.leaves if leaf in below)

    def below(self, topic: str) -> frozenset[str]:
        """Return the ids of the topic and all its descendants."""
        import networkx as nx

        return frozenset(nx.descendants(self.tree, topic) | {topic})

    @cached_property
    def _above(self) -> Mapping[str, frozenset[str]]:
        import networkx as nx

        return {topic: frozenset(nx.ancestors(self.tree, topic)) for topic in self.topics}

    def relation(self, need: str, expert: str) -> str | None:
        """Return how the expert's topic relates to the need's: same, narrower, broader, sibling, related, or None."""
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


def _faults(topics: list[Topic], least_terms: int) -> Iterator[tuple[str, str]]:
    """Yield every contradiction between topics as (topic id, sentence)."""
    import networkx as nx

    known = {t.id for t in topics}
    child = {t.parent: t.id for t in reversed(topics)}
    for topic_id, count in Counter(t.id for t in topics).items():
        if count > 1:
            yield topic_id, "is defined more than once"
    for t in topics:
        yield from _place_faults(t, known)
        yield from _wording_faults(t, child.get(t.id), least_terms)
        yield from _code_faults(t)
    yield from _label_faults(topics)
    tree = nx.DiGraph([(t.parent, t.id) for t in topics if t.parent is not None])
    if not nx.is_directed_acyclic_graph(tree):
        cycle = [edge[0] for edge in nx.find_cycle(tree)]
        yield min(cycle), "is its own ancestor"
    elif len(tree) and nx.dag_longest_path_length(tree) >= LEVELS:
        yield nx.dag_longest_path(tree)[-1], f"lies deeper than {LEVELS} levels"


def _place_faults(t: Topic, known: set[str]) -> Iterator[tuple[str, str]]:
    """Yield faults of a topic's id, parent and related topics."""
    if not _ID.fullmatch(t.id):
        yield t.id, "has an id that is not small Latin letters and figures in parts with a dot between them"
    if t.parent is not None and t.parent not in known:
        yield t.id, f"names an unknown parent {t.parent}"
    if t.parent is not None and t.parent.partition(".")[0] != t.id.partition(".")[0]:
        yield t.id, f"stands in another field than its parent {t.parent}"
    for other in t.related:
        if other not in known:
            yield t.id, f"is related to an unknown topic {other}"
        if other == t.id:
            yield t.id, "is related to itself"
    if len(set(t.related)) < len(t.related):
        yield t.id, "names a related topic twice"


def _wording_faults(t: Topic, child: str | None, least_terms: int) -> Iterator[tuple[str, str]]:
    """Yield faults of a topic's labels and terms. child: a topic below it, or None for a leaf."""
    for lang in REQUIRED:
        if not t.labels.get(lang):
            yield t.id, f"has no label in {lang}"
        count = len(t.terms.get(lang, ()))
        if child is None and not count:
            yield t.id, f"has no terms in {lang}"
        elif child is None and count < least_terms:
            yield t.id, f"has only {count} terms in {lang}, fewer than {least_terms}"
    if child is not None and (t.terms or t.local):
        yield t.id, f"has terms and a topic below it, {child}; terms belong to leaves"
    for lang in (*t.terms, *t.local):
        doubled = [name for name, n in Counter(x.casefold() for x in t.names(lang)).items() if n > 1]
        if doubled:
            yield t.id, f"lists {doubled[0]} twice in {lang}"


def _code_faults(t: Topic) -> Iterator[tuple[str, str]]:
    for public, codes in t.mappings.items():
        if public not in PUBLIC:
            yield t.id, f"has a code of an unknown scheme {public}; known are {', '.join(PUBLIC)}"
            continue
        for relation, code in codes:
            if relation not in RELATIONS or not PUBLIC[public].fullmatch(code):
                yield t.id, f"has a malformed code of {public}, {relation} {code}; one such is broad 2"


def _label_faults(topics: list[Topic]) -> Iterator[tuple[str, str]]:
    """Yield topics that have the label of another one: people could not choose between them."""
    named: dict[tuple[str, str], str] = {}
    for t in topics:
        for lang, label in t.labels.items():
            other = named.setdefault((lang, label.casefold()), t.id)
            if other != t.id:
                yield t.id, f"has the label of {other} in {lang}, {label}"


def _with_few_related(topics: list[Topic], least: int) -> Iterator[tuple[str, str]]:
    """Yield leaves with fewer than `least` related topics; either end may name the other."""
    pairs = {frozenset((t.id, other)) for t in topics for other in t.related}
    count = Counter(topic for pair in pairs for topic in pair)
    for t in topics:
        if t.terms and count[t.id] < least:
            yield t.id, f"has fewer than {least} related topics"


def load(folder: Path, *, least_terms: int = 1, least_neighbours: int = 0) -> Scheme:
    """Return the scheme of a folder of YAML files, in the order of their names. Raises SchemeError with file names."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    topics: list[Topic] = []
    faults: list[tuple[str, str]] = []
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            entries = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 (both loaders are safe)
        except yaml.YAMLError as error:
            faults.append((path.name, "is not YAML: " + " ".join(str(error).split())))
            continue
        read, wrong = _read(entries if isinstance(entries, list) else [entries])
        files |= dict.fromkeys([t.id for t in read] + [name for name, _ in wrong], path.name)
        faults += wrong
        faults += [
            (t.id, f"stands in the file of another field, {path.name}")
            for t in read
            if t.id.partition(".")[0] != path.stem
        ]
        topics += read
    if faults:
        raise SchemeError(faults, files)
    try:
        return Scheme(topics, least_terms=least_terms, least_neighbours=least_neighbours)
    except SchemeError as error:
        raise SchemeError(error.faults, files) from None


def _read(entries: Iterable[object]) -> tuple[list[Topic], list[tuple[str, str]]]:
    """Return the topics of well-formed entries, and the faults of the others."""
    topics: list[Topic] = []
    faults: list[tuple[str, str]] = []
    for number, entry in enumerate(entries, 1):
        if not isinstance(entry, Mapping):
            faults.append((f"entry {number}", "is not a mapping of keys and values"))
            continue
        name = str(entry.get("id") or f"entry {number}")
        wrong = [f"has an unknown key {key}" for key in entry if key not in KEYS] + list(_shape_faults(entry))
        faults += [(name, fault) for fault in wrong]
        if not wrong:
            topics.append(_topic(entry))
    return topics, faults


def _shape_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    """Yield faults of an entry's form: types of its values."""
    if not isinstance(entry.get("id"), str):
        yield "has no id of letters"
    if not isinstance(entry.get("parent"), str | None):
        yield "has a parent that is not an id"
    labels = entry.get("labels", {})
    if not isinstance(labels, Mapping) or not all(isinstance(text, str) for text in labels.values()):
        yield "has labels that are not one text a language"
    for key in ("terms", "mappings"):
        lists = entry.get(key, {})
        if not isinstance(lists, Mapping) or not all(map(_is_texts, lists.values())):
            yield f"has {key} that are not lists of texts, each under its key"
    if not _is_texts(entry.get("related", [])):
        yield "has related topics that are not a list of ids"


def _is_texts(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) and text.strip() for text in value)


def _topic(entry: Mapping[str, Any]) -> Topic:
    terms = {lang: tuple(listed) for lang, listed in entry.get("terms", {}).items()}
    return Topic(
        id=entry["id"],
        parent=entry.get("parent"),
        labels=dict(entry.get("labels", {})),
        terms={lang: listed for lang, listed in terms.items() if lang in REQUIRED},
        local={lang: listed for lang, listed in terms.items() if lang not in REQUIRED},
        related=tuple(entry.get("related", ())),
        mappings={key: tuple(map(_code, codes)) for key, codes in entry.get("mappings", {}).items()},
    )


def _code(text: str) -> PublicCode:
    relation, _, code = text.partition(" ")
    return PublicCode(relation, code)


def scheme() -> Scheme:
    """Return the shipped scheme, read once, in a third of a second; threads that ask at once get the same object."""
    with _READING:
        return shipped()


@cache
def shipped() -> Scheme:  # called by `scheme` alone
    return load(TOPICS, least_terms=LEAST_TERMS, least_neighbours=LEAST_NEIGHBOURS)
