"""Quotations of one side of a match for a reader, from the texts that they see."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from i18n import formats, tag_of
from matching import affinity
from matching.affinity import TextSpan
from matching.affinity.languages import primary
from server.scores.quoting import Quote, passage, quote
from server.translations import sides
from server.translations.reading import NONE, TextReader, Translations
from server.translations.sides import SideText
from server.translations.texts import SourceText

TERM_QUOTE = 90
QUOTES_SHOWN = 3


@dataclass(frozen=True)
class ReasonSide:
    """One side of a reason: its quotations, or the label of a chosen topic. locale: language of the quotations.

    language: its name, if the reader does not read it. is_draft: a translation by a machine that nobody has checked.
    is_stale: a translation of an earlier text.
    """

    quotes: tuple[Quote, ...]
    topic: str
    locale: str
    language: str = ""
    is_translation: bool = False
    is_draft: bool = False
    is_stale: bool = False


@dataclass(frozen=True)
class ReasonReader:
    """The reader of reasons: locale and topic scheme. reads: further languages as primary tags. translations: of the
    event.
    """

    locale: str
    topics: affinity.Scheme
    reads: Sequence[str] = ()
    translations: Translations = NONE

    @property
    def texts(self) -> TextReader:
        """What decides which text the reader sees."""
        return TextReader(self.translations, self.locale, self.reads)

    def label(self, topic: str | None) -> str:
        return self.topics.label(str(topic), self.locale)

    def foreign(self, locale: str) -> str:
        """Return the name of a text's language if the reader does not read it, else ""."""
        is_read = not locale or primary(locale) in {primary(self.locale), *self.reads}
        return "" if is_read else formats.language(primary(locale), self.locale)


class SideQuotes:
    """Quotations of one side, from the text that the reader sees as far as they may see it.

    Words in common may also be quoted from the texts that scores compare.
    """

    def __init__(self, pieces: Sequence[SourceText], reader: ReasonReader) -> None:
        self.seen = sides.seen(pieces, reader.texts)
        self._compared, self._reader = sides.compared(pieces, reader.translations), reader

    @property
    def text(self) -> str:
        return self.seen.words

    @property
    def locale(self) -> str:
        return self.seen.locale

    @cached_property
    def _speaking(self) -> Mapping[str, tuple[int, int]]:
        """Where the text first mentions each topic."""
        found = affinity.suggest(self.text, tag_of(self.locale) or None, self._reader.topics)
        return {each.topic: each.at[0] for each in found if each.at}

    def of_topics(self, topics: Iterable[tuple[str, TextSpan | None]]) -> ReasonSide:
        """Return the side for topics: quotations at the places, else from the text, else from the original, else the
        first topic's label.
        """
        topics = list(topics)
        label = self._reader.label(topics[0][0])
        quotes = [quote(self.text, *at) for topic, place in topics if (at := self._at(topic, place))]
        if not quotes and self._compared:
            original = self._compared[0]
            known = (at for _topic, at in topics if at and at.text == 0 and at.end <= len(original.words))
            if said := [quote(original.words, at.start, at.end) for at in known]:
                return self._side(original, said, label)
        return self._side(self.seen, quotes, label)

    def of_terms(self, places: Iterable[TextSpan | None]) -> ReasonSide:
        """Return quotations from the text that the reader sees, else from the text that was compared."""
        there = [at for at in places if at]
        if not any(map(self.holds, there)) and there and 0 <= there[0].text < len(self._compared):
            other = self._compared[there[0].text]
            quotes = [quote(other.words, at.start, at.end, TERM_QUOTE) for at in there if at.text == other.index]
            return self._side(other, quotes)
        return self._side(self.seen, [quote(self.text, at.start, at.end, TERM_QUOTE) for at in there if self.holds(at)])

    def of_passages(self, places: Iterable[TextSpan | None]) -> ReasonSide:
        return self._side(self.seen, [passage(self.text, at.start, at.end) for at in places if at and self.holds(at)])

    def _at(self, topic: str, place: TextSpan | None) -> tuple[int, int] | None:
        return (place.start, place.end) if place and self.holds(place) else self._speaking.get(topic)

    def holds(self, place: TextSpan | None) -> bool:
        """Return whether a place is in the text that the reader sees."""
        return place is not None and place.text == self.seen.index and place.end <= len(self.text)

    def _side(self, text: SideText, quotes: Iterable[Quote], topic: str = "") -> ReasonSide:
        """Return the side; a sentence that is already quoted is not quoted again for other words."""
        kept = {each.text: each for each in reversed(list(quotes))}
        shown = tuple(each for each in reversed(kept.values()))[:QUOTES_SHOWN]
        return ReasonSide(
            shown,
            topic,
            text.locale,
            self._reader.foreign(text.locale),
            is_translation=text.index != 0,
            is_draft=text.is_draft,
            is_stale=text.is_stale,
        )
