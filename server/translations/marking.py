"""Texts of participants where no markup can mark them: in calendars, e-mails and files."""

from collections.abc import Iterable, Iterator, Mapping

from i18n import Message, Translator, _, formats, pgettext_
from server.models import TranslationState
from server.translations.reading import Written


def told(written: Written, locale: str) -> str:
    """Return the text with its marks in words of the reader's language, "" for an empty text."""
    found = marked(written, locale)
    return found if isinstance(found, str) else Translator(locale).translate(found)


def file_properties(shown: Iterable[Written], locale: str) -> Mapping[str, str]:
    """Return the properties of a file with these texts: that it has machine translations, if it has some."""
    return machine_properties(locale) if any(each.state is TranslationState.MACHINE for each in shown) else {}


def machine_properties(locale: str) -> Mapping[str, str]:
    """Return the properties of a file with machine translations."""
    translate = Translator(locale).translate
    return {
        "comments": translate(_("This file contains machine translations that are not checked.")),
        "keywords": translate(pgettext_("state of a translation", "Machine draft")),
    }


def marked(written: Written, locale: str) -> str | Message:
    """Return the text with what readers of a language have to know about it, as `texts.html` marks it on pages."""
    found: str | Message = written.text
    for mark in _marks(written, locale):
        # Translators: title: the title of a need or another short text. mark: such as Machine draft, unchecked
        found = pgettext_("label", "%(title)s [%(mark)s]", title=found, mark=mark)
    return found


def _marks(written: Written, locale: str) -> Iterator[Message]:
    if written.is_stale:
        yield _("Translation of an earlier text")
    if written.state is TranslationState.MACHINE:
        yield _("Machine draft, unchecked")
    elif written.state is TranslationState.HUMAN and not written.is_stale:
        yield pgettext_("status", "Translation, unchecked")
    if written.is_foreign:
        language = formats.language(written.tag.partition("-")[0], locale)
        # Translators: language: of a text that nobody has translated yet
        yield _("Not translated yet: %(language)s", language=language)
