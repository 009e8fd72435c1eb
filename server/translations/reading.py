"""Which text a reader sees: a translation into their language, or the text as it was written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from i18n import direction_of, tag_of
from i18n.locale import SOURCE
from matching.affinity.languages import primary
from server.memory import Counts, remembered
from server.models import Delegate, Need, Part, Registration, TextField, Translation, TranslationState
from server.needs.disclosure import ShownNeed
from server.translations import texts
from server.translations.texts import EventField, SourceText, TextKey

# Best first.
ORDER = (TranslationState.CHECKED, TranslationState.HUMAN, TranslationState.MACHINE)
CHARACTERS_OF_ROW = 1000  # what a row weighs in memory


class Translated(NamedTuple):
    """A translation as it is stored. id: of its row."""

    id: int
    locale: str
    text: str
    state: TranslationState
    source_hash: str


@dataclass(frozen=True, slots=True)
class Written:
    """A text for a reader. state: of the translation that is shown, None for the original. is_stale: the original has
    changed since. is_foreign: the reader reads the language of `text` neither as their own nor as a further one.
    """

    text: str
    locale: str
    original: str
    original_locale: str
    state: TranslationState | None = None
    is_stale: bool = False
    is_foreign: bool = False

    @property
    def is_sure(self) -> bool:
        """Whether a person vouches for the text: it is the original, or a translation that is neither a draft nor
        stale.
        """
        return self.state is not TranslationState.MACHINE and not self.is_stale

    @property
    def tag(self) -> str:
        return tag_of(self.locale)

    @property
    def direction(self) -> str:
        return direction_of(self.locale)

    @property
    def original_tag(self) -> str:
        return tag_of(self.original_locale)

    @property
    def original_direction(self) -> str:
        return direction_of(self.original_locale)

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Translations:
    """All translations of an event, by text and then by locale; shared by all readers."""

    found: Mapping[TextKey, Mapping[str, Translated]] = field(default_factory=dict)

    @property
    def weight(self) -> int:
        """How many rows they weigh in memory."""
        every = (each for some in self.found.values() for each in some.values())
        return sum(1 + len(each.text) // CHARACTERS_OF_ROW for each in every)

    def of(self, source: SourceText) -> Mapping[str, Translated]:
        """Return the translations of a text by locale."""
        return self.found.get(source.key, {})

    def all_of(self, row_id: int, *fields: TextField) -> list[str]:
        """Return every translation of texts of a row, in any language and state: for searches."""
        some = (self.found.get(TextKey(name, row_id), {}) for name in fields)
        return [each.text for by_locale in some for each in by_locale.values()]

    def current(self, source: SourceText) -> Iterable[Translated]:
        """Return the translations of the text as it is now, best first."""
        now = texts.hash_of(source.text)
        fresh = (each for each in self.of(source).values() if each.source_hash == now)
        return sorted(fresh, key=lambda each: (ORDER.index(each.state), each.locale))


NONE = Translations()
NO_ROW = TextKey(EventField.NAME, 0)


async def translations_of(event_id: int, counts: Counts | None = None) -> Translations:
    """Return the translations of an event. One query if none has changed, else two.

    counts: as for `memory.remembered`.
    """
    return await remembered(
        event_id, "translations", [Part.TEXTS], lambda: _read(event_id), counts=counts, weigh=lambda it: it.weight
    )


async def _read(event_id: int) -> Translations:
    owners = ("registration_id", "need_id", "delegate_id")
    rows = Translation.filter(event_id=event_id).order_by("id")
    found: dict[TextKey, dict[str, Translated]] = {}
    columns = ("field", "id", "locale", "text", "state", "source_hash")
    for *ids, name, id, locale, text, state, source_hash in await rows.values_list(*owners, *columns):
        owner = next(each for each in ids if each is not None)
        one = Translated(id, locale, text, TranslationState(state), source_hash)
        found.setdefault(TextKey(TextField(name), owner), {})[locale] = one
    return Translations(found)


@dataclass(frozen=True)
class TextReader:
    """Shows the texts of an event to one reader. locale: of the page. reads: further languages, as primary tags, those
    known best first.
    """

    translations: Translations
    locale: str
    reads: Sequence[str] = ()

    def words(self, sources: Iterable[SourceText]) -> str:
        """Return what the reader can search: the texts as written and as shown, a line each."""
        both = ((each.text, self.shown(each).text) for each in sources)
        return "\n".join(dict.fromkeys(text for pair in both for text in pair if text))

    def shown(self, source: SourceText) -> Written:
        """Return the text for the reader: the original if they read its language; else the translation into their
        language; else a checked one into a further language of theirs; else the original.
        """
        if not source.text.strip() or not source.locale or self._is_own(source.locale):
            return self._original(source)
        there = self.translations.of(source)
        own = there.get(self.locale) or next((each for code, each in there.items() if self._is_own(code)), None)
        found = own or self._checked(source, there.values())
        if found is None:
            return self._original(source)
        is_stale = found.source_hash != texts.hash_of(source.text)
        return Written(found.text, found.locale, source.text, source.locale, found.state, is_stale)

    def _checked(self, source: SourceText, there: Iterable[Translated]) -> Translated | None:
        if primary(source.locale) in self.reads:
            return None
        checked = (each for each in there if each.state is TranslationState.CHECKED)
        further = [each for each in checked if primary(each.locale) in self.reads]
        return min(further, key=lambda each: self._place(each.locale), default=None)

    def _original(self, source: SourceText) -> Written:
        is_read = not source.locale or self._is_own(source.locale) or primary(source.locale) in self.reads
        return Written(source.text, source.locale, source.text, source.locale, is_foreign=not is_read)

    def _is_own(self, locale: str) -> bool:
        return primary(locale) == primary(self.locale)

    def _place(self, locale: str) -> int:
        """Return how many of the reader's further languages are known better than this one."""
        language = primary(locale)
        return self.reads.index(language) if language in self.reads else len(self.reads)

    def of_event(self, many: Mapping[str, str]) -> Written:
        """Return a text of the event, {locale: text}: in the reader's language; else in a further one of theirs; else
        in English or another one, marked as foreign.
        """
        filled = {code: text for code, text in many.items() if text.strip()}

        def rank(code: str) -> tuple[bool, bool, int, bool]:
            return code != self.locale, not self._is_own(code), self._place(code), code != SOURCE

        code = min(filled, key=rank, default="")
        text = filled.get(code, "")
        return self._original(SourceText(NO_ROW, text, code))

    # For templates -----------------------------------------------------------------------------------------------

    def title(self, need: Need | ShownNeed) -> Written:
        return self.shown(texts.of_need(need, TextField.TITLE))

    def text(self, need: Need | ShownNeed) -> Written:
        return self.shown(texts.of_need(need, TextField.TEXT))

    def tried(self, need: Need | ShownNeed) -> Written:
        return self.shown(texts.of_need(need, TextField.TRIED))

    def acceptance(self, need: Need | ShownNeed) -> Written:
        return self.shown(texts.of_need(need, TextField.ACCEPTANCE))

    def headline(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.HEADLINE))

    def offer(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.OFFER))

    def results(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.RESULTS))

    def patents(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.PATENTS))

    def note(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.NOTE))

    def affiliation(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.AFFILIATION))

    def position(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.POSITION))

    def degree(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.DEGREE))

    def description(self, party: Registration) -> Written:
        return self.shown(texts.of_party(party, TextField.DESCRIPTION))

    def delegate_position(self, delegate: Delegate, locale: str) -> Written:
        """Return a delegate's position. locale: the language that it most likely has."""
        return self.shown(texts.of_delegate(delegate, locale))
