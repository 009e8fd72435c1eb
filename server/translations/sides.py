"""The texts of an expert or a need that scores compare: as written, and in each language into which they were
translated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from i18n import tag_of
from matching.affinity.languages import primary
from server.models import Registration, TextField, TranslationState
from server.needs.disclosure import ShownNeed
from server.translations import texts
from server.translations.reading import TextReader, Translated, Translations
from server.translations.texts import SourceText
from server.visible import as_seen

# In the order of `ShownNeed.words`. Notes to meeting partners are left out: they are about the meeting, not the topic.
SCORED_FIELDS = (TextField.TITLE, TextField.TEXT, TextField.ACCEPTANCE)
EXPERTISE_FIELDS = (TextField.HEADLINE, TextField.OFFER, TextField.RESULTS)
NOT_COMPARED = -1


@dataclass(frozen=True, slots=True)
class SideText:
    """The words of one side in one language. is_draft: a machine translated a part, and nobody has checked it.

    index: of the text in the request, as in positions of evidence; NOT_COMPARED for a text that is only shown.
    is_stale: a part translates an earlier text.
    """

    words: str
    locale: str
    index: int = 0
    is_draft: bool = False
    is_stale: bool = False

    def document(self) -> dict[str, Any]:
        """Return the text as in `affinity-request/1`."""
        lang = {"lang": tag_of(self.locale)} if self.locale else {}
        return {"text": self.words, **lang, **({"draft": True} if self.is_draft else {})}


def of_need(need: ShownNeed) -> list[SourceText]:
    """Return title, text and acceptance indicators of a need, without hidden and empty ones."""
    return [each for field in SCORED_FIELDS if (each := texts.of_need(need, field)).text]


def of_expert(party: Registration) -> list[SourceText]:
    """Return headline, offer and results of an expert, without empty ones, and without what not every enterprise may
    read: reasons quote from these.
    """
    shown = as_seen(party, is_agreed=False)
    return [each for field in EXPERTISE_FIELDS if (each := texts.of_party(shown, field)).text]


def compared(pieces: Sequence[SourceText], translations: Translations) -> list[SideText]:
    """Return the texts that scores compare, the original first. Stale translations are left out."""
    if not pieces:
        return []
    found = [SideText(_joined([each.text for each in pieces]), pieces[0].locale)]
    for locale, some in _translated(pieces, translations):
        is_draft = any(each.state is TranslationState.MACHINE for each in some)
        found.append(SideText(_joined([each.text for each in some]), locale, len(found), is_draft))
    return found


def seen(pieces: Sequence[SourceText], reader: TextReader) -> SideText:
    """Return the text that a reader sees and from which reasons quote: the translation if every piece has one."""
    shown = [reader.shown(each) for each in pieces]
    locales = {each.locale for each in shown}
    every = compared(pieces, reader.translations)
    if not every:
        return SideText("", "")
    if not all(each.state for each in shown) or len(locales) > 1:
        return every[0]
    if any(each.is_stale for each in shown):
        is_draft = any(each.state is TranslationState.MACHINE for each in shown)
        return SideText(_joined([each.text for each in shown]), shown[0].locale, NOT_COMPARED, is_draft, is_stale=True)
    return next((each for each in every if {each.locale} == locales), every[0])


def _translated(pieces: Sequence[SourceText], translations: Translations) -> Iterator[tuple[str, list[Translated]]]:
    """Yield locale and translations of all pieces that have one."""
    if not translations.found:
        return
    current = [{each.locale: each for each in translations.current(piece)} for piece in pieces]
    own = primary(pieces[0].locale)
    for locale in sorted({locale for some in current for locale in some if primary(locale) != own}):
        yield locale, [some[locale] for some in current if locale in some]


def _joined(words: Sequence[str]) -> str:
    # As `ShownNeed.words`: positions of evidence count from the start of the title.
    return "\n".join(words)
