"""Composes an invitation: which fields are missing, and what stands in the document."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from i18n import Message, Translator, formats
from server.invitations import wording
from server.invitations.values import GUEST_TEXTS, HOST_TEXTS, PAIRS
from server.models import Event, Invitation, InvitationHost, Registration
from server.names import called, country_of
from server.passports.labels import SEXES
from server.passports.values import PassportData
from server.visas.service import Stay

# Where a field is filled by hand after printing.
BLANK = "____________________"


@dataclass(frozen=True)
class Missing:
    """A field that the invitation needs and that is still empty.

    locales: the languages in which it is empty; none for a field that is the same in all languages.
    where: "host", "guest" (the form of the invitation) or "profile".
    """

    label: Message
    where: str
    locales: Sequence[str] = ()


@dataclass(frozen=True)
class Contents:
    """What an invitation is made of. passport: None without such data."""

    event: Event
    party: Registration
    invitation: Invitation
    host: InvitationHost
    passport: PassportData | None = None


def languages_in(locales: Iterable[str], locale: str) -> str:
    """Return the languages in the reader's language, as they are spoken: "Chinese" for each script."""
    return formats.sequence([formats.language(code.partition("_")[0], locale) for code in locales], locale)


def missing_in(contents: Contents, *pairs: str) -> Sequence[Missing]:
    """Return the fields that are missing for these pairs of languages, in the order of the invitation."""
    return list(_missing(contents, list(dict.fromkeys(code for pair in pairs for code in PAIRS[pair]))))


def _missing(contents: Contents, locales: Sequence[str]) -> Iterator[Missing]:
    party, invitation, host = contents.party, contents.invitation, contents.host

    def texts(row: Invitation | InvitationHost, names: Sequence[str], where: str) -> Iterator[Missing]:
        for name in names:
            if lacking := [code for code in locales if not getattr(row, name).get(code)]:
                yield Missing(wording.LABELS[name], where, lacking)

    if not called(party).latin_name:
        yield Missing(wording.NAME, "profile")
    if not country_of(party):
        yield Missing(wording.NATIONALITY, "profile")
    yield from texts(invitation, GUEST_TEXTS, "guest")
    if invitation.first_day is None:
        yield Missing(wording.ENTRY, "guest")
    if invitation.last_day is None:
        yield Missing(wording.EXIT, "guest")
    yield from texts(host, HOST_TEXTS, "host")
    if not host.phone:
        yield Missing(wording.PHONE, "host")


Row = tuple[Message, Sequence[str]]
Both = Sequence[Translator]


def _said(both: Both, message: Message) -> list[str]:
    return [each.translate(message) for each in both]


def _text(both: Both, row: Invitation | InvitationHost, name: str) -> list[str]:
    return [getattr(row, name)[each.code] for each in both]


def _date(both: Both, day: date) -> list[str]:
    return [formats.date(day, each.code) for each in both]


def _of_guest(contents: Contents, both: Both) -> Iterator[Row]:
    party, invitation = contents.party, contents.invitation
    yield wording.NAME, [called(party).latin_name]
    if invitation.has_passport:
        data = contents.passport
        yield wording.SEX, _said(both, SEXES[data.sex]) if data else [BLANK]
        yield wording.BIRTH, _date(both, data.birth) if data else [BLANK]
        yield wording.NUMBER, [data.number if data else BLANK]
    yield wording.NATIONALITY, [formats.country(country_of(party), each.code) for each in both]
    yield wording.EMPLOYER, _text(both, invitation, "employer")
    yield wording.POSITION, _text(both, invitation, "position")


def _of_visit(contents: Contents, both: Both) -> Iterator[Row]:
    invitation, host = contents.invitation, contents.host
    assert invitation.first_day is not None and invitation.last_day is not None
    alone = _said(both, wording.COMPANIONS_NONE)
    yield wording.PURPOSE, _text(both, host, "purpose")
    yield wording.ENTRY, _date(both, invitation.first_day)
    yield wording.EXIT, _date(both, invitation.last_day)
    yield wording.DAYS, [str(Stay(invitation.first_day, invitation.last_day).days)]
    yield wording.ENTRIES, _said(both, wording.ENTRY_NUMBERS[invitation.entries])
    yield wording.PLACES, _text(both, host, "places")
    yield wording.COMPANIONS, [invitation.companions] if invitation.companions else alone
    yield wording.COSTS, _text(both, host, "costs")
    yield wording.RELATION, _said(both, wording.RELATION_TEXT)


def _of_host(contents: Contents, both: Both) -> Iterator[Row]:
    host = contents.host
    yield wording.HOST, _text(both, host, "organisation")
    yield wording.ADDRESS, _text(both, host, "address")
    yield wording.PHONE, [host.phone]
    if host.email:
        yield wording.EMAIL, [host.email]
    yield wording.CONTACT, _text(both, host, "contact")
    yield wording.SIGNATORY, _text(both, host, "signatory")


# In the order in which consulates ask for them.
BLOCKS = ((wording.GUEST_BLOCK, _of_guest), (wording.VISIT_BLOCK, _of_visit), (wording.HOST_BLOCK, _of_host))


def document(contents: Contents, pair: str) -> dict[str, Any]:
    """Return the document as plain data for `child`. Nothing may be missing."""
    both = [Translator(code) for code in PAIRS[pair]]
    said = partial(_said, both)
    return {
        "languages": [code.partition("_")[0] for code in PAIRS[pair]],
        "sender": _once(_text(both, contents.host, "organisation")),
        "title": said(wording.TITLE),
        "to": said(wording.TO),
        "opening": said(wording.opening(contents.event.name)),
        "blocks": [
            [said(heading), [[said(label), _once(values)] for label, values in rows(contents, both)]]
            for heading, rows in BLOCKS
        ],
        "closing": said(wording.CLOSING),
        "signing": [said(wording.SIGNATURE), said(wording.SEAL), said(wording.DATE)],
        "guest": called(contents.party).latin_name,
    }


def _once(values: Sequence[str]) -> list[str]:
    """Return the values, one of them if both are the same."""
    return list(dict.fromkeys(values))
