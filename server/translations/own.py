"""Texts that their author writes in several languages on one form: fields `<name>_in_<locale>` beside `<name>`.

They are saved as checked translations, in the transaction that saves the form.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic import Field, field_validator

from i18n import LOCALES, InterfaceLocale, _, ngettext_
from i18n.text import TextError, clean_line, clean_text
from matching.affinity.languages import primary
from server.db import atomic
from server.edits import Edit
from server.forms import Fault, Fields
from server.models import Event, Person, TextField
from server.translations import service
from server.translations.forms import is_other_script
from server.translations.reading import Translations
from server.translations.texts import ENTERPRISE_FIELDS, LIMITS, NEED_FIELDS, PROFILE_FIELDS, TextKey, hash_of
from server.values import UNSET

NAME = re.compile(r"([a-z]+)_in_([A-Za-z_]+)")
FIELDS: Mapping[str, TextField] = {each.value: each for each in (*NEED_FIELDS, *PROFILE_FIELDS, *ENTERPRISE_FIELDS)}


class OwnText(NamedTuple):
    """A text of a form in another language, "" for none."""

    field: TextField
    locale: str
    text: str

    @property
    def name(self) -> str:
        return name_of(self.field, self.locale)


def name_of(field: TextField, locale: str) -> str:
    """Return the name of the form field of a text in another language."""
    return f"{field.value}_in_{locale}"


def _parts(name: str) -> tuple[TextField, str] | None:
    found = NAME.fullmatch(name)
    if found is None or found[1] not in FIELDS or found[2] not in LOCALES:
        return None
    return FIELDS[found[1]], found[2]


class InOtherLanguages(Fields):
    """Base class of forms whose author may write some texts in other languages, too. others: by name of the field."""

    others: dict[str, str] = Field(default={}, exclude=True)

    @classmethod
    def gathered(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        sent = {name: value for name, value in values.items() if isinstance(value, str) and _parts(name)}
        return {**super().gathered(values), "others": sent}

    @field_validator("others")
    @classmethod
    def _cleaned(cls, others: dict[str, str]) -> dict[str, str]:
        cleaned: dict[str, str] = {}
        faults: dict[str, Fault] = {}
        for name, typed in others.items():
            try:
                cleaned[name] = _fitting(name, typed)
            except Fault as fault:
                faults[name] = fault
        if faults:
            first = next(iter(faults))
            also = {name: fault.message for name, fault in faults.items() if name != first}
            raise Fault(faults[first].message, first, code=faults[first].code, also=also)
        return cleaned

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if not self.has("others"):
            return
        for each in self.own_texts():
            original = self.valid(each.field.value)
            if original is not UNSET and each.text and is_other_script(each.text, each.locale, original):
                language = LOCALES[each.locale].endonym
                # Translators: language: its own name for itself, such as Русский
                said = _("This text is not written in the script of this language: %(language)s.", language=language)
                yield Fault(said, each.name, code="other-script")

    def own_texts(self) -> list[OwnText]:
        """Return the texts in other languages."""
        return [OwnText(*parts, text) for name, text in self.others.items() if (parts := _parts(name))]


def _fitting(name: str, typed: str) -> str:
    """Return a text cleaned. Raises Fault if it is too long."""
    parts = _parts(name)
    assert parts is not None
    limit = LIMITS[parts[0]]
    try:
        text = (clean_line if limit.is_line else clean_text)(typed)
    except TextError as refused:
        raise Fault(refused.message, name, code=refused.code) from None
    if len(text) > limit.most:
        # Translators: length: how many characters the text has
        said = ngettext_(
            "This text can have at most %(num)s character. Now: %(length)s.",
            "This text can have at most %(num)s characters. Now: %(length)s.",
            limit.most,
            length=len(text),
        )
        raise Fault(said, name, code="string-too-long")
    return text


@atomic
async def saved_with(
    event: Event, act: Callable[[], Awaitable[int]], given: Sequence[OwnText], *, by: Person, edit: Edit
) -> None:
    """Run act and save texts in other languages in one transaction. Raises EditConflict, and what act raises.

    act: saves the form, and returns the id of the need or registration whose texts these are.
    """
    row_id = await act()
    offered = [each for each in given if each.locale in event.locales]
    wanted = {each.name: each.text for each in offered}
    stored = {each.name: await service.stored(TextKey(each.field, row_id), each.locale) for each in offered}
    changed = edit.texts(wanted, {name: row.text if row else "" for name, row in stored.items()})
    for each in offered:
        if each.name in changed:
            await service.put(event, TextKey(each.field, row_id), each.locale, changed[each.name], by)


# What a form shows -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OtherLanguage:
    """A language in which the author may write the texts, too. is_stale: the original has changed since."""

    locale: InterfaceLocale
    is_filled: bool
    is_stale: bool


def languages(event: Event, written_in: str) -> list[str]:
    """Return the languages of the event in which a text can be written beside its own. written_in: its language."""
    return [code for code in event.locales if code in LOCALES and primary(code) != primary(written_in)]


def columns(
    translations: Translations, fields: Sequence[TextField], row_id: int | None, locales: Sequence[str]
) -> dict[str, str]:
    """Return the texts in other languages by name of their form field, "" if there is none.

    row_id: of the need or registration, None for a new one.
    """
    return {
        name_of(each, code): found.text if (found := _found(translations, each, row_id, code)) else ""
        for code in locales
        for each in fields
    }


def _found(translations: Translations, field: TextField, row_id: int | None, locale: str) -> Any:
    return translations.found.get(TextKey(field, row_id), {}).get(locale) if row_id is not None else None


def shown(
    translations: Translations, originals: Mapping[TextField, str], row_id: int | None, locales: Sequence[str]
) -> list[OtherLanguage]:
    """Return the languages for the form. originals: the texts as stored."""
    every = []
    for code in locales:
        found = [(each, _found(translations, each, row_id, code)) for each in originals]
        stale = [row is not None and row.source_hash != hash_of(originals[each]) for each, row in found]
        every.append(OtherLanguage(LOCALES[code], any(row is not None for _each, row in found), any(stale)))
    return every
