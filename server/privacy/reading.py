"""The page in the archive of my data: what is held about a person, in the person's language, without a script."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from tortoise.models import Model

from i18n import Message, Translator, _, formats, pgettext_
from server import models
from server.behalf import ACTS
from server.contacts.labels import KINDS, READERS
from server.models import (
    ActOnBehalf,
    CalendarEntry,
    Consent,
    Contact,
    Event,
    Need,
    Passport,
    Person,
    Registration,
    Side,
    Table,
    Wish,
)
from server.names import party_name
from server.needs import disclosure
from server.pages import environment, for_reader
from server.passports.labels import SEXES
from server.passports.values import PassportData
from server.privacy.inventory import RULES
from server.privacy.tables import Category
from server.profiles import MODES
from server.registrations.consents import name_of
from server.schemes import scheme_of
from server.wishes.labels import WISHES

TITLES: Mapping[Category, Message] = {
    Category.ACCOUNT: pgettext_("kind of data", "Account"),
    Category.ACCESS: pgettext_("kind of data", "Sign-in and devices"),
    Category.PROFILE: pgettext_("kind of data", "Profile and participation"),
    Category.PASSPORTS: _("Passport data, and who read it"),
    Category.TEXTS: pgettext_("kind of data", "Texts and translations"),
    Category.WISHES: pgettext_("kind of data", "Wishes"),
    Category.MEETINGS: pgettext_("kind of data", "Meetings"),
    Category.CONSENTS: pgettext_("kind of data", "Consents"),
    Category.MESSAGES: pgettext_("kind of data", "E-mails"),
    Category.UPLOADS: pgettext_("kind of data", "Uploaded files"),
    # Translators: what organisers did for a participant, and what an organiser did
    Category.ACTS: pgettext_("kind of data", "Actions of organisers"),
}
# Labels of columns; what has none is in the JSON alone.
LABELS: Mapping[str, Message] = {
    "email": pgettext_("label", "E-mail address"),
    "to_address": pgettext_("label", "E-mail address"),
    "old_email": pgettext_("label", "E-mail address"),
    "new_email": _("New e-mail address"),
    "full_name": pgettext_("label", "Full name"),
    "latin_name": _("Name in Latin letters"),
    "zh_name": _("Name in Chinese"),
    "country": pgettext_("of a person", "Country"),
    "time_zone": _("My time zone"),
    "affiliation": pgettext_("label", "Organisation"),
    "name": pgettext_("of a thing", "Name"),
    "position": pgettext_("label", "Position"),
    "degree": pgettext_("label", "Degree"),
    "headline": _("Summary in one line"),
    "offer": _("What you offer"),
    "results": pgettext_("label", "Key results"),
    "patents": pgettext_("label", "Patents"),
    "note": _("Note to meeting partners"),
    "description": _("What the organisation does"),
    "topics": pgettext_("label", "Topics"),
    "modes": _("Forms of cooperation"),
    "languages": pgettext_("label", "Languages"),
    "readiness": pgettext_("label", "Readiness level"),
    "title": pgettext_("label", "Title"),
    "text": pgettext_("label", "Full text"),
    "locale": pgettext_("label", "Language"),
    "reason": pgettext_("note", "Reason"),
    "max_meetings": pgettext_("label", "Meeting limit"),
    "arrives_at": _("Day and time of arrival"),
    "arrives_by": _("Flight or train number"),
    "arrives_in": _("Airport or station"),
    "departs_at": _("Day and time of departure"),
    "departs_by": _("Flight or train number"),
    "departs_from": _("Airport or station"),
    "companions": _("Number of people who come with you"),
    "accessibility": pgettext_("label", "Accessibility needs"),
    "diet": _("Food that you do not eat"),
    "hotel": pgettext_("of a guest", "Hotel"),
    "room": pgettext_("of a guest", "Room"),
    "plate": pgettext_("of a guest", "Car"),
    "driver": pgettext_("of a guest", "Car"),
    "meals": pgettext_("of a guest", "Meals"),
}


@dataclass(frozen=True)
class Names:
    """What ids mean. events, parties, tables: by id."""

    events: Mapping[int, Event]
    parties: Mapping[int, str]
    tables: Mapping[int, int]


@dataclass(frozen=True)
class Entry:
    """One row as the page shows it. about: the event or the other side."""

    about: str
    made_at: str
    values: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    title: str
    entries: Sequence[Entry]


async def names_in(held: Mapping[str, Sequence[Model]], locale: str) -> Names:
    """Return the names of events, parties and tables that the rows refer to, without names that are hidden from the
    person. Five queries.
    """
    rows = [row for some in held.values() for row in some]
    parties = _ids(rows, "expert_id", "enterprise_id", "about_id", "registration_id")
    found = await Registration.filter(id__in=parties).select_related("person", "organisation")
    numbers = await Table.every.filter(id__in=_ids(rows, "table_id")).values_list("id", "number")
    events = await Event.filter(id__in=_ids(rows, "event_id"))
    hidden = await _hidden(held, [party.id for party in found if party.side == Side.ENTERPRISE])
    return Names(
        {event.id: event for event in events},
        {party.id: party_name(party, locale) for party in found if party.id not in hidden},
        dict(numbers),
    )


async def _hidden(held: Mapping[str, Sequence[Model]], firms: Sequence[int]) -> set[int]:
    """Return the enterprises whose names the person's wishes must not reveal, as cards of matches do not. Needs that
    are not published count too, so that a name stays hidden after its need is withdrawn. Two queries.
    """
    wishes: list[Any] = [wish for wish in held["wish"] if getattr(wish, "about_id", None) in set(firms)]
    met = {getattr(entry, "enterprise_id", None) for entry in held["calendar_entry"]}
    needs: dict[int, list[Need]] = {}
    for need in await Need.filter(registration_id__in=[wish.about_id for wish in wishes]):
        needs.setdefault(need.registration_id, []).append(need)
    theirs = Wish.filter(by_id__in=[wish.about_id for wish in wishes], about_id__in=[wish.by_id for wish in wishes])
    answers = {(wish.about_id, wish.by_id): wish.kind for wish in await theirs}
    return {
        wish.about_id
        for wish in wishes
        if wish.about_id not in met
        and not disclosure.is_named(
            needs.get(wish.about_id, ()),
            is_agreed=disclosure.is_agreed(wish.kind, answers.get((wish.by_id, wish.about_id))),
        )
    }


def _ids(rows: Sequence[Model], *names: str) -> list[int]:
    return sorted({id for row in rows for name in names if (id := getattr(row, name, None)) is not None})


def page_of(person: Person, held: Mapping[str, Sequence[Model]], names: Names, locale: str) -> str:
    """Return the page as HTML."""
    translator = Translator(locale)
    shown = _Shown(translator, ZoneInfo(person.time_zone or "UTC"), names)
    sections = [
        Section(
            translator.translate(title),
            [
                shown.entry(row)
                for rule in RULES
                if rule.category is category
                for row in held.get(rule.table, ())
                if not isinstance(row, models.Participation)
            ],
        )
        for category, title in TITLES.items()
    ]
    template = environment().get_template("privacy/my_data.html")
    return template.render(
        **for_reader(translator),
        owner=person.full_name or person.email,
        made_at=formats.date_time(datetime.now(UTC), locale, shown.zone),
        zone=str(shown.zone),
        sections=[section for section in sections if section.entries],
    )


@dataclass(frozen=True)
class _Shown:
    """How rows are shown. zone: the person's own."""

    translator: Translator
    zone: ZoneInfo
    names: Names

    def entry(self, row: Model) -> Entry:
        values = [*self._labelled(row), *self._special(row)]
        return Entry(self._about(row), self._at(getattr(row, "created_at", None)), values)

    def _at(self, at: datetime | None) -> str:
        return formats.date_time(at, self.translator.code, self.zone) if at else ""

    def _about(self, row: Model) -> str:
        found = self.names.events.get(getattr(row, "event_id", None) or 0)
        return self.translator.text(found.name)[0] if found else ""

    def _labelled(self, row: Model) -> Iterator[tuple[str, str]]:
        for name, label in LABELS.items():
            value = getattr(row, name, None)
            if value in (None, "", [], 0) or (name == "locale" and isinstance(row, Consent | models.Mail)):
                continue
            yield self.translator.translate(label), self._value(row, name, value)

    def _value(self, row: Model, name: str, value: Any) -> str:
        code = self.translator.code
        if isinstance(value, datetime):
            return self._at(value)
        if name == "country":
            return formats.country(value, code)
        if name == "locale":
            return formats.language(value.replace("_", "-"), code)
        if name == "languages":
            return formats.sequence([formats.language(tag.replace("_", "-"), code) for tag in value], code)
        if name == "modes":
            return formats.sequence([self.translator.translate(MODES[mode]) for mode in value if mode in MODES], code)
        if name == "topics":
            scheme = scheme_of(self.names.events.get(getattr(row, "event_id", None) or 0))
            labels = [scheme.label(id, code) if id in scheme.topics else id for id in value]
            return formats.sequence(labels, code)
        return str(value)

    def _special(self, row: Model) -> Iterator[tuple[str, str]]:
        tr, code = self.translator.translate, self.translator.code
        if isinstance(row, Wish):
            nameless = tr(pgettext_("role", "Enterprise"))
            yield self.names.parties.get(row.about_id, nameless), tr(WISHES[row.kind])
        elif isinstance(row, Contact):
            kind = KINDS[row.kind]
            yield tr(kind), row.value
            # Translators: contact: such as e-mail address or telephone
            yield tr(_("Who can see this contact: %(contact)s", contact=kind)), tr(READERS[row.readers])
        elif isinstance(row, CalendarEntry):
            when = formats.interval(row.start_at, row.end_at, code, self.zone)
            sides = [self.names.parties.get(id, "") for id in (row.expert_id, row.enterprise_id)]
            table = tr(pgettext_("label", "Table %(number)s", number=str(self.names.tables.get(row.table_id, ""))))
            yield " – ".join(sides), f"{when}, {table}"
        elif isinstance(row, Consent):
            given = self._at(row.given_at)
            yield tr(name_of(row.purpose)), tr(pgettext_("status", "Consent given: %(when)s", when=given))
            if row.withdrawn_at:
                ended = self._at(row.withdrawn_at)
                yield tr(name_of(row.purpose)), tr(pgettext_("status", "Consent withdrawn: %(when)s", when=ended))
        elif isinstance(row, Passport) and row.opened is not None:
            data = PassportData.of(row.opened)
            yield tr(pgettext_("label", "Passport number")), data.number
            yield tr(pgettext_("label", "Date of birth")), formats.date(data.birth, code)
            yield tr(pgettext_("label", "Sex in the passport")), tr(SEXES[data.sex])
        elif isinstance(row, ActOnBehalf):
            yield self.names.parties.get(row.registration_id or 0, ""), tr(ACTS[row.act])
