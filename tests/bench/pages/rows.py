"""A spreadsheet of experts to import, with the fields' names as headings."""

import csv
import io

from tests.bench.pages.drawing import DrawnParty, Size, draw

ROWS = 900


def spreadsheet(rows: int = ROWS) -> bytes:
    """Return a CSV file with a row for each of so many new experts."""
    drawn = draw(Size(rows, 1, (12, 12), 1, 1, 21), seed=2)
    lines = [_row(number, expert) for number, expert in enumerate(drawn.experts)]
    written = io.StringIO()
    writer = csv.DictWriter(written, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return written.getvalue().encode()


def _row(number: int, expert: DrawnParty) -> dict[str, str]:
    person, columns = expert.people[0], expert.columns
    return {
        "email": f"imported{number}@example.org",
        "full_name": f"{person.full_name} {chr(ord('A') + number % 26)}.",
        "country": person.country,
        **{name: columns[name] for name in ("affiliation", "headline", "offer")},
        "topics": "; ".join(columns["topics"]),
        "modes": "; ".join(columns["modes"]),
        "languages": ", ".join(columns["languages"]),
    }
