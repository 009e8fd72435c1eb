"""Rules that we know of, for organisers to start with. Each has to be checked with its source before it is relied on.

Seen in 2025, for entry into China with ordinary passports.
"""

from collections.abc import Sequence
from datetime import date

from server.visas.values import VisaRuleValues

TO_CHECK = "to be checked by the organiser"
PURPOSE = "business, tourism, visits, exchange, transit"
KNOWN: Sequence[VisaRuleValues] = (
    VisaRuleValues(
        "RU",
        PURPOSE,
        30,
        date(2025, 9, 15),
        date(2026, 9, 14),
        f"Ministry of Foreign Affairs of China, trial policy for one year from 15 September 2025; {TO_CHECK}",
    ),
    VisaRuleValues("BY", PURPOSE, 30, date(2018, 8, 10), None, f"Agreement of China and Belarus of 2018; {TO_CHECK}"),
    VisaRuleValues(
        "KZ", PURPOSE, 30, date(2023, 11, 10), None, f"Agreement of China and Kazakhstan of 2023; {TO_CHECK}"
    ),
    VisaRuleValues("UZ", PURPOSE, 30, date(2025, 6, 1), None, f"Agreement of China and Uzbekistan of 2024; {TO_CHECK}"),
)
