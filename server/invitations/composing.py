"""Composes an invitation: which fields are missing, and what stands in the document."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from i18n import LOCALES, Message, Translator, formats
from server.invitations import wording
from server.invitations.values import GUEST_TEXTS, HOST_TEXTS, PAIRS
from server.models import Event, Invitation, InvitationHost, Registration
from server.names import called, country_of
from server.passports.labels import SEXES
from server.passports.values import PassportData

# Where a field is filled by hand after printing.
BLANK = "____________________"


@dataclass(frozen=True)
class Missing:
    """A field without which the invitation is not made. locale: in which language, "" for all.

    where: "host", "guest" (the form of the invitation) or "profile".
    """

    label: Message
    locale: str
    where: str


@dataclass(frozen=True)
class Contents:
    """What an invitation is made of. host: None as long as nothing is saved. passport: None without such data."""

    event: Event
    party: Registration
    invitation: Invitation
    host: InvitationHost | None
    passport: PassportData | None = None


def languages_of(pair: str, locale: str) -> str:
    """Return the languages of a pair in the reader's language."""
    return formats.sequence([formats.language(LOCALES[code].tag, locale) for code in PAIRS[pair]], locale)


def missing_in(contents: Contents, pair: str) -> Sequence[Missing]:
    """Return the fields that are missing for a pair of languages."""
    return list(_missing(contents, pair))


def _missing(contents: Contents, pair: str) -> Iterator[Missing]:
    party, invitation, host = contents.party, contents.invitation, contents.host
    if not called(party).latin_name:
        yield Missing(wording.NAME, "", "profile")
    if not country_of(party):
        yield Missing(wording.NATIONALITY, "", "profile")
    for locale in PAIRS[pair]:
        for name in GUEST_TEXTS:
            if not getattr(invitation, name).get(locale):
                yield Missing(wording.LABELS[name], locale, "guest")
        for name in HOST_TEXTS:
            if host is None or not getattr(host, name).get(locale):
                yield Missing(wording.LABELS[name], locale, "host")
    if invitation.first_day is None:
        yield Missing(wording.ENTRY, "", "guest")
    if invitation.last_day is None:
        yield Missing(wording.EXIT, "", "guest")
    if host is None or not host.phone:
        yield Missing(wording.PHONE, "", "host")


Row = tuple[Message, Sequence[str]]


def document(contents: Contents, pair: str) -> dict[str, Any]:
    """Return the document as plain data for `child`. Nothing may be missing."""
    both = [Translator(code) for code in PAIRS[pair]]

    def said(message: Message) -> list[str]:
        return [each.translate(message) for each in both]

    return {
        "languages": [code.partition("_")[0] for code in PAIRS[pair]],
        "title": said(wording.TITLE),
        "to": said(wording.TO),
        "opening": said(wording.opening(contents.event.name)),
        "rows": [[said(label), _once(values)] for label, values in _rows(contents, both)],
        "closing": said(wording.CLOSING),
        "signing": [said(wording.SIGNATURE), said(wording.SEAL), said(wording.DATE)],
    }


def _once(values: Sequence[str]) -> list[str]:
    """Return the values, one of them if both are the same."""
    return list(dict.fromkeys(values))


def _rows(contents: Contents, both: Sequence[Translator]) -> Iterator[Row]:
    party, invitation, host = contents.party, contents.invitation, contents.host
    assert host is not None
    assert invitation.first_day is not None and invitation.last_day is not None

    def text(row: Invitation | InvitationHost, name: str) -> list[str]:
        return [getattr(row, name)[each.code] for each in both]

    def date(day: Any) -> list[str]:
        return [formats.date(day, each.code) for each in both]

    def said(message: Message) -> list[str]:
        return [each.translate(message) for each in both]

    yield wording.NAME, [called(party).latin_name]
    if invitation.has_passport:
        data = contents.passport
        yield wording.SEX, said(SEXES[data.sex]) if data else [BLANK]
        yield wording.BIRTH, date(data.birth) if data else [BLANK]
        yield wording.NUMBER, [data.number if data else BLANK]
    yield wording.NATIONALITY, [formats.country(country_of(party), each.code) for each in both]
    yield wording.EMPLOYER, text(invitation, "employer")
    yield wording.POSITION, text(invitation, "position")
    yield wording.PURPOSE, text(host, "purpose")
    yield wording.ENTRY, date(invitation.first_day)
    yield wording.EXIT, date(invitation.last_day)
    yield wording.DAYS, [str((invitation.last_day - invitation.first_day).days + 1)]
    yield wording.ENTRIES, said(wording.ENTRY_NUMBERS[invitation.entries])
    yield wording.PLACES, text(host, "places")
    yield wording.COMPANIONS, [invitation.companions] if invitation.companions else said(wording.COMPANIONS_NONE)
    yield wording.COSTS, text(host, "costs")
    yield wording.RELATION, said(wording.RELATION_TEXT)
    yield wording.HOST, text(host, "organisation")
    yield wording.ADDRESS, text(host, "address")
    yield wording.PHONE, [host.phone]
    if host.email:
        yield wording.EMAIL, [host.email]
    yield wording.CONTACT, text(host, "contact")
    yield wording.SIGNATORY, text(host, "signatory")
