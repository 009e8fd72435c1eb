"""Every refusal of the server. A refusal is typed, carries a sentence for the person, and one handler renders them all.

Anything that is not a `Refused` is a bug and reaches the log.
"""

from i18n import Message, _


class Refused(Exception):
    """What was asked cannot be done as things stand. status: the HTTP status of the answer."""

    status = 409

    def __init__(self, message: Message) -> None:
        super().__init__(message.msgid)
        self.message = message


class NotFound(Refused):
    """There is no such thing, or it is another's: the two look alike."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such page, or it is not meant for this account."))


class SignInNeeded(Exception):
    """The page is for somebody who is signed in: answered by a redirection to the sign-in page and back."""


class CrossOrigin(Refused):
    """The request was sent from another site."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("This form was sent from another site. Open the page here and send it again."))


class BodyTooLarge(Refused):
    """More was sent than the page takes."""

    status = 413

    def __init__(self) -> None:
        super().__init__(_("What was sent is too large. Send a smaller file or a shorter text."))


class ForeignCharset(Refused):
    """The body says that it is not UTF-8."""

    status = 415

    def __init__(self) -> None:
        super().__init__(_("The request could not be read. Start again from the page."))


class TooManyTries(Refused):
    """Throttled."""

    status = 429

    def __init__(self, minutes: int) -> None:
        super().__init__(_("Too many tries. Wait %(minutes)s minutes, then try again.", minutes=minutes))


class Gone(Refused):
    """It was there, and its time is over."""

    status = 410
