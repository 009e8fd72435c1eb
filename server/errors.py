"""Every refusal of the server. A refusal is typed, carries a sentence for the person, and one handler renders them all.

Anything that is not a `Refused` is a bug and reaches the log.
"""

import math
import re
from collections.abc import AsyncIterator
from datetime import timedelta

from i18n import Message, _, ngettext_


def kebab(name: str) -> str:
    """`TooManyNeeds` as too-many-needs, `string_too_short` as string-too-short."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).replace("_", "-").strip("-").lower()


class Refused(Exception):
    """What was asked cannot be done as things stand. status: the HTTP status of the answer.

    code: what programs know the refusal by, from the name of its class. It stays when the sentence changes.
    field: of the form, where the sentence belongs; "" for the form as a whole. has_page: it is answered by a page of
    its own, not by the form that was sent.
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
    """Raise the first of them, if there is any."""
    async for refusal in found:
        raise refusal


class NotFound(Refused):
    """There is no such thing, or it is another's: the two look alike."""

    status = 404
    has_page = True

    def __init__(self) -> None:
        super().__init__(_("This page does not exist, or your account cannot open it."))


class SignInNeeded(Exception):
    """The page is for somebody who is signed in: answered by a redirection to the sign-in page and back."""


class CrossOrigin(Refused):
    """The request was sent from another site."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("This form was sent from another site. Open the page here and send the form again."))


class BodyTooLarge(Refused):
    """More was sent than the page takes."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("The data you sent is too large. Send a smaller file or a shorter text."))


class ForeignCharset(Refused):
    """The body says that it is not UTF-8."""

    status = 415

    def __init__(self) -> None:
        super().__init__(_("The request could not be read. Open the page and try again."))


class TooManyTries(Refused):
    """Throttled. The wait is told once, as one number: minutes up to an hour and a half, hours from there on."""

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
    """It was there, and its time is over."""

    status = 410
