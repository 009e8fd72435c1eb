"""Contacts as vCard 3.0 (RFC 2426), which phones read from files and from QR codes."""

import re
from collections.abc import Mapping

from server.contacts.service import Card
from server.models import ContactKind

PROPERTIES: Mapping[str, str] = {
    ContactKind.EMAIL: "EMAIL",
    ContactKind.PHONE: "TEL",
    ContactKind.WEBSITE: "URL",
    ContactKind.WECHAT: "X-WECHAT",
    ContactKind.TELEGRAM: "X-TELEGRAM",
}
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def escaped(text: str) -> str:
    """Return a value as section 4 demands; control characters become spaces."""
    plain = CONTROL.sub(" ", text)
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def vcard(card: Card) -> str:
    """Return one card. The name has both spellings, so that either finds the person in an address book."""
    name = escaped(f"{card.name} ({card.beside})" if card.beside else card.name)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"N:{name};;;;", f"FN:{name}"]
    if card.organisation:
        lines.append(f"ORG:{escaped(card.organisation)}")
    lines += [f"{PROPERTIES[each.kind]}:{escaped(each.value)}" for each in card.contacts]
    return "".join(f"{line}\r\n" for line in [*lines, "END:VCARD"])
