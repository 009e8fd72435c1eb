"""The ledger as a workbook: a line for each guest, in the sheets' order."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from i18n import Message, Translator, _, formats, pgettext_
from server import workbooks
from server.models import Event
from server.names import country_of
from server.pages import zone_of
from server.reception.showing import Sheet, SheetLine

COLUMNS: Sequence[Message] = (
    pgettext_("person", "Name"),
    pgettext_("label", "Organisation"),
    pgettext_("of a person", "Country"),
    pgettext_("place", "Delegation"),
    pgettext_("heading", "Arrival"),
    _("Flight or train on arrival"),
    pgettext_("heading", "Departure"),
    _("Flight or train on departure"),
    pgettext_("of a car", "Plate"),
    pgettext_("of a car", "Driver"),
    pgettext_("label", "Hotel"),
    pgettext_("of a hotel", "Room"),
    pgettext_("label", "Meals"),
    pgettext_("label", "Diet"),
    pgettext_("label", "Escort"),
    pgettext_("label", "Phone number"),
)


def workbook(sheets: Sequence[Sheet], event: Event, locale: str) -> bytes:
    """Return the sheets as XLSX, one below the other, each line with the title of its sheet."""
    translator, zone = Translator(locale), zone_of(event)
    rows = [["", *(translator.translate(column) for column in COLUMNS)]]
    rows += [[sheet.title, *_cells(line, zone, translator)] for sheet in sheets for line in sheet.lines]
    return workbooks.workbook([(translator.translate(pgettext_("heading", "Reception")), rows)], is_wide=True)


def _cells(line: SheetLine, zone: ZoneInfo, translator: Translator) -> list[str]:
    guest, locale = line.guest, translator.code
    row, travel, country = guest.reception, guest.travel, country_of(guest.party)

    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""

    return [
        guest.name,
        guest.party.affiliation,
        formats.country(country, locale) if country else "",
        translator.text(guest.delegation)[0] if guest.delegation else "",
        at(travel.arrives_at),
        " ".join(filter(None, (travel.arrives_by, travel.arrives_in))),
        at(travel.departs_at),
        " ".join(filter(None, (travel.departs_by, travel.departs_from))),
        *(row.plate, row.driver, row.hotel, row.room, row.meals, travel.diet),
        guest.escort.name if guest.escort else "",
        guest.escort.phone if guest.escort else "",
    ]
