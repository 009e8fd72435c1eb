"""Languages of a party with levels: form fields and names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from i18n import Message, Translator, _, formats, pgettext_
from server.errors import Refused
from server.forms import Fault, Fields
from server.models import Level, Registration

# Languages of meetings, most frequent first; names come from CLDR.
TALK_LANGUAGES = (
    "zh", "ru", "en", "de", "fr", "es", "ja", "ko", "ar", "uz",
    "kk", "be", "uk", "it", "pt", "tr", "vi", "fa", "hi", "pl",
)  # fmt: skip
LEVELS: Mapping[Level, Message] = {
    Level.BASIC: _("Basic (A1–A2): not enough for a meeting"),
    Level.WORKING: _("Working (B1–B2): enough for a meeting"),
    # Translators: how well somebody speaks a language
    Level.FLUENT: pgettext_("option", "Fluent (C1–C2)"),
}
LEVEL_FIELDS: Mapping[str, str] = {f"levels.{tag}": f"level_{tag}" for tag in TALK_LANGUAGES}
ONE_ABOVE_BASIC = _(
    "Choose a level above basic for at least one language: the basic level is not enough for a meeting."
)


class BasicOnly(Refused):
    """No language of the party is above the basic level."""

    field = "languages"

    def __init__(self) -> None:
        super().__init__(ONE_ABOVE_BASIC)


def known_languages(tags: list[str]) -> list[str]:
    """Return the tags without repetitions, in order. Raises Fault for tags outside TALK_LANGUAGES."""
    if unknown := [tag for tag in tags if tag not in TALK_LANGUAGES]:
        # Translators: language: what was typed for a language
        raise Fault(_("This language is not known: %(language)s.", language=unknown[0][:20]), code="unknown-language")
    return list(dict.fromkeys(tags))


Languages = Annotated[list[str], Field(max_length=len(TALK_LANGUAGES)), AfterValidator(known_languages)]


def _known_levels(typed: Mapping[str, Any]) -> dict[str, str]:
    stated = {tag: str(level) for tag, level in typed.items() if str(level).strip()}
    for tag, level in stated.items():
        if level not in set(Level):
            raise Fault(_("Choose one of the options."), f"level_{tag}", code="not-an-option")
    return stated


def _of_each_language(levels: dict[str, Level], info: ValidationInfo) -> dict[str, Level]:
    """Return levels of the ticked languages: as typed, else as saved, else the working level."""
    saved = (info.context or {}).get("levels") or {}
    return {tag: levels.get(tag) or Level(saved.get(tag, Level.WORKING)) for tag in info.data.get("languages", ())}


Levels = Annotated[dict[str, Level], BeforeValidator(_known_levels), AfterValidator(_of_each_language)]


class SpokenFields(Fields):
    """The languages of a party. Levels come in separate fields, such as level_zh=basic."""

    languages: Annotated[Languages, Field(min_length=1)]
    levels: Levels = Field(default={}, validate_default=True)

    @classmethod
    def gathered(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        given = values.get("levels")
        chosen = {tag: values[name] for tag in TALK_LANGUAGES if (name := f"level_{tag}") in values}
        return {**values, "levels": {**(given if isinstance(given, Mapping) else {}), **chosen}}

    def across(self) -> Iterator[Fault]:
        if self.has("languages", "levels") and set(self.levels.values()) == {Level.BASIC}:
            yield Fault(ONE_ABOVE_BASIC, "languages", code="basic-only")


def saved_levels(party: Registration | None) -> Mapping[str, Any]:
    """Return the validation context for languages: the saved levels."""
    return {"levels": party.levels if party is not None else None}


def level_values(levels: Mapping[str, str] | None) -> dict[str, str]:
    """Return form values from {tag: level}."""
    return {f"level_{tag}": str(level) for tag, level in (levels or {}).items()}


def language_choices(locale: str) -> dict[str, Any]:
    """Return the options of the form."""
    tr = Translator(locale).translate
    return {
        "languages": [(tag, formats.language(tag, locale)) for tag in TALK_LANGUAGES],
        "levels": [(str(level), tr(label)) for level, label in LEVELS.items()],
    }


def languages_with_levels(party: Registration, locale: str) -> list[str]:
    """Return the names of a party's languages, each with its level if one is stored."""
    return named_with_levels(party.languages, party.levels, locale)


def named_with_levels(tags: Iterable[str], levels: Mapping[str, str] | None, locale: str) -> list[str]:
    """Return the names of languages with levels that are not stored yet."""
    tr = Translator(locale).translate
    stated = levels or {}
    names = [(formats.language(tag, locale), stated.get(tag)) for tag in tags]
    return [tr(_with_level(name, Level(level))) if level else name for name, level in names]


def _with_level(name: str, level: Level) -> Message:
    return {
        # Translators: language: the name of a language by itself; in brackets, how well somebody speaks it
        Level.BASIC: pgettext_("label", "%(language)s (basic)", language=name),
        # Translators: language: the name of a language by itself; it is spoken well enough for a meeting
        Level.WORKING: pgettext_("label", "%(language)s (working level)", language=name),
        # Translators: language: the name of a language by itself; it is spoken very well
        Level.FLUENT: pgettext_("label", "%(language)s (fluent)", language=name),
    }[level]
