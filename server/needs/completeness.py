"""The account of a need's completeness: which parts it has, why a missing part matters, and which words are vague.

The account never stops a need from being saved.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from i18n import Message, _, pgettext_
from matching.affinity import Scheme
from server.models import BudgetBand, Rights
from server.needs.forms import TEXT_AT_LEAST
from server.profiles import found_topics

ENOUGH = 4 * TEXT_AT_LEAST  # characters of a text that can tell a problem and a goal
ENOUGH_OF_TITLE = 8
# Words that praise or compare without a figure, by script. Latin and Cyrillic ones are beginnings of words.
_BEGINNINGS = (
    *("significant", "substantial", "considerabl", "noticeabl", "greatly", "drastic", "advanced", "world-class"),
    *("state-of-the-art", "cutting-edge", "as much as possible", "значительн", "существенн", "заметн", "передов"),
    *("современн", "высококачествен", "мирового уровня", "максимально", "кардинальн"),
)
_CHINESE = (
    *("大幅", "明显", "显著", "有效提高", "有效提升", "有效降低", "国际先进", "国际领先", "国内领先", "世界一流"),
    *("行业领先", "进一步提高", "进一步提升", "尽可能", "高质量", "高性能要求"),
)
VAGUE = re.compile(rf"(?:\b(?:{'|'.join(map(re.escape, _BEGINNINGS))})[\w-]*)|{'|'.join(_CHINESE)}", re.IGNORECASE)
MOST_WORDS = 5


@dataclass(frozen=True)
class NeedPart:
    """A part of a good need. name: of the form field. why: why it matters, shown if the part is missing."""

    name: str
    label: Message
    why: Message
    is_done: bool


@dataclass(frozen=True)
class Account:
    """parts: in the order of the form. notes: on vague texts, plain sentences."""

    parts: list[NeedPart]
    notes: list[Message]

    @property
    def done(self) -> int:
        return sum(part.is_done for part in self.parts)


def vague_words(text: str) -> list[str]:
    """Return the words of a text that cannot be measured, as written, each once."""
    found: dict[str, str] = {}
    for match in VAGUE.finditer(text):
        found.setdefault(match[0].casefold(), match[0])
    return list(found.values())


def account_of(typed: Mapping[str, Any], topics: Scheme) -> Account:
    """Return the account of a need as typed or stored. typed: form values by name."""
    texts = {name: str(typed.get(name) or "").strip() for name in ("title", "text", "tried", "acceptance")}
    has = {name: bool(typed.get(name)) for name in ("topics", "must_topics", "modes", "readiness", "deadline")}
    is_stated = {
        "budget": typed.get("budget") not in (None, "", BudgetBand.OPEN),
        "rights": typed.get("rights") not in (None, "", Rights.OPEN),
        "decision_owner": bool(str(typed.get("decision_owner") or "").strip()),
    }
    done = {
        **has,
        **is_stated,
        "title": len(texts["title"]) >= ENOUGH_OF_TITLE,
        "text": len(texts["text"]) >= ENOUGH,
        "tried": bool(texts["tried"]),
        "acceptance": _has_figure(texts["acceptance"]),
        "topics": has["topics"] or has["must_topics"],
    }
    parts = [NeedPart(name, label, why, done[name]) for name, (label, why) in PARTS.items()]
    return Account(parts, _notes(texts, topics))


def _has_figure(text: str) -> bool:
    return any(char.isdigit() for char in text)


def _notes(texts: Mapping[str, str], topics: Scheme) -> list[Message]:
    """Return what is vague in a need that has a text."""
    written = "\n".join(filter(None, texts.values()))
    if not texts["text"]:
        return []
    notes = []
    if len(texts["text"]) < ENOUGH and "\n" not in texts["text"]:
        notes.append(_("The goal is only one short line. Add the present state and the result that you need."))
    if not _has_figure(written):
        notes.append(_("The need contains no figure. Add present and wanted values with units."))
    if not found_topics(written, topics):
        notes.append(_("The need names no known product, material or process. Name the object of the work."))
    if words := vague_words(written):
        # Translators: words: quoted from the need, separated by commas
        notes.append(_("These words cannot be measured: %(words)s", words=", ".join(words[:MOST_WORDS])))
    return notes


PARTS: Mapping[str, tuple[Message, Message]] = {
    "title": (
        _("A title that names the object and the goal"),
        _("Experts decide by the title whether to read the need."),
    ),
    "text": (
        _("The problem and the result that you need"),
        _("Without the present state and the goal, an expert cannot judge whether they can help."),
    ),
    "tried": (_("What you have tried"), _("Experts then do not propose what you have already tried.")),
    "acceptance": (
        _("Acceptance indicators with figures"),
        _("Both sides then know when the problem is solved."),
    ),
    "topics": (pgettext_("label", "Topics"), _("The topics are used to find experts.")),
    "modes": (_("Forms of cooperation"), _("Experts see what kind of work you offer.")),
    "readiness": (
        _("Required readiness level (TRL)"),
        _("Experts then know whether a laboratory result is enough."),
    ),
    "deadline": (pgettext_("label", "Deadline"), _("Experts can judge whether the time is enough.")),
    "budget": (pgettext_("label", "Budget"), _("A range is enough: experts then propose work of the right size.")),
    "rights": (_("Ownership of the results"), _("Many experts ask about this before they show unpublished results.")),
    "decision_owner": (
        pgettext_("label", "Decision owner"),
        _("The organiser then knows who can agree to the cooperation."),
    ),
}
