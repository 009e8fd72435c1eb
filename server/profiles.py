"""What an expert's profile and an enterprise's need have in common: how forms take it, and what it is called."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from i18n import Message, Translator, _, pgettext_
from matching.affinity import scheme
from server.forms import BlankIsNone, Fault
from server.models import BudgetBand, Confidentiality, Mode

MAX_TOPICS = 12


def _known_topics(topics: list[str]) -> list[str]:
    if unknown := [topic for topic in topics if topic not in scheme().topics]:
        raise Fault(_("There is no topic “%(topic)s”.", topic=unknown[0][:40]))
    return list(dict.fromkeys(topics))


def _known_modes(modes: list[str]) -> list[str]:
    if set(modes) - set(Mode):
        raise Fault(_("Choose among the answers offered."))
    return [mode for mode in Mode if mode in modes]


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
    BudgetBand.OPEN: pgettext_("budget", "Open"),
}
CONFIDENTIALITY: Mapping[str, Message] = {
    Confidentiality.OPEN: pgettext_("confidentiality", "Open"),
    Confidentiality.STAGED: pgettext_("confidentiality", "In stages"),
    Confidentiality.FIELD_ONLY: pgettext_("confidentiality", "Field only"),
}


def choices(labels: Mapping[str, Message], locale: str) -> list[tuple[str, str]]:
    """(value, label) for a form's radios, boxes or menu."""
    translate = Translator(locale).translate
    return [(str(value), translate(label)) for value, label in labels.items()]
