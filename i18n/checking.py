"""Checks of the sources and catalogues: one line for each fault.

Babel's own checks accept empty plurals and fail on every context.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

import babel
from babel.core import get_global
from babel.messages.catalog import Catalog
from babel.messages.catalog import Message as Entry

from i18n.catalog import PluralRule, plural_rule, singular_of, slots_of
from i18n.extraction import (
    ROOT,
    catalogues,
    domain_files,
    dump,
    extract,
    load,
    of_domain,
    pot_path,
    unreachable,
)
from i18n.locale import SOURCE, Domain, found, po_path
from i18n.message import placeholders
from i18n.text import BIDI_CONTROLS, script
from i18n.wording import form_faults, rules
from i18n.wording import source_faults as wording_faults

_TAG = re.compile(r"<[^<>]*>")
_NOT_SPOKEN = re.compile(r"%\(\w+\)s|%%|<[^<>]*>|&#?\w+;|(?<![\w.])[\w.]++@[\w.]+|https?://\S+", re.ASCII)
_OTHER_PLACEHOLDER = re.compile(r"%(?!\(\w+\)s)|\{\w*\}")
_LETTERS = re.compile(r"[^\W\d_]+")
# Japanese and Korean join Latin words to their own letters: "QRコード".
_LATIN = re.compile(r"[A-Za-zÀ-ʯ]+")
# Scripts of each language's letters, as in Unicode's character names.
_SCRIPTS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ar": frozenset({"ARABIC"}),
        **dict.fromkeys(("de", "es", "fr", "uz"), frozenset({"LATIN", "MODIFIER"})),
        "ja": frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"}),
        "ko": frozenset({"HANGUL"}),
        "ru": frozenset({"CYRILLIC"}),
        "zh": frozenset({"CJK"}),
    }
)
_DIRECTION_MARKS = BIDI_CONTROLS | {"\u200e", "\u200f", "\u061c"}


@dataclass(frozen=True, slots=True)
class Allowed:
    """Exceptions of one locale. words: foreign words. same: texts that are equal to English on purpose."""

    words: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()


def check(root: Path = ROOT) -> Iterator[str]:
    """Yield every fault of the sources and of each offered locale's catalogue."""
    for place, line in unreachable(root):
        yield f"{place}:{line}: a marked text has to be a literal"
    template = extract(root)
    yield from source_faults(template)
    domains = {domain: of_domain(template, domain, domain_files(root)) for domain in Domain}
    for domain, texts in domains.items():
        if _written(pot_path(domain, root)) != dump(texts):
            yield f"{domain}.pot: stale, run python -m i18n update"
    folder = catalogues(root)
    yield from _missing(folder)
    allowed = tomllib.loads((folder / "allowed.toml").read_text("utf-8"))
    for locale in found(folder):
        for domain in sorted(locale.domains) if locale.code != SOURCE else ():
            lists = {key: frozenset(texts) for key, texts in allowed.get(locale.code, {}).items()}
            header = f'"Plural-Forms: {plural_rule(locale.code).header}\\n"'
            if header not in _written(po_path(locale.code, domain, folder)):
                yield f"{locale.code}: the header's Plural-Forms are not those of i18n.catalog"
            catalog = load(locale.code, domain, root)
            yield from catalogue_faults(catalog, domains[domain], locale.code, Allowed(**lists))


def _missing(folder: Path) -> Iterator[str]:
    """Yield the catalogues that `languages.toml` asks for and that do not exist."""
    for code, own in tomllib.loads((folder / "languages.toml").read_text("utf-8")).items():
        for domain in own.get("domains", [Domain.PARTICIPANTS]) if code != SOURCE else ():
            if not po_path(code, Domain(domain), folder).exists():
                yield f"{code}: {domain}.po is missing"


def source_faults(template: Catalog) -> Iterator[str]:
    """Yield the faults of the English texts."""
    wording = rules()
    for entry in template:
        if entry.id:
            yield from (f"{_places(entry)}: {_shown(entry)}: {fault}" for fault in wording_faults(entry, wording))
        for text in [entry.id] if isinstance(entry.id, str) else entry.id:
            if _has_other_placeholders(text):
                yield f"{_places(entry)}: {text!r} has a placeholder other than %(name)s, or a single %"


