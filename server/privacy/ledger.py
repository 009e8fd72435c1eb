"""Consents as their person sees them, and what organisers can show an authority: the transfer register and the record
of processing, made of the same rules as the export and the retention.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tortoise.expressions import Q

from i18n import Message, Translator, _, formats, pgettext_
from server.models import Consent, Event, Person, Recipient, Registration, Side
from server.privacy import retention
from server.privacy.inventory import RULES
from server.privacy.periods import SET, Period
from server.privacy.reading import TITLES
from server.privacy.retention import Counted
from server.privacy.tables import Category
from server.registrations.consents import (
    EMBEDDING,
    REGISTRIES,
    TRANSLATION,
    embedding_at,
    lookup_at,
    recipient_code,
    translation_by,
)
from server.settings import Settings

CROSS_BORDER = "cross_border"
PURPOSES: Mapping[Category, Message] = {
    Category.ACCOUNT: _("Identify people, and send them e-mails."),
    Category.ACCESS: _("Let people sign in without a password, and stop misuse."),
    Category.PROFILE: _("Find partners, plan meetings, and show participants to the other side."),
    Category.PASSPORTS: _("Prepare visas and invitations for experts who need them."),
    Category.TEXTS: _("Match needs and offers, and show them in the reader’s language."),
    Category.WISHES: _("Plan the meetings that both sides want."),
    Category.MEETINGS: _("Tell everybody when and where they meet, on pages and in calendars."),
    Category.CONSENTS: _("Prove what people have agreed to."),
    Category.MESSAGES: _("Tell people what has changed for them."),
    Category.UPLOADS: _("Show files to the readers that their owners choose, and import spreadsheets."),
    Category.ACTS: _("Show people what was done on their behalf."),
}
KEPT: Mapping[Period, Message] = {
    Period.SESSIONS: _("Until the sign-in ends, and a month longer."),
    Period.LINKS: _("A month after the link ends; a year for invitations."),
    Period.FORMS: pgettext_("time", "One day."),
    Period.DRAFTS: _("Until the form is saved, two weeks at most."),
    Period.PASSPORTS: _("Until the day that the event sets."),
    Period.WITH_EVENT: _("As long as the event is kept, with ids and without names."),
}
OTHER_SIDE = pgettext_("recipient of data", "The other side of the event")
ORGANISERS = pgettext_("recipient of data", "The organisers")
TRANSLATORS = pgettext_("recipient of data", "Translators and interpreters")
# Where the operators of known services are.
COUNTRIES: Mapping[str, str] = {
    "pub.orcid.org": "US",
    "api.ror.org": "US",
    "api.deepl.com": "DE",
    "api-free.deepl.com": "DE",
    "api.openai.com": "US",
}
SHARED = frozenset({Category.PROFILE, Category.TEXTS, Category.MEETINGS, Category.UPLOADS})


# My consents ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventConsents:
    """The consents of a person for an event, latest first. side: of the registration, "" after it was deleted.

    is_there: whether the person still takes part there, so that consents can be changed.
    """

    event: Event
    rows: Sequence[Consent]
    side: str
    is_there: bool


async def consents_of(person: Person) -> Sequence[EventConsents]:
    """Return all consents that the person ever gave, by event. Two queries."""
    rows = await Consent.filter(person_id=person.id).order_by("-id").select_related("event")
    own = await Registration.filter(Q(person_id=person.id) | Q(delegates__person_id=person.id))
    parties = {party.event_id: party for party in own}
    events = {row.event_id: row.event for row in rows}
    return [
        EventConsents(
            event,
            [row for row in rows if row.event_id == id],
            str(Side(parties[id].side)) if id in parties else "",
            id in parties and parties[id].takes_part,
        )
        for id, event in events.items()
    ]


# The transfer register --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transfer:
    """To whom data goes. country: a text, an ISO code, or "" if unknown. people, everywhere: how many agreed since
    1 January, at this event and at all.
    """

    recipient: str
    country: Message | str
    people: int
    everywhere: int

    def country_in(self, locale: str) -> str:
        """Return the country for a reader, "" if it is unknown."""
        if isinstance(self.country, Message):
            return Translator(locale).translate(self.country)
        return formats.country(self.country, locale) if self.country else ""


async def transfers(event: Event, settings: Settings) -> Sequence[Transfer]:
    """Return the recipients of data abroad, with people whose consent was in force at any time since 1 January."""
    wanted: list[tuple[str, Message | str, dict[str, Any]]] = [
        ("", pgettext_("of a transfer", "The country of the event"), {"purpose": CROSS_BORDER})
    ]
    if host := settings.translations_go_to:
        version = translation_by(host).version
        wanted.append((host, COUNTRIES.get(host, ""), {"purpose": TRANSLATION, "version": version}))
    if host := settings.texts_go_to:
        wanted.append((host, COUNTRIES.get(host, ""), {"purpose": EMBEDDING, "version": embedding_at(host).version}))
    for registry, host in settings.registries.items() if await _asks_registries(event) else ():
        asked = {"purpose": registry, "version": lookup_at(registry, host).version}
        wanted.append((host, COUNTRIES.get(host, ""), asked))
    for each in await Recipient.every.filter(event_id=event.id).order_by("id"):
        wanted.append((each.name, each.country, {"purpose": recipient_code(each.id)}))
    return [
        Transfer(recipient, country, await _people(event_id=event.id, **rows), await _people(**rows))
        for recipient, country, rows in wanted
    ]


async def _asks_registries(event: Event) -> bool:
    """Return whether profiles of the event are or were looked up in registries."""
    return event.suggests_profiles or await Consent.exists(event_id=event.id, purpose__in=list(REGISTRIES))


async def _people(**rows: Any) -> int:
    year = datetime.now(UTC).replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    in_force = Q(withdrawn_at=None) | Q(withdrawn_at__gte=year)
    return len(set(await Consent.filter(in_force, **rows).values_list("person_id", flat=True)))


# The record of processing -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Processing:
    """A line of the record. tables: with their columns. kept: periods with their days, None for those without."""

    category: Category
    title: Message
    purpose: Message
    recipients: Sequence[Message | str]
    tables: Mapping[str, Sequence[str]]
    kept: Sequence[tuple[Period, int | None]]


def record(event: Event, settings: Settings) -> Sequence[Processing]:
    """Return the record of processing, made of the rules for tables, the settings, and what the event asks for."""
    days = settings.days_kept
    hosts = [host for host in settings.hosts if host]
    lines = []
    for category, title in TITLES.items():
        rules = [rule for rule in RULES if rule.category is category]
        shared = [OTHER_SIDE, TRANSLATORS] if category in SHARED else []
        asked = settings.registries.values() if event.suggests_profiles and category is Category.PROFILE else ()
        recipients = [ORGANISERS, *shared, *(hosts if category is Category.TEXTS else ()), *asked]
        periods = dict.fromkeys(rule.period for rule in rules)
        lines.append(
            Processing(
                category,
                title,
                PURPOSES[category],
                recipients,
                {rule.table: [*rule.columns.split(), *rule.withheld] for rule in rules},
                [(period, days[period] if period in SET else None) for period in periods],
            )
        )
    return lines


async def kept_too_long(event: Event, settings: Settings) -> Sequence[Counted]:
    """Return what the retention would delete of an event now."""
    return [each for each in await retention.counted(settings.days_kept, event.id) if each.number]
