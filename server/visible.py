"""What the other side and interpreters may read of an expert's profile: the one gate for pages, feeds, files, reasons
and searches.

Everything that shows an expert to anybody but the expert and organisers takes the party from `as_seen`.
"""

from collections.abc import Mapping
from copy import copy

from server.models import FieldReaders, Registration, Side

# Columns whose readers an expert can choose. Name, summary, offer and topics are what a profile is made of.
FIELDS = ("affiliation", "position", "degree", "results", "patents")


def readers_of(party: Registration) -> Mapping[str, FieldReaders]:
    """Return the readers of each field that can be chosen."""
    chosen = party.readers or {}
    return {name: FieldReaders(chosen.get(name, FieldReaders.OTHER_SIDE)) for name in FIELDS}


def as_seen(party: Registration, *, is_agreed: bool) -> Registration:
    """Return the party as its reader sees it. What the reader may not read is empty.

    is_agreed: both sides want to meet, or their meeting is published. If anything is hidden, the result is a copy to
    show. Never save it.
    """
    if party.side != Side.EXPERT or not party.readers:
        return party
    open_to = {FieldReaders.OTHER_SIDE, FieldReaders.AGREED} if is_agreed else {FieldReaders.OTHER_SIDE}
    shown = copy(party)
    for name, readers in readers_of(party).items():
        if readers not in open_to:
            setattr(shown, name, "")
    return shown
