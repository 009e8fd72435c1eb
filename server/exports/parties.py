"""Experts and enterprises as lists for files."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from i18n import Message, _, pgettext_
from server.desk import listing
from server.desk.listing import Listed
from server.exports.columns import BROAD, NARROW, Column, ExportList, View, Words
from server.models import Delegate, Event, Meeting, Publication, Registration, Right, Side
from server.names import called, country_of, party_name, shown_name
from server.profiles import MODES
from server.speaking import languages_with_levels

REGISTERED = pgettext_("registration", "Registered")
DRAFT = pgettext_("registration", "Draft")
WITHDRAWN = pgettext_("registration", "Withdrawn")


@dataclass(frozen=True)
class PartyRow:
    """A party with its figures. meetings: in the published plan. delegates: of an enterprise, with their persons."""

    listed: Listed
    meetings: int = 0
    delegates: Sequence[Delegate] = field(default=())

    @property
    def party(self) -> Registration:
        return self.listed.party


async def read(event: Event, view: View, *, side: Side) -> list[PartyRow]:
    """Return the parties of a side by id. At most eight queries. view.state: as for `listing.parties`."""
    listed = await listing.all_parties(event, side, view.state)
    meetings = await _meetings_of(event, side)
    delegates = await _delegates_of(event) if side == Side.ENTERPRISE else {}
    return [PartyRow(each, meetings[each.party.id], delegates.get(each.party.id, ())) for each in listed]


async def _meetings_of(event: Event, side: Side) -> Counter[int]:
    """Return the number of published meetings by party."""
    published = await Publication.get_or_none(event_id=event.id)
    if published is None:
        return Counter()
    column = "expert_id" if side == Side.EXPERT else "enterprise_id"
    rows = Meeting.filter(plan_id=published.plan_id)
    return Counter([row[column] for row in await rows.values(column)])


async def _delegates_of(event: Event) -> Mapping[int, Sequence[Delegate]]:
    found: dict[int, list[Delegate]] = defaultdict(list)
    for delegate in await Delegate.filter(registration__event_id=event.id).order_by("id").select_related("person"):
        found[delegate.registration_id].append(delegate)
    return found


def _status(row: PartyRow, words: Words) -> str:
    if row.party.withdrawn_at:
        return words.said(WITHDRAWN)
    return words.said(REGISTERED if row.party.registered_at else DRAFT)


def _address(row: PartyRow, _words: Words) -> str:
    return row.party.person.email if row.party.person.has_address else ""


def _delegates(row: PartyRow, words: Words) -> str:
    return "; ".join(shown_name(each, words.locale) for each in row.delegates)


def _addresses(row: PartyRow, _words: Words) -> str:
    return "; ".join(each.person.email for each in row.delegates if each.person.has_address)


def _name(form: str) -> Callable[[PartyRow, Words], str]:
    return lambda row, _words: str(getattr(called(row.party), form))


_of_both: Sequence[Column[PartyRow]] = (
    Column("languages", pgettext_("label", "Languages"), lambda row, words: "; ".join(
        languages_with_levels(row.party, words.locale)
    )),
    Column("topics", pgettext_("label", "Topics"), lambda row, words: words.topics(row.party.topics), BROAD),
    Column("status", pgettext_("column", "Status"), _status, NARROW),
    Column("agreed", pgettext_("column", "Consent since"), lambda row, words: words.day(row.party.agreed_at), NARROW),
    Column("registered", pgettext_("column", "Registered on"), lambda row, words: words.day(row.party.registered_at),
           NARROW, is_usual=False),
    Column("slots", pgettext_("label", "Slots"), lambda row, _words: row.listed.slots, NARROW),
    Column("wishes", pgettext_("label", "Wishes"), lambda row, _words: row.listed.wishes, NARROW),
    Column("most", pgettext_("column", "Most meetings"), lambda row, _words: row.party.max_meetings, NARROW,
           is_usual=False),
    Column("meetings", pgettext_("label", "Meetings"), lambda row, _words: row.meetings, NARROW),
)  # fmt: skip
_of_experts: Sequence[Column[PartyRow]] = (
    Column("name", pgettext_("person", "Name"), lambda row, words: party_name(row.party, words.locale)),
    Column("full_name", pgettext_("person", "Name in own script"), _name("full_name"), is_usual=False),
    Column("latin_name", _("Name in Latin letters"), _name("latin_name"), is_usual=False),
    Column("zh_name", _("Name in Chinese"), _name("zh_name"), is_usual=False),
    Column("affiliation", pgettext_("label", "Organisation"),
           lambda row, words: words.text(words.texts.affiliation(row.party))),
    Column("position", pgettext_("label", "Position"),
           lambda row, words: words.text(words.texts.position(row.party)), is_usual=False),
    Column("degree", pgettext_("label", "Degree"),
           lambda row, words: words.text(words.texts.degree(row.party)), is_usual=False),
    Column("country", pgettext_("of a person", "Country"), lambda row, words: words.country(country_of(row.party))),
    Column("email", pgettext_("label", "E-mail"), _address),
    Column("headline", pgettext_("label", "Summary"),
           lambda row, words: words.text(words.texts.headline(row.party)), BROAD, is_usual=False),
    Column("modes", _("Forms of cooperation"), lambda row, words: words.labels(MODES, row.party.modes), BROAD,
           is_usual=False),
)  # fmt: skip
_of_enterprises: Sequence[Column[PartyRow]] = (
    Column("name", pgettext_("organisation", "Enterprise"), lambda row, words: party_name(row.party, words.locale)),
    Column("registered_name", pgettext_("column", "Registered name"), lambda row, _words: row.party.organisation.name),
    Column("latin_name", _("Name in Latin letters"), lambda row, _words: row.party.organisation.latin_name,
           is_usual=False),
    Column("delegates", pgettext_("heading", "Delegates"), _delegates, BROAD),
    Column("email", pgettext_("label", "E-mail"), _addresses, BROAD),
    Column("needs", pgettext_("label", "Needs"), lambda row, _words: row.listed.needs, NARROW),
)  # fmt: skip


def _list_of(side: Side, code: str, title: Message, columns: Sequence[Column[PartyRow]]) -> ExportList[PartyRow]:
    return ExportList(code, title, Right.PEOPLE, f"/{code}", (*columns, *_of_both), partial(read, side=side))


EXPERTS = _list_of(Side.EXPERT, "experts", pgettext_("label", "Experts"), _of_experts)
ENTERPRISES = _list_of(Side.ENTERPRISE, "enterprises", pgettext_("label", "Enterprises"), _of_enterprises)
