"""Whether an engine's translation of one text may be shown. An answer that is no translation is refused."""

import re
from collections import Counter

from i18n.text import TextError, clean_text
from matching.affinity.languages import primary
from server.drafting.holding import Distorted, Held
from server.drafting.units import values
from server.models.drafts import DraftFault

_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>|&#?\w{1,10};|```|\*\*|^#{1,6}\s|\]\(", re.MULTILINE)
_LETTERS = {
    "east": re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"),
    "cyrillic": re.compile("[\u0400-\u04ff]"),
    "arabic": re.compile("[\u0600-\u06ff]"),
    "latin": re.compile("[A-Za-z\u00c0-\u024f]"),
}
_OF = {**dict.fromkeys(("zh", "ja", "ko"), "east"), **dict.fromkeys(("ru", "kk"), "cyrillic"), "ar": "arabic"}
_EAST_WEIGHT = 3  # one ideograph says as much as three letters
_HAN = re.compile("[\u4e00-\u9fff]")
_PROPER = {"ja": re.compile("[\u3040-\u30ff]"), "ko": re.compile("[\uac00-\ud7af]")}
_MOST_FOREIGN = 0.1  # share of letters of a third script
_LEAST_OWN = 0.25  # of letters, beside Latin abbreviations
_LONGEST, _SHORTEST, _SLACK = 4.0, 0.2, 40  # length relative to the source, and letters that are always allowed
_NOT_LETTERS = re.compile(r"[\W\d_]+")


class Unfit(Exception):
    """The translation of a text is not shown."""

    def __init__(self, fault: DraftFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def checked(source: str, held: Held, answer: str, languages: tuple[str, str], most: int) -> str:
    """Return the translation of a text to be shown. Raises Unfit.

    Controls are dropped. source: the text. held: as it was sent. answer: of the engine. languages: source and target.
    most: characters.
    """
    try:
        answer = clean_text(answer)
    except TextError as error:
        raise Unfit(DraftFault.SCRIPT) from error
    if not answer:
        raise Unfit(DraftFault.EMPTY)
    if Counter(_MARKUP.findall(answer)) - Counter(_MARKUP.findall(source)):
        raise Unfit(DraftFault.MARKUP)
    if _folded(answer) == _folded(held.text):
        raise Unfit(DraftFault.SAME)
    if not _has_script(answer, languages[1]):
        raise Unfit(DraftFault.SCRIPT)
    if not _SHORTEST * (_weight(held.text) - _SLACK) <= _weight(answer) <= _LONGEST * _weight(held.text) + _SLACK:
        raise Unfit(DraftFault.LENGTH)
    try:
        text = held.restored(_one_kind_of_lines(source, answer))
    except Distorted as error:
        raise Unfit(error.fault) from error
    if len(text) > most:
        raise Unfit(DraftFault.LENGTH)
    written, shown = held.numbers(answer)
    if values(written, languages[0]) != values(shown, languages[1]):
        raise Unfit(DraftFault.NUMBERS)
    return text


def _folded(text: str) -> str:
    return _NOT_LETTERS.sub("", text.casefold())


def _one_kind_of_lines(source: str, answer: str) -> str:
    """Return the answer on one line if the source is."""
    return answer if "\n" in source.strip() else " ".join(answer.split())


def _weight(text: str) -> int:
    """Return the length of a text in letters of an alphabet."""
    east = len(_LETTERS["east"].findall(text))
    return len(text) + (_EAST_WEIGHT - 1) * east


def _has_script(text: str, locale: str) -> bool:
    """Return whether a text is mostly in letters of its language. Latin abbreviations may stand in any text."""
    language = primary(locale)
    own = _OF.get(language, "latin")
    count = {name: len(pattern.findall(text)) for name, pattern in _LETTERS.items()}
    count["east"] *= _EAST_WEIGHT
    every = sum(count.values())
    foreign = every - count[own] - (count["latin"] if own != "latin" else 0)
    if not every or foreign > _MOST_FOREIGN * every or count[own] < _LEAST_OWN * every:
        return False
    if language == "zh":
        return bool(_HAN.search(text)) and not any(pattern.search(text) for pattern in _PROPER.values())
    proper = _PROPER.get(language)
    return proper is None or bool(proper.search(text)) or _weight(text) <= _SLACK
