"""What stands beside a text while it is translated: terms of the topic scheme in both languages, and how the same
sentences were translated before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from matching.affinity import Scheme, suggest
from matching.affinity.languages import primary
from server.models import Delegate, Registration, Translation, TranslationState
from server.models.base import TEXT
from server.names import own_spelling
from server.translations.reading import ORDER, Translations
from server.translations.sources import Piece, Sources, sentences

MOST_TERMS = 6
MOST_NAMES = 12  # of a topic in the target language
MOST_BEFORE = 8  # earlier translations that are shown
MOST_ALIKE = 50  # other texts with the same sentence that are looked at
MOST_SENTENCES = 60  # of a text that are looked up


@dataclass(frozen=True)
class TopicTerms:
    """Words of a text that name a topic, and names of the topic in the other language, its label first."""

    words: Sequence[str]
    names: Sequence[str]


@dataclass(frozen=True)
class EarlierTranslation:
    """A sentence of another text that the text has, too, with its translation. is_checked: somebody vouches for it."""

    sentence: str
    translation: str
    is_checked: bool


def terms_in(text: str, locale: str, target: str, topics: Scheme) -> list[TopicTerms]:
    """Return the topics that the text names by their terms, the most important first."""
    read, found = text[:TEXT], []
    for each in suggest(read, primary(locale), topics):
        words = dict.fromkeys(read[start:end] for start, end in each.named)
        names = topics.topics[each.topic].names(primary(target))[:MOST_NAMES]
        if words and names:
            found.append(TopicTerms(list(words), names))
    return found[:MOST_TERMS]


def earlier_translations(
    piece: Piece, target: str, sources: Sources, translations: Translations
) -> list[EarlierTranslation]:
    """Return how people translated sentences of this text in other texts, one for each sentence, in its order.

    Translations of a text count sentence by sentence if they have as many sentences as the text.
    """
    found: list[EarlierTranslation] = []
    for sentence in list(dict.fromkeys(sentences(piece.source.text)))[:MOST_SENTENCES]:
        alike = sources.by_sentence.get((primary(piece.source.locale), sentence.casefold()), ())[:MOST_ALIKE]
        before = [
            known
            for other, place in alike
            # Texts that translators may not read are not quoted elsewhere.
            if other.key != piece.key and (other.is_open or other.party_id == piece.party_id)
            for known in _known(other, place, target, translations)
        ]
        if before:
            state, translation = min(before, key=lambda known: ORDER.index(known[0]))
            found.append(EarlierTranslation(sentence, translation, state is TranslationState.CHECKED))
    return found[:MOST_BEFORE]


def _known(other: Piece, place: int, target: str, translations: Translations) -> list[tuple[TranslationState, str]]:
    if other.written is not None:
        text, state = other.written.get(target, ""), TranslationState.CHECKED
    else:
        stored = translations.of(other.source).get(target)
        if stored is None or stored.source_hash != other.hash or stored.state is TranslationState.MACHINE:
            return []
        text, state = stored.text, stored.state
    parts = sentences(text)
    is_alike = len(parts) == len(sentences(other.source.text))
    return [(state, parts[place])] if is_alike and parts else []


@dataclass(frozen=True)
class History:
    """Who wrote and checked a translation, and when.

    author, checker: names, "" if unknown, or if the author of the original did it: then by_author, checked_by_author.
    source: the text that was translated, None if unknown. engine: the program that drafted it, or "". checked_at: None
    if nobody has checked it.
    """

    written_at: datetime
    source: str | None = None
    author: str = ""
    is_by_author: bool = False
    engine: str = ""
    checker: str = ""
    is_checked_by_author: bool = False
    checked_at: datetime | None = None


async def history_of(piece: Piece, translation_id: int, locale: str) -> History | None:
    """Return the history of a translation for readers of `locale`. Three queries."""
    row = await Translation.get_or_none(id=translation_id).select_related("author", "checker")
    if row is None:
        return None
    authors: set[Any] = set(await Registration.filter(id=piece.party_id or 0).values_list("person_id", flat=True))
    authors |= set(await Delegate.filter(registration_id=piece.party_id or 0).values_list("person_id", flat=True))
    is_by_author, is_checked_by_author = (
        person_id is not None and person_id in authors for person_id in (row.author_id, row.checker_id)
    )
    return History(
        written_at=row.updated_at,
        source=row.source_text,
        author="" if row.author is None or is_by_author else own_spelling(row.author, locale),
        is_by_author=is_by_author,
        engine=row.engine,
        checker="" if row.checker is None or is_checked_by_author else own_spelling(row.checker, locale),
        is_checked_by_author=is_checked_by_author,
        checked_at=row.checked_at,
    )
