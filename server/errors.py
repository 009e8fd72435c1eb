"""All refusals of the server. A refusal has a type and a sentence for the person; one handler renders them.

Any other exception is a bug and reaches the log.
"""

import math
import re
from collections.abc import AsyncIterator
from datetime import timedelta

from i18n import Message, _, ngettext_


def kebab(name: str) -> str:
    """Return a name in kebab-case: `TooManyNeeds` gives too-many-needs, `string_too_short` gives string-too-short."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace("_", "-").strip("-").lower()


class Refused(Exception):
    """The act is impossible in the present state. status: the HTTP status of the answer.

    code: stable name for programs, from the name of the class. field: the form field that the sentence belongs to, ""
    for the whole form. has_page: answered by a separate page, not by the form that was sent.
    """

    status = 409
    code = "refused"
    field = ""
    has_page = False

    def __init_subclass__(cls, **options: object) -> None:
        super().__init_subclass__(**options)
        if "code" not in cls.__dict__:
            cls.code = kebab(cls.__name__)

    def __init__(self, message: Message, field: str | None = None) -> None:
        super().__init__(message.msgid)
        self.message = message
        if field is not None:
            self.field = field


async def refuse_first(found: AsyncIterator[Refused]) -> None:
    """Raise the first refusal, if there is any."""
    async for refusal in found:
        raise refusal


class NotFound(Refused):
    """The object does not exist or belongs to others; the answers are the same."""

    status = 404
    has_page = True

    def __init__(self) -> None:
        super().__init__(_("This page does not exist, or your account cannot open it."))


class AlreadyDecided(Refused):
    """The request was decided otherwise, or cancelled, since the page was opened."""

    def __init__(self) -> None:
        super().__init__(_("This request is already decided or withdrawn."))


class SignInNeeded(Exception):
    """The page needs a signed-in person: redirect to the sign-in page and back."""


class CrossOrigin(Refused):
    """The request was sent by another site."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("This form was sent from another site. Open the page here and send the form again."))


class BodyTooLarge(Refused):
    """The body is larger than the page accepts."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("The data you sent is too large. Send a smaller file or a shorter text."))


class ForeignCharset(Refused):
    """The body is not in UTF-8, by its Content-Type."""

    status = 415

    def __init__(self) -> None:
        super().__init__(_("The request could not be read. Open the page and try again."))


class TooManyTries(Refused):
    """Too many tries. The sentence has the waiting time as one number: minutes up to an hour and a half, then hours."""

    status = 429

    def __init__(self, wait: timedelta) -> None:
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        minutes = math.ceil(self.seconds / 60)
        super().__init__(
            ngettext_(
                "Too many attempts. Wait %(num)s minute, then try again.",
                "Too many attempts. Wait %(num)s minutes, then try again.",
                minutes,
            )
            if minutes <= 90
            else ngettext_(
                "Too many attempts. Wait %(num)s hour, then try again.",
                "Too many attempts. Wait %(num)s hours, then try again.",
                math.ceil(minutes / 60),
            )
        )


class Gone(Refused):
    """The object existed and has ended."""

    status = 410