def catalogue_faults(catalog: Catalog, template: Catalog, code: str, allowed: Allowed) -> Iterator[str]:
    """Yield what a catalogue lacks against the template, has too much, or has wrong."""
    rule = plural_rule(code)
    for entry in template:
        if not entry.id:
            continue
        found = catalog.get(entry.id, entry.context)
        faults = ["not in the catalogue"] if found is None else entry_faults(found, entry, rule, code, allowed)
        yield from (f"{code}: {_shown(entry)}: {fault}" for fault in faults)
    for entry in catalog:
        if entry.id and template.get(entry.id, entry.context) is None:
            yield f"{code}: {_shown(entry)}: no longer in the sources"
    for obsolete in catalog.obsolete.values():
        yield f"{code}: {_shown(obsolete)}: obsolete"


def entry_faults(found: Entry, source: Entry, rule: PluralRule, code: str, allowed: Allowed) -> Iterator[str]:
    """Yield the faults of one translation."""
    if found.fuzzy:
        yield "fuzzy"
    slots, needed = slots_of(found), rule.slots if source.pluralizable else 1
    if found.pluralizable != source.pluralizable or len(slots) != needed:
        yield f"needs {needed} slots"
        return
    for index, text in enumerate(slots):
        where = f"slot {index}: " if source.pluralizable else ""
        counts_one = source.pluralizable and _counts_one(rule, index)
        yield from (where + fault for fault in _slot_faults(text, source, code, allowed, counts_one=counts_one))


def _slot_faults(text: str, source: Entry, code: str, allowed: Allowed, *, counts_one: bool) -> Iterator[str]:
    if not text.strip():
        yield "empty"
        return
    english: str = source.id if isinstance(source.id, str) else source.id[-1]
    # A plural form for exactly one number may leave the number out: "one meeting".
    missing = placeholders(english) - placeholders(text) - ({"num"} if counts_one else set())
    unknown = placeholders(text) - placeholders(english)
    if missing or unknown or _has_other_placeholders(text):
        yield f"placeholders differ: {text!r}"
        return
    if Counter(_TAG.findall(text)) != Counter(_TAG.findall(english)):
        yield f"tags differ: {text!r}"
    if _DIRECTION_MARKS.intersection(text):
        yield "holds an invisible direction mark"
    yield from form_faults(text, code, rules())
    if text.strip() != text and english.strip() == english:
        yield "has white space at an end"
    spoken = _words(text, allowed.words)
    if text in {english, singular_of(source)} and spoken and text not in allowed.same:
        yield "the same as the English"
    elif text not in allowed.same:
        yield from _script_faults(spoken, code)


def _script_faults(words: Sequence[str], code: str) -> Iterator[str]:
    expected = _SCRIPTS.get(code.partition("_")[0]) or _likely_scripts(code)
    foreign = [word for word in words if any(script(char) not in (expected or ()) for char in word)]
    if expected and foreign:
        yield f"not in the language's script: {', '.join(foreign)}"


@cache
def _likely_scripts(code: str) -> frozenset[str]:
    """Return the script of a language that is not in the table, by CLDR's likely subtags; empty if it is not known."""
    known = babel.Locale.parse(code)
    likely = get_global("likely_subtags").get(known.language, "").split("_")
    written = {"Latn": "LATIN", "Cyrl": "CYRILLIC", "Arab": "ARABIC", "Grek": "GREEK", "Hebr": "HEBREW"}
    found = known.script or next((part for part in likely if len(part) == len("Latn")), "")
    return frozenset({written[found]} if found in written else ())


def _words(text: str, allowed: frozenset[str]) -> list[str]:
    words = _LETTERS.findall(_NOT_SPOKEN.sub(" ", text))
    return [part for word in words for part in _parts(word) if part not in allowed]


def _parts(word: str) -> list[str]:
    """Return the Latin parts of a word and the others, if it has letters of Japanese or Korean."""
    if not {script(char) for char in word} & {"CJK", "HIRAGANA", "KATAKANA", "HANGUL"}:
        return [word]
    return [part for part in (*_LATIN.findall(word), *_LATIN.split(word)) if part]


def _has_other_placeholders(text: str) -> bool:
    return _OTHER_PLACEHOLDER.search(text.replace("%%", "")) is not None


def _counts_one(rule: PluralRule, slot: int) -> bool:
    return sum(rule.slot(number) == slot for number in range(200)) == 1


def _written(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


def _shown(entry: Entry) -> str:
    return repr(singular_of(entry)) + (f" ({entry.context})" if entry.context else "")


def _places(entry: Entry) -> str:
    return ", ".join(place for place, _line in entry.locations)
