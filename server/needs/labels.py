"""What the parts and states of a need are called."""

from collections.abc import Mapping

from i18n import Message, _, pgettext_
from server.models import NeedAct, NeedState

LABELS: Mapping[str, Message] = {
    # Translators: the title of a need
    "title": pgettext_("label", "Title"),
    "text": pgettext_("label", "Technical goal"),
    "tried": _("What you have tried"),
    "acceptance": pgettext_("label", "Acceptance indicators"),
    "topics": pgettext_("label", "Topics"),
    "must_topics": _("Topics that an expert has to know"),
    "modes": _("Forms of cooperation"),
    "readiness": _("Required readiness level (TRL)"),
    "deadline": pgettext_("label", "Deadline"),
    "budget": pgettext_("label", "Budget"),
    "rights": _("Ownership of the results"),
    # Translators: name and role of the person who decides for the enterprise
    "decision_owner": pgettext_("label", "Decision owner"),
    "delegates": _("Delegates who have to be at the meeting"),
    # Translators: who can see which part of a need
    "confidentiality": pgettext_("label", "Visibility"),
    "is_released": _("Meetings with any expert may be planned"),
}
STATES: Mapping[NeedState, Message] = {
    NeedState.DRAFT: pgettext_("state of a need", "Draft"),
    NeedState.SUBMITTED: pgettext_("state of a need", "Waiting for review"),
    NeedState.RETURNED: pgettext_("state of a need", "Sent back"),
    NeedState.APPROVED: pgettext_("state of a need", "Waiting for secrecy review"),
    NeedState.PUBLISHED: pgettext_("state of a need", "Published"),
    NeedState.WITHDRAWN: pgettext_("state of a need", "Withdrawn"),
}
ACTS: Mapping[NeedAct, Message] = {
    NeedAct.CREATED: pgettext_("what was done to a need", "Entered"),
    NeedAct.SAVED: pgettext_("what was done to a need", "Changed"),
    NeedAct.RETURNED: pgettext_("what was done to a need", "Sent back"),
    NeedAct.APPROVED: pgettext_("what was done to a need", "Approved"),
    NeedAct.CLEARED: _("Secrecy review recorded"),
    NeedAct.WITHDRAWN: pgettext_("what was done to a need", "Withdrawn"),
}
