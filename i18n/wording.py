"""Rules of good wording that a program can check: one line for each fault.

The rules are data (locales/wording.toml): forbidden forms by language, and the meaning of each placeholder.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.catalog import Message as Entry

from i18n.message import placeholders

FILE = Path(__file__).parent / "locales" / "wording.toml"
# Tells translators what the text does not: `# Translators: the button that ends a session`.
COMMENT_TAG = "Translators:"

_TAG_OR_PLACEHOLDER = re.compile(r"<[^<>]*>|%\(\w+\)s|%%")
_WORD = re.compile(r"[^\W\d]+(?:[’'-][^\W\d_]+)*")
_COUNTED = re.compile(r"%\((\w+)\)s (?:more |new |other |further )?(?:[a-z-]+s|people)\b")
_HAN = "\u3400-\u9fff"
_HAN_BESIDE_LATIN = re.compile(rf"[{_HAN}][A-Za-z0-9]|[A-Za-z0-9][{_HAN}]")
_HAN_BESIDE_PLACEHOLDER = re.compile(rf"[{_HAN}]%\((\w+)\)s|%\((\w+)\)s(?=[{_HAN}])")
_HALF_WIDTH_BESIDE_HAN = re.compile(rf"[{_HAN}][,;:?!()]|[,;:?!()][{_HAN}]")
_DATE_OF_HAN = re.compile(r"[0-9]{1,4}[年月日]|[年月][0-9]{1,2}")
MOST_WORDS_WITHOUT_CONTEXT = 2


@dataclass(frozen=True, slots=True)
class Forbidden:
    """A form that texts of one language must not have.

    form: regular expression, ignoring case. use: the right wording. example: a text with the form. excepted: whole
    texts that may have the form, because it means something else there.
    """

    form: re.Pattern[str]
    use: str
    example: str
    excepted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules. forbidden: by locale. placeholders: meaning of each, "" if only a comment beside the text can tell.

    unspaced: placeholders that Chinese writes without a space beside Han characters, such as dates.
    """

    forbidden: Mapping[str, Sequence[Forbidden]] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    unspaced: frozenset[str] = frozenset()


@cache
def rules(path: Path = FILE) -> Rules:
    """Return the rules of a file. Raises KeyError or re.error if the file is wrong."""
    data = tomllib.loads(path.read_text("utf-8"))
    forbidden = {
        code: [
            Forbidden(
                re.compile(each["form"], re.IGNORECASE), each["use"], each["example"], frozenset(each.get("except", ()))
            )
            for each in forms
        ]
        for code, forms in data["forbidden"].items()
    }
    return Rules(forbidden, data["placeholders"], frozenset(data["unspaced"]))


def source_faults(entry: Entry, rules: Rules) -> Iterator[str]:
    """Yield the faults in the wording of one English text."""
    texts = [entry.id] if isinstance(entry.id, str) else list(entry.id)
    for text in texts:
        yield from form_faults(text, "en", rules)
    if not entry.context and len(_WORD.findall(_TAG_OR_PLACEHOLDER.sub(" ", texts[0]))) <= MOST_WORDS_WITHOUT_CONTEXT:
        yield "a text of one or two words needs a context"
    for name in sorted(set().union(*map(placeholders, texts))):
        meaning = rules.placeholders.get(name)
        if meaning is None:
            yield f"%({name})s stands for nothing in wording.toml"
        elif not meaning and not any(name in _named(each) for each in entry.auto_comments):
            yield f"%({name})s needs a comment for translators"
    if not entry.pluralizable and (counted := _COUNTED.search(texts[0])) and counted[1] in {"num", "number"}:
        yield f"{counted[0]!r} needs a plural"


def _named(comment: str) -> set[str]:
    """Return the placeholders that a comment explains: `before, after: two times` -> before, after."""
    return {word for before_colon in comment.split(":")[:-1] for word in _WORD.findall(before_colon)}


def form_faults(text: str, code: str, rules: Rules) -> Iterator[str]:
    """Yield the faults in the form of one text in the language of code."""
    for each in rules.forbidden.get(code, ()):
        if (found := each.form.search(text)) and text not in each.excepted:
            yield f"{found[0]!r} is not used here: {each.use}"
    spoken = _TAG_OR_PLACEHOLDER.sub("", text)
    if "'" in spoken or '"' in spoken:
        yield "has a straight apostrophe or quotation mark"
    if code.startswith("zh"):
        yield from _chinese_faults(text, rules)


def _chinese_faults(text: str, rules: Rules) -> Iterator[str]:
    if found := _HAN_BESIDE_LATIN.search(_DATE_OF_HAN.sub("", _TAG_OR_PLACEHOLDER.sub(" ", text))):
        yield f"needs a space in {found[0]!r}"
    for beside in _HAN_BESIDE_PLACEHOLDER.finditer(text):
        if (beside[1] or beside[2]) not in rules.unspaced:
            yield f"needs a space at {beside[0]!r}"
    if found := _HALF_WIDTH_BESIDE_HAN.search(text):
        yield f"has half-width punctuation: {found[0]!r}"


def described(names: frozenset[str], rules: Rules) -> Iterator[str]:
    """Yield a translators' comment for each placeholder with one fixed meaning: `num: how many`."""
    for name in sorted(names):
        if meaning := rules.placeholders.get(name):
            yield f"{name}: {meaning}"
