"""The form of a translation. What fits depends on the text that is translated: see `context_of`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, ValidationInfo

from i18n import LOCALES, _, ngettext_, tag_of
from matching.affinity.languages import contradicts, script
from server.forms import Fault, Fields, Line, Text
from server.translations.texts import SourceText, TextLimit

_WORD = re.compile(r"[^\W\d_]+")


def context_of(source: SourceText, locale: str, limit: TextLimit) -> Mapping[str, Any]:
    """Return the validation context for a translation of the text into the language."""
    return {"source": source.text, "locale": locale, "most": limit.most}


def is_other_script(text: str, locale: str, source: str) -> bool:
    """Return whether a translation is written only in letters that its language does not use.

    Names, formulas and codes that the source has in the same Latin letters may stay: every reader knows these.
    """
    if not contradicts(tag_of(locale), text):
        return False
    original = source.casefold()
    return not all(word in original and script(word) in ("latin", "") for word in _WORD.findall(text.casefold()))


def _fitting(text: str, info: ValidationInfo) -> str:
    if not any(char.isprintable() and not char.isspace() for char in text):
        return ""
    context = info.context or {}
    most = context.get("most", 0)
    if len(text) > most:
        # Translators: length: how many characters the text has
        raise Fault(
            ngettext_(
                "This text can have at most %(num)s character. Now: %(length)s.",
                "This text can have at most %(num)s characters. Now: %(length)s.",
                most,
                length=len(text),
            ),
            code="string-too-long",
        )
    if is_other_script(text, context["locale"], context["source"]):
        language = LOCALES[context["locale"]].endonym
        # Translators: language: its own name for itself, such as Русский
        raise Fault(_("This text is not written in the script of this language: %(language)s.", language=language),
                    code="other-script")  # fmt: skip
    return text


class LineTranslationFields(Fields):
    """A translation of one line, empty if there is none yet. seen_source: the text from which it was translated."""

    text: Annotated[Line, AfterValidator(_fitting)] = ""
    seen_source: Text | None = None


class TextTranslationFields(LineTranslationFields):
    """A translation of several lines."""

    text: Annotated[Text, AfterValidator(_fitting)] = ""


def schema_for(limit: TextLimit) -> type[LineTranslationFields]:
    """Return the form for a text with this limit."""
    return LineTranslationFields if limit.is_line else TextTranslationFields
