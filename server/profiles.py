"""Common parts of an expert's profile and an enterprise's need: form fields and labels."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from i18n import LOCALES, Message, Translator, _, pgettext_
from matching.affinity import Scheme, scheme, suggest
from matching.affinity.languages import UNKNOWN, detect, primary
from server.forms import BlankIsNone, Fault, Fields
from server.models import BudgetBand, Confidentiality, Mode, Rights
from server.models.base import TEXT

MAX_TOPICS = 12
MOST_SUGGESTED = 3
MOST_WORDS = 2  # words shown of those in which a topic was found
FEW_TOPICS = 3  # profiles with fewer topics get suggestions


def among(topics: Scheme) -> Mapping[str, Any]:
    """Return the validation context for topics: the event's scheme."""
    return {"topics": topics.topics}


def _known_topics(topics: list[str], info: ValidationInfo) -> list[str]:
    known = (info.context or {}).get("topics") or scheme().topics
    if unknown := [topic for topic in topics if topic not in known]:
        # Translators: topic: what was typed or its code
        raise Fault(_("This topic does not exist: “%(topic)s”.", topic=unknown[0][:40]), code="unknown-topic")
    return list(dict.fromkeys(topics))


@dataclass(frozen=True)
class FoundTopic:
    """A topic found in a text. id: of the scheme. words: in which it was found, longest first."""

    id: str
    words: tuple[str, ...]


def found_topics(text: str, topics: Scheme, chosen: Collection[str] = ()) -> list[FoundTopic]:
    """Return topics that a text names and that are not chosen yet, most important first, for the person to confirm.

    One topic for each group of words: if words name several topics, the most important one is returned.
    """
    if not text.strip():
        return []
    read = text[:TEXT]
    found, told = [], set[str]()
    for each in suggest(read, None, topics):
        longest_first = [read[start:end] for start, end in sorted(each.named, key=lambda at: at[0] - at[1])]
        words = {word.casefold(): word for word in reversed(longest_first)}
        new = [words[folded] for folded in reversed(words) if folded not in told]
        told |= words.keys()
        if new and each.topic not in chosen:
            found.append(FoundTopic(each.topic, tuple(new[:MOST_WORDS])))
    return found[:MOST_SUGGESTED]


def still_found(text: str, topics: Scheme, chosen: Collection[str]) -> list[FoundTopic]:
    """Return suggestions for a stored profile or need that has few topics."""
    return found_topics(text, topics, chosen) if len(chosen) < FEW_TOPICS else []


def found_in_form(
    typed: Mapping[str, Any], topics: Scheme, texts: Sequence[str], chosen: Sequence[str]
) -> list[FoundTopic]:
    """Return suggestions for a form as typed. texts: names of its text fields. chosen: names of its topic boxes."""
    ticked = [typed.get(name, []) for name in chosen]
    known = {topic for each in ticked for topic in ([each] if isinstance(each, str) else each)}
    return found_topics("\n".join(str(typed.get(name, "")) for name in texts), topics, known)


def _known_modes(modes: list[str]) -> list[str]:
    if set(modes) - set(Mode):
        raise Fault(_("Choose from the options."), code="not-an-option")
    return [mode for mode in Mode if mode in modes]


def written_in(text: str, locale: str) -> str:
    """Return the language of a text: the pages' locale, unless the words are clearly of another language.

    An interface locale if possible, otherwise a BCP 47 tag.
    """
    found = detect(text)
    if found in {UNKNOWN, primary(locale)}:
        return locale
    return next((code for code in LOCALES if primary(code) == found), found)


class TopicFields(Fields):
    """A suggested topic that the person confirms."""

    topic: Annotated[str, AfterValidator(lambda topic, info: _known_topics([topic], info)[0])]


Topics = Annotated[list[str], Field(max_length=MAX_TOPICS), AfterValidator(_known_topics)]
Modes = Annotated[list[str], AfterValidator(_known_modes)]
Readiness = Annotated[Annotated[int, Field(ge=1, le=9)] | None, BlankIsNone]

MODES: Mapping[str, Message] = {
    Mode.PROJECT: pgettext_("mode", "Project"),
    Mode.CONSULTING: pgettext_("mode", "Consulting"),
    Mode.PART_TIME: pgettext_("mode", "Part-time"),
    Mode.FULL_TIME: pgettext_("mode", "Full-time"),
    Mode.REMOTE: pgettext_("mode", "Remote"),
    Mode.JOINT_LAB: pgettext_("mode", "Joint laboratory"),
    Mode.LICENCE: pgettext_("mode", "Licence"),
    Mode.TRAINING: pgettext_("mode", "Training"),
}
BUDGETS: Mapping[str, Message] = {
    BudgetBand.UNDER_500K: _("Up to 500,000 yuan"),
    BudgetBand.UP_TO_2M: _("500,000 to 2 million yuan"),
    BudgetBand.UP_TO_5M: _("2 to 5 million yuan"),
    BudgetBand.OVER_5M: _("More than 5 million yuan"),
    # Translators: the budget will be agreed later
    BudgetBand.OPEN: pgettext_("budget", "To be agreed"),
}
RIGHTS: Mapping[str, Message] = {
    Rights.ENTERPRISE: _("The enterprise owns the results"),
    Rights.SHARED: _("Both sides own the results together"),
    Rights.EXPERT: _("The expert owns the results, and the enterprise uses them"),
    # Translators: who owns the results will be agreed later
    Rights.OPEN: pgettext_("intellectual property", "To be agreed"),
}
CONFIDENTIALITY: Mapping[str, Message] = {
    # Translators: everyone can see the whole need
    Confidentiality.OPEN: pgettext_("confidentiality", "Open"),
    Confidentiality.STAGED: pgettext_("confidentiality", "In stages"),
    Confidentiality.FIELD_ONLY: pgettext_("confidentiality", "Topics only"),
    Confidentiality.AGREEMENT: pgettext_("confidentiality", "Under an agreement"),
}


def choices(labels: Mapping[str, Message], locale: str) -> list[tuple[str, str]]:
    """Return (value, label) for a form's options."""
    translate = Translator(locale).translate
    return [(str(value), translate(label)) for value, label in labels.items()]
