"""Rules that we know of, for organisers to start with. Each has to be checked with its source before it is relied on.

Seen in 2025. China: ordinary passports; business, tourism, visits, exchange and transit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class KnownRule:
    """See `VisaRule`."""

    nationality: str
    days: int
    valid_from: date
    valid_until: date | None
    source: str
    purpose: str = "business, tourism, visits, exchange, transit"


TO_CHECK = "to be checked by the organiser"
KNOWN: Sequence[KnownRule] = (
    KnownRule(
        "RU",
        30,
        date(2025, 9, 15),
        date(2026, 9, 14),
        f"Ministry of Foreign Affairs of China, trial policy for one year from 15 September 2025; {TO_CHECK}",
    ),
    KnownRule("BY", 30, date(2018, 8, 10), None, f"Agreement of China and Belarus of 2018; {TO_CHECK}"),
    KnownRule("KZ", 30, date(2023, 11, 10), None, f"Agreement of China and Kazakhstan of 2023; {TO_CHECK}"),
    KnownRule("UZ", 30, date(2025, 6, 1), None, f"Agreement of China and Uzbekistan of 2024; {TO_CHECK}"),
)
