"""The answers of a draft, for its person to check before giving consent. Each section leads back to its step."""

from collections.abc import Sequence
from dataclasses import dataclass

from i18n import Message, Translator, _, formats, pgettext_
from server.events.presence import usable_slots
from server.models import Event, Person, Registration, Side
from server.names import country_of
from server.profiles import MODES
from server.registrations.labels import LABELS
from server.registrations.showing import delegate_row
from server.registrations.steps import STEPS
from server.schemes import scheme_of
from server.speaking import languages_with_levels

Answer = tuple[Message, str]
OF_WORK = ("affiliation", "position", "degree", "headline", "offer", "results", "patents", "note")


@dataclass(frozen=True)
class AnswersOfStep:
    """step: name of the step. answers: (label, text), "" where nothing was entered."""

    step: str
    label: str
    answers: Sequence[tuple[str, str]]


async def answers_of(party: Registration | None, person: Person, locale: str) -> Sequence[AnswersOfStep]:
    """Return the answers of a draft by step; nothing for a registration that is complete. At most five queries."""
    if party is None or (party.registered_at is not None and party.withdrawn_at is None):
        return ()
    tr = Translator(locale).translate
    found = {"presence": await _presence(party, locale)}
    if party.side == Side.EXPERT:
        event = await Event.get(id=party.event_id)
        found |= {"work": _work(party, person, event, locale), "cooperation": _cooperation(party, locale)}
    else:
        found["profile"] = await _profile(party, person, locale)
    return [
        AnswersOfStep(step.name, tr(step.label), [(tr(label), said) for label, said in found[step.name]])
        for step in STEPS[Side(party.side)]
        if step.name in found
    ]


def _work(party: Registration, person: Person, event: Event, locale: str) -> list[Answer]:
    scheme, country = scheme_of(event), country_of(party)
    topics = [scheme.label(id, locale) if id in scheme.topics else id for id in party.topics]
    return [
        (pgettext_("label", "Full name"), person.full_name),
        (LABELS["latin_name"], person.latin_name),
        (_("Name in Chinese"), person.zh_name),
        (pgettext_("of a person", "Country"), formats.country(country, locale) if country else ""),
        *((LABELS[name], getattr(party, name)) for name in OF_WORK),
        (LABELS["topics"], formats.sequence(topics, locale) if topics else ""),
        (LABELS["readiness"], str(party.readiness or "")),
    ]


def _cooperation(party: Registration, locale: str) -> list[Answer]:
    tr = Translator(locale).translate
    modes = [tr(MODES[mode]) for mode in party.modes if mode in MODES]
    return [(LABELS["modes"], formats.sequence(modes, locale) if modes else ""), _languages(party, locale)]


def _languages(party: Registration, locale: str) -> Answer:
    spoken = languages_with_levels(party, locale)
    return LABELS["languages"], formats.sequence(spoken, locale) if spoken else ""


async def _profile(party: Registration, person: Person, locale: str) -> list[Answer]:
    delegate = await delegate_row(party, person)
    return [
        *((LABELS[name], getattr(party.organisation, name)) for name in ("name", "latin_name", "description")),
        (LABELS["note"], party.note),
        (pgettext_("label", "Full name"), person.full_name),
        (LABELS["position"], delegate.position),
        _languages(party, locale),
    ]


async def _presence(party: Registration, locale: str) -> list[Answer]:
    usable = len((await usable_slots(party.event_id)).intersection(party.available))
    return [
        (pgettext_("label", "Slots"), formats.number(usable, locale)),
        (pgettext_("label", "Meeting limit"), str(party.max_meetings or "")),
    ]
