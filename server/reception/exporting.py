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
from server.translations.marking import file_properties, told
from server.translations.reading import TextReader

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


def workbook(sheets: Sequence[Sheet], event: Event, texts: TextReader) -> bytes:
    """Return the sheets as XLSX, one below the other, each line with the title of its sheet. texts: of the reader."""
    translator, zone = Translator(texts.locale), zone_of(event)
    rows = [["", *(translator.translate(column) for column in COLUMNS)]]
    rows += [[sheet.title, *_cells(line, zone, translator, texts)] for sheet in sheets for line in sheet.lines]
    shown = [texts.affiliation(line.guest.party) for sheet in sheets for line in sheet.lines]
    title, properties = translator.translate(pgettext_("heading", "Reception")), file_properties(shown, texts.locale)
    return workbooks.workbook([(title, rows)], is_wide=True, properties=properties)


def _cells(line: SheetLine, zone: ZoneInfo, translator: Translator, texts: TextReader) -> list[str]:
    guest, locale = line.guest, translator.code
    row, travel, country = guest.reception, guest.travel, country_of(guest.party)

    def at(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""

    return [
        guest.name,
        told(texts.affiliation(guest.party), locale),
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
