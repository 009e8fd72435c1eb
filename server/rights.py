"""The rights of organisers: what they are called, and the refusal of who does not have them."""

from collections.abc import Collection, Mapping

from i18n import Message, _, pgettext_
from server.errors import Refused
from server.models import Event, Organiser, Right
from server.names import shown_name

LABELS: Mapping[Right, Message] = {
    # Translators: a right of an organiser: to change participants, needs and their texts
    Right.PEOPLE: pgettext_("right of an organiser", "People"),
    Right.PLAN: pgettext_("right of an organiser", "Plan"),
    Right.EMAILS: pgettext_("right of an organiser", "E-mails"),
    # Translators: a right of an organiser: to do what has to be done on the days of the event
    Right.LIVE: pgettext_("right of an organiser", "Days of the event"),
    Right.REPORTS: pgettext_("right of an organiser", "Reports"),
}
MEANINGS: Mapping[Right, Message] = {
    Right.PEOPLE: _("See and change participants, needs, interpreters and translations."),
    Right.PLAN: _("Set slots, tables and rules, make plans and publish them."),
    Right.EMAILS: _("Invite and remind people, and see which e-mails were sent."),
    Right.LIVE: _("Decide absences and see who has arrived."),
    Right.REPORTS: _("See figures and the record of processing."),
}


class RightNeeded(Refused):
    """An organiser of the event does not have the right that the page needs. owners: who can give it."""

    status = 403
    has_page = True

    def __init__(self, right: Right | None, owners: str) -> None:
        """right: None for what only owners may do. owners: names, separated by commas."""
        if right is None:
            # Translators: names: the owners
            message = _("Only an owner of this event may do this: %(names)s", names=owners)
        else:
            # Translators: names: the owners
            message = _(
                "You do not have the right “%(right)s” at this event. An owner of the event can give it to you: "
                "%(names)s",
                right=LABELS[right],
                names=owners,
            )
        super().__init__(message)


async def needed(event: Event, may: Collection[str], locale: str) -> RightNeeded:
    """Return the refusal for an organiser of the event. may: who is admitted, as the route declares. One query."""
    owners = await Organiser.filter(event_id=event.id, is_owner=True).order_by("id").select_related("person")
    right = next((right for right in Right if right in may), None)
    return RightNeeded(right, ", ".join(shown_name(owner, locale) for owner in owners))
