"""Rules that we know of, for organisers to start with. Each has to be checked with its source before it is relied on.

Seen in 2025, for entry into China with ordinary passports.
"""

from collections.abc import Sequence
from datetime import date

from server.visas.values import VisaRuleValues

TO_CHECK = "to be checked by the organiser"
PURPOSE = "business, tourism, visits, exchange, transit"


def _rule(nationality: str, valid_from: date, source: str, valid_until: date | None = None) -> VisaRuleValues:
    return VisaRuleValues(
        nationality=nationality,
        purpose=PURPOSE,
        days=30,
        valid_from=valid_from,
        valid_until=valid_until,
        source=f"{source}; {TO_CHECK}",
    )


TRIAL = "Ministry of Foreign Affairs of China, trial policy for one year from 15 September 2025"
KNOWN: Sequence[VisaRuleValues] = (
    _rule("RU", date(2025, 9, 15), TRIAL, date(2026, 9, 14)),
    _rule("BY", date(2018, 8, 10), "Agreement of China and Belarus of 2018"),
    _rule("KZ", date(2023, 11, 10), "Agreement of China and Kazakhstan of 2023"),
    _rule("UZ", date(2025, 6, 1), "Agreement of China and Uzbekistan of 2024"),
)
