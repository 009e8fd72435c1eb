"""Sentences for codes of affinity and for organisers' assessments."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from i18n import Message, _, pgettext_
from matching.affinity import Fix, MissingCode, PartCode
from server.models import CorrectionKind
from server.scores import corrections

# Parts of a score.
PARTS: Mapping[str, Message] = {
    corrections.PART: pgettext_("label", "Organiser’s assessment"),
    PartCode.TOPIC: pgettext_("label", "Topics"),
    PartCode.TEXT: _("Words in common"),
    # Translators: one part of a score: how near the texts of a need and a profile are in meaning, in any language
    PartCode.PASSAGES: pgettext_("label", "Similar meaning"),
    PartCode.MODE: pgettext_("label", "Cooperation mode"),
    # Translators: one part of a score
    PartCode.LANGUAGE: pgettext_("label", "Language"),
    PartCode.SENIORITY: _("Readiness and seniority"),
}

WITHOUT_EMBEDDING = _(
    "The score uses only topics and words: this server cannot compare the meaning of the texts at the moment. The "
    "reason is in the server log."
)

# Relations of an expert's topic to a need's topic, closest first.
SIGNS: Mapping[str, str] = {
    "same": "=",
    "narrower": "⊂",
    "broader": "⊃",
    "sibling": "∥",
    "related": "~",
    "term": "≈",
    "passages": "≋",
}

FIXES: Mapping[Fix, Message] = {
    Fix.DECLARE_TOPICS: pgettext_("note", "Choose topics."),
    Fix.OTHER_EXPERT: _("If the expert knows this topic, add it to the profile."),
    Fix.TRANSLATION: _("Topics are compared across languages. With a translation, the texts can be compared too."),
    Fix.CORRECT_LANGUAGE: _("Choose the correct language for the text."),
    Fix.REVIEW_TOPICS: _("Mention the topic in the text, or remove the topic."),
    Fix.AGREE_MODE: _("Agree on a form of cooperation at the meeting."),
    Fix.INTERPRETER: _("The organiser needs an interpreter for this language pair."),
    Fix.PILOT: _("Discuss at the meeting what a pilot needs."),
}

WORDS: Mapping[CorrectionKind, Message] = {
    # Translators: the organiser’s assessment of a pair
    CorrectionKind.FITS: pgettext_("status", "Good match"),
    # Translators: the organiser’s assessment of a pair
    CorrectionKind.UNFIT: pgettext_("status", "Not a match"),
    # Translators: the organiser’s assessment of a pair: every plan has to contain their meeting
    CorrectionKind.REQUIRED: pgettext_("status", "Has to meet"),
}


@dataclass(frozen=True)
class ShownCorrection:
    """A correction on the page of a pair. by, back_by: names, "" if the person's data were deleted."""

    kind: CorrectionKind
    reason: str
    by: str
    at: datetime
    stands: bool
    back_by: str
    back_at: datetime | None

    @property
    def what(self) -> Message:
        return WORDS[self.kind]


def relation(rel: str, *, expert: str, need: str) -> Message:
    """Return how the expert's topic relates to the need's. expert, need: labels."""
    if rel == "same":
        return pgettext_("heading", "Same topic: %(topic)s", topic=need)
    if rel == "narrower":
        # Translators: expert: the expert’s topic, the narrower one; need: the topic of the need
        return _("The expert’s topic is part of the needed topic: %(expert)s – %(need)s", expert=expert, need=need)
    if rel == "broader":
        # Translators: expert: the expert’s topic, the broader one; need: the topic of the need
        return _("The expert’s topic includes the needed topic: %(expert)s – %(need)s", expert=expert, need=need)
    if rel == "sibling":
        # Translators: expert: the expert’s topic; need: the topic of the need
        return _("Closely related topics: %(expert)s – %(need)s", expert=expert, need=need)
    if rel == "related":
        # Translators: expert: the expert’s topic; need: the topic of the need
        return pgettext_("heading", "Related topics: %(expert)s – %(need)s", expert=expert, need=need)
    if rel == "passages":
        return pgettext_("heading", "Similar passages")
    return _("The same words in both texts")


def relation_sentence(rel: str, *, expert: str, need: str) -> Message:
    """Return the relation as a full sentence, for readers who read nothing else."""
    return {
        "same": _("Topics of both sides: %(topic)s.", topic=need),
        # Translators: expert: the expert’s topic; need: the topic of the need
        "narrower": _("The expert covers part of the need: %(expert)s is part of %(need)s.", expert=expert, need=need),
        # Translators: expert: the expert’s topic; need: the topic of the need
        "broader": _("The expert’s field covers the need: %(need)s is part of %(expert)s.", expert=expert, need=need),
        # Translators: expert: the expert’s topic; need: the topic of the need
        "sibling": _("Closely related fields: %(expert)s and %(need)s.", expert=expert, need=need),
        # Translators: expert: the expert’s topic; need: the topic of the need
        "related": pgettext_("note", "Related fields: %(expert)s and %(need)s.", expert=expert, need=need),
        "term": _("Offer and need use the same words and figures."),
        "passages": _("Offer and need describe similar things."),
    }[rel]


def missing(code: MissingCode, topic: str) -> Message:
    """Return what keeps the score from being higher. topic: label of the topic concerned, or ""."""
    return {
        MissingCode.NEED_WITHOUT_TOPICS: _("No topics are chosen for this need."),
        MissingCode.EXPERT_WITHOUT_TOPICS: _("No topics are chosen in the expert’s profile."),
        MissingCode.MUST_TOPIC: _("The need requires %(topic)s. The profile does not list it.", topic=topic),
        MissingCode.NEED_LANGUAGE_UNKNOWN: _(
            "We cannot read the language of this need. Only formulas, material grades and loanwords are compared."
        ),
        MissingCode.EXPERT_LANGUAGE_UNKNOWN: _(
            "We cannot read the language of this profile. Only formulas, material grades and loanwords are compared."
        ),
        MissingCode.NEED_LANGUAGE_WRONG: _(
            "The language set for a text of the need does not match its script. We used the language that "
            "the text appears to be in."
        ),
        MissingCode.EXPERT_LANGUAGE_WRONG: _(
            "The language set for a text of the profile does not match its script. We used the language that "
            "the text appears to be in."
        ),
        MissingCode.NEED_TOPIC_UNTOLD: _("The text of the need does not mention its topic: %(topic)s.", topic=topic),
        MissingCode.EXPERT_TOPIC_UNTOLD: _(
            "The text of the profile does not mention its topic: %(topic)s.", topic=topic
        ),
        MissingCode.NO_TEXT_IN_COMMON: _("The texts are in different languages."),
        MissingCode.NO_COMMON_MODE: _("The need and the profile have no form of cooperation in common."),
        MissingCode.NO_COMMON_LANGUAGE: _("There is no common language, and no interpreter is available."),
        MissingCode.READINESS_BELOW: _("The expert’s readiness level is below the level that the need asks for."),
    }[code]
