"""The members of a delegation as a workbook with the columns of the import, so that it can be imported again."""

from collections.abc import Mapping, Sequence

from i18n import Translator, formats
from matching.affinity import Scheme
from server import visible, workbooks
from server.imports.cells import LEVEL_IN, NO_SLOT
from server.imports.columns import ALL, COLUMNS, SHEETS
from server.models import Delegation, DelegationMember, Event, Mode, Registration, Side, Slot
from server.names import called, country_of
from server.pages import zone_of
from server.profiles import MODES
from server.schemes import scheme_of

# The languages in which offices work.
LANGUAGES = ("zh_Hans", "ru", "en")
# Columns that are written in other words than they are stored.
IN_WORDS = frozenset(
    {"email", "full_name", "latin_name", "zh_name", "country", "topics", "readiness", "modes", "languages", "available"}
    | {"max_meetings"}
)
AS_TEXT = tuple(column.name for column in COLUMNS[Side.EXPERT] if column.name not in IN_WORDS)


async def workbook(event: Event, delegation: Delegation, locale: str, *, for_leader: bool) -> bytes:
    """Return the members who take part as XLSX, by id. locale: one of LANGUAGES.

    for_leader: leave out what leaders do not see, and the addresses of members who manage their own data. Two queries.
    """
    there = DelegationMember.filter(delegation_id=delegation.id, registration__withdrawn_at=None)
    rows = await there.order_by("registration_id").select_related("registration__person")
    slots = await Slot.filter(event_id=event.id).order_by("start_at")
    words = _Words(event, slots, scheme_of(event), locale)
    parties = [row.registration for row in rows]
    return _written(
        [
            words.cells(party, is_private=for_leader and party.proposed is None)
            for party in map(visible.for_leader if for_leader else visible.for_organisers, parties)
        ],
        locale,
    )


def _written(rows: Sequence[Mapping[str, str]], locale: str) -> bytes:
    translate, columns = Translator(locale).translate, COLUMNS[Side.EXPERT]
    head = [translate(column.label) + (" *" if column.is_needed else "") for column in columns]
    cells = [[row.get(column.name, "") for column in columns] for row in rows]
    return workbooks.workbook([(translate(SHEETS[Side.EXPERT]), [head, *cells])])


class _Words:
    """Writes an expert as the cells of a row, in words that the import reads."""

    def __init__(self, event: Event, slots: Sequence[Slot], scheme: Scheme, locale: str) -> None:
        zone = zone_of(event)
        self.starts = {slot.id: f"{slot.start_at.astimezone(zone):%Y-%m-%d %H:%M}" for slot in slots}
        self.scheme, self.locale, self.translate = scheme, locale, Translator(locale).translate

    def cells(self, party: Registration, *, is_private: bool) -> dict[str, str]:
        """Return the cells by field. is_private: leave out the address."""
        name, country = called(party), country_of(party)
        is_known = party.person.has_address and not is_private
        return {
            "email": party.person.email if is_known else "",
            "full_name": name.full_name,
            "latin_name": name.latin_name,
            "zh_name": name.zh_name,
            "country": formats.country(country, self.locale) if country else "",
            **{field: getattr(party, field) for field in AS_TEXT},
            "topics": "; ".join(self._topic(id) for id in party.topics),
            "readiness": str(party.readiness or ""),
            "modes": "; ".join(self.translate(MODES[Mode(mode)]) for mode in party.modes),
            "languages": "; ".join(self._language(party, tag) for tag in party.languages),
            "available": self._available(party),
            "max_meetings": "" if party.max_meetings is None else str(party.max_meetings),
        }

    def _topic(self, id: str) -> str:
        return self.scheme.label(id, self.locale) if id in self.scheme.topics else id

    def _language(self, party: Registration, tag: str) -> str:
        level = (party.levels or {}).get(tag)
        name = formats.language(tag, self.locale)
        return f"{name} ({LEVEL_IN[self.locale][level]})" if level else name

    def _available(self, party: Registration) -> str:
        ticked = [start for id, start in self.starts.items() if id in set(party.available)]
        if len(ticked) == len(self.starts):
            return self.translate(ALL)
        return "; ".join(ticked) or NO_SLOT
