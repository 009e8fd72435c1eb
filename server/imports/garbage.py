"""Detects text read in a wrong code page, and error values of spreadsheet programs."""

import unicodedata

ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
# Code pages in which UTF-8 is often read by mistake, and how many letters have to come out to prove the mistake.
MISTAKEN = (("cp1252", 1), ("latin-1", 1), ("cp1251", 2), ("gb18030", 2))


def is_error(text: str) -> bool:
    """Return whether a cell has the text that spreadsheet programs show for a failed formula."""
    return text.strip() in ERRORS


def is_garbage(text: str) -> bool:
    """Return whether nobody can have typed this: characters of no script, or UTF-8 read in another code page."""
    if text.isascii():
        return False
    for char in text:
        if char == "\ufffd" or "\x80" <= char <= "\x9f" or unicodedata.category(char) == "Co":
            return True
    return any(_was_utf_8(text, page, letters) for page, letters in MISTAKEN)


def _was_utf_8(text: str, page: str, letters: int) -> bool:
    try:
        meant = text.encode(page).decode("utf-8")
    except UnicodeError:
        return False
    found = [char for char in meant if not char.isascii() and char.isalpha()]
    # Two Chinese characters can by chance have the bytes of two Latin letters.
    return len([char for char in found if page != "gb18030" or char >= "\u3400"]) >= letters
