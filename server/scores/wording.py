"""The sentences for what affinity says in codes, and for what organisers say of a score."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from i18n import Message, _
from matching.affinity import Fix, MissingCode, Part
from server.models import CorrectionKind
from server.scores import corrections

# What a score is made of.
PARTS: Mapping[str, Message] = {
    corrections.PART: _("The organiser’s word"),
    Part.TOPIC: _("Topics"),
    Part.TEXT: _("Words in common"),
    Part.MODE: _("Cooperation mode"),
    Part.LANGUAGE: _("Language"),
    Part.SENIORITY: _("Readiness and seniority"),
}

WITHOUT_EMBEDDING = _(
    "Fit is judged by topics and words alone: the language model that is set for this server cannot be asked. "
    "Whoever runs the server finds the cause in its log."
)

# Relations of an expert's topic to a need's, the closest first.
SIGNS: Mapping[str, str] = {
    "same": "=",
    "narrower": "⊂",
    "broader": "⊃",
    "sibling": "∥",
    "related": "~",
    "term": "≈",
}

FIXES: Mapping[Fix, Message] = {
    Fix.DECLARE_TOPICS: _("Choosing topics closes this."),
    Fix.OTHER_EXPERT: _("Where the expert does know it, the profile should say so."),
    Fix.TRANSLATION: _("The topics are compared across languages; a translation would let the words count, too."),
    Fix.CORRECT_LANGUAGE: _("Choosing the right language for the text closes this."),
    Fix.REVIEW_TOPICS: _("Say it in the text, or take the topic off."),
    Fix.AGREE_MODE: _("Agree on one at the meeting."),
    Fix.INTERPRETER: _("The organiser needs an interpreter between the two."),
    Fix.PILOT: _("Say at the meeting what a pilot would take."),
}

WORDS: Mapping[CorrectionKind, Message] = {
    CorrectionKind.FITS: _("These two do fit"),
    CorrectionKind.UNFIT: _("These two do not fit"),
}


@dataclass(frozen=True)
class Said:
    """A correction as the page of a pair shows it. by, back_by: names, empty where the person's data is gone."""

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
    """How the expert's topic stands to the need's. expert, need: labels of the two."""
    if rel == "same":
        return _("Same topic: %(topic)s", topic=need)
    if rel == "narrower":
        return _("%(expert)s is a part of what is needed: %(need)s", expert=expert, need=need)
    if rel == "broader":
        return _("%(expert)s takes in what is needed: %(need)s", expert=expert, need=need)
    if rel == "sibling":
        return _("Neighbouring topics: %(expert)s and %(need)s", expert=expert, need=need)
    if rel == "related":
        return _("Related topics: %(expert)s and %(need)s", expert=expert, need=need)
    return _("The same words in both texts")


def joined(rel: str, *, expert: str, need: str) -> Message:
    """The same as a sentence for somebody who reads nothing else."""
    return {
        "same": _("Both work on %(topic)s.", topic=need),
        "narrower": _(
            "What is offered is a part of what is needed: %(expert)s for %(need)s.", expert=expert, need=need
        ),
        "broader": _("What is offered takes in what is needed: %(expert)s for %(need)s.", expert=expert, need=need),
        "sibling": _("Offer and need are neighbours: %(expert)s and %(need)s.", expert=expert, need=need),
        "related": _("Offer and need belong together: %(expert)s and %(need)s.", expert=expert, need=need),
        "term": _("Offer and need use the same words and figures."),
    }[rel]


def missing(code: MissingCode, topic: str) -> Message:
    """What keeps a pair from fitting better. topic: the label of the one it is about, if any."""
    return {
        MissingCode.NEED_WITHOUT_TOPICS: _("The need names no topic that can be compared."),
        MissingCode.EXPERT_WITHOUT_TOPICS: _("The expert names no topic that can be compared."),
        MissingCode.MUST_TOPIC: _(
            "The need cannot do without %(topic)s, which the profile does not name.", topic=topic
        ),
        MissingCode.NEED_LANGUAGE_UNKNOWN: _(
            "The need is written in a language of which only formulas, grades and loanwords are read."
        ),
        MissingCode.EXPERT_LANGUAGE_UNKNOWN: _(
            "The profile is written in a language of which only formulas, grades and loanwords are read."
        ),
        MissingCode.NEED_LANGUAGE_WRONG: _(
            "A text of the need is marked as of a language that is written otherwise; it was read as it looks."
        ),
        MissingCode.EXPERT_LANGUAGE_WRONG: _(
            "A text of the profile is marked as of a language that is written otherwise; it was read as it looks."
        ),
        MissingCode.NEED_TOPIC_UNTOLD: _(
            "The need is filed under %(topic)s, of which its text says nothing.", topic=topic
        ),
        MissingCode.EXPERT_TOPIC_UNTOLD: _(
            "The profile is filed under %(topic)s, of which its text says nothing.", topic=topic
        ),
        MissingCode.NO_TEXT_IN_COMMON: _("The texts are in different languages."),
        MissingCode.NO_COMMON_MODE: _("The two name no form of cooperation in common."),
        MissingCode.NO_COMMON_LANGUAGE: _("There is no common language, and nobody to interpret."),
        MissingCode.READINESS_BELOW: _("The result is less ready than the need wants."),
    }[code]
