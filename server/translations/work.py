"""What is left to translate: each text of an event in each language, its state, and who may translate it."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from i18n import LOCALES
from i18n.text import search_key
from matching.affinity.languages import primary
from server.memory import WHOLE, counts_of, remembered
from server.models import Event, TranslationState
from server.search.query import Query
from server.translations.reading import Translated, Translations, translations_of
from server.translations.sources import Piece, Sources, TextKind, sources_of
from server.translations.texts import TextKey

PAGE = 50
FOLDED = 30_000  # texts that a process keeps folded for searches


class TextState(StrEnum):
    """State of a text in one language. A translation of an earlier text is stale, also if somebody has checked it."""

    MISSING = "missing"
    STALE = "stale"
    MACHINE = "machine"
    HUMAN = "human"
    CHECKED = "checked"


OPEN_STATES = frozenset(TextState) - {TextState.CHECKED}
_OF_TRANSLATION: Mapping[TranslationState, TextState] = {
    TranslationState.MACHINE: TextState.MACHINE,
    TranslationState.HUMAN: TextState.HUMAN,
    TranslationState.CHECKED: TextState.CHECKED,
}


class Work(NamedTuple):
    """A text in one target language. found: its translation, None if there is none."""

    piece: Piece
    locale: str
    found: Translated | None
    state: TextState


@dataclass(frozen=True)
class WorkList:
    """All texts of an event with their translations, in the order in which they are needed; shared by all readers.

    locales: of the event. by_locale: the texts that can be translated into each of them.
    """

    sources: Sources
    translations: Translations
    locales: Sequence[str]
    by_locale: Mapping[str, Sequence[Work]] = field(default_factory=dict)

    @cached_property
    def untranslated(self) -> int:
        """How many texts lack a translation into a language of those for whom they are written."""
        missing: set[TextKey] = set()
        for locale, every in self.by_locale.items():
            language = primary(locale)
            missing |= {
                each.piece.key
                for each in every
                if each.state is TextState.MISSING and language in self.sources.readers(each.piece)
            }
        return len(missing)


async def work_of(event: Event) -> WorkList:
    """Return what there is to translate. One query if nothing in the event has changed."""
    counts = await counts_of(event.id)
    sources = await sources_of(event)
    translations = await translations_of(event.id, counts)

    async def read() -> WorkList:
        locales = [code for code in event.locales if code in LOCALES]
        # A quarter of a second for 25,000 texts.
        return await asyncio.to_thread(_worked, sources, translations, locales)

    return await remembered(
        event.id, ("work", sources.moment), WHOLE, read, counts=counts, weigh=lambda found: len(found.sources.pieces)
    )


def _worked(sources: Sources, translations: Translations, locales: Sequence[str]) -> WorkList:
    by_locale: dict[str, list[Work]] = {locale: [] for locale in locales}
    targets: dict[str, list[str]] = {}
    for piece in sources.pieces:
        there, own = _there(piece, translations), piece.source.locale
        if own not in targets:
            targets[own] = piece.targets(locales)
        for locale in targets[own]:
            found = there.get(locale)
            by_locale[locale].append(Work(piece, locale, found, state_of(piece, found)))
    return WorkList(sources, translations, locales, by_locale)


def of_piece(work: WorkList, piece: Piece, locale: str) -> Work:
    """Return one text in one language."""
    found = _there(piece, work.translations).get(locale)
    return Work(piece, locale, found, state_of(piece, found))


def _there(piece: Piece, translations: Translations) -> Mapping[str, Translated]:
    """Return the translations of a text; for the event's own the text in each language, for which organisers vouch."""
    if piece.written is None:
        return translations.of(piece.source)
    many = piece.written.items()
    return {code: Translated(0, code, text, TranslationState.CHECKED, piece.hash) for code, text in many if text}


def state_of(piece: Piece, found: Translated | None) -> TextState:
    """Return the state of a translation of the text as it is now."""
    if found is None:
        return TextState.MISSING
    return TextState.STALE if found.source_hash != piece.hash else _OF_TRANSLATION[found.state]


@dataclass(frozen=True)
class Reach:
    """Which texts somebody may translate, into which languages.

    is_organiser: all. is_translator: the open ones, into `languages`, empty for all. party_id: the own ones of this
    party, into all languages.
    """

    is_organiser: bool = False
    is_translator: bool = False
    languages: frozenset[str] = frozenset()
    party_id: int | None = None

    @property
    def is_author_only(self) -> bool:
        return not self.is_organiser and not self.is_translator

    def has(self, piece: Piece, locale: str) -> bool:
        """Return whether the text may be translated into the language."""
        if self.is_organiser or (piece.party_id is not None and piece.party_id == self.party_id):
            return True
        return self.is_translator and piece.is_open and (not self.languages or locale in self.languages)


@dataclass(frozen=True)
class Filter:
    """What a list is to show. state: "" for all that is not checked, "all" for everything. kind: "" for all."""

    locale: str
    state: str = ""
    kind: str = ""
    query: Query = field(default_factory=lambda: Query(""))

    def states(self) -> frozenset[TextState]:
        if self.state == "all":
            return frozenset(TextState)
        return frozenset({TextState(self.state)}) if self.state else OPEN_STATES


@dataclass(frozen=True)
class LanguageCounts:
    """How many texts of each state there are in a language."""

    locale: str
    by_state: Mapping[TextState, int]

    @property
    def is_done(self) -> bool:
        return not any(self.by_state.get(state) for state in OPEN_STATES)


def counts(work: WorkList, reach: Reach) -> list[LanguageCounts]:
    """Return the counts for each language in which there are texts for this person."""
    found = []
    for locale, every in work.by_locale.items():
        by_state = Counter(each.state for each in every if reach.has(each.piece, locale))
        if by_state:
            found.append(LanguageCounts(locale, by_state))
    return found


def filtered(work: WorkList, reach: Reach, asked: Filter) -> list[Work]:
    """Return the texts that a list shows, in the order in which they are needed.

    The first search among 25,000 texts takes about two seconds: call it in a thread.
    """
    return list(_matching(work, reach, asked))


@lru_cache(maxsize=FOLDED)
def _folded(text: str) -> str:
    return search_key(text)


def _matching(work: WorkList, reach: Reach, asked: Filter) -> Iterator[Work]:
    states, words = asked.states(), asked.query.words
    for each in work.by_locale.get(asked.locale, ()):
        if each.state not in states or (asked.kind and each.piece.kind != asked.kind):
            continue
        if not reach.has(each.piece, asked.locale):
            continue
        if words:
            text = _folded(each.piece.source.text)
            if each.found is not None:
                text += "\n" + _folded(each.found.text)
            if not all(word in text for word in words):
                continue
        yield each


def around(work: WorkList, reach: Reach, asked: Filter, piece: Piece) -> tuple[Work | None, Work | None]:
    """Return the texts before and after this one in the list, whether it is in the list or not.

    After the last one comes the first one that is left.
    """
    at = work.sources.place_of[piece.key]
    places = work.sources.place_of
    others = [each for each in filtered(work, reach, asked) if each.piece.key != piece.key]
    before = [each for each in others if places[each.piece.key] < at]
    after = [each for each in others if places[each.piece.key] > at]
    return (before[-1] if before else None, after[0] if after else (before[0] if before else None))


def of_kind(name: str) -> str:
    """Return the name of a kind, "" for an unknown one."""
    return name if name in frozenset(TextKind) else ""


def of_state(name: str) -> str:
    """Return the name of a state or "all", "" for an unknown one."""
    return name if name == "all" or name in frozenset(TextState) else ""
