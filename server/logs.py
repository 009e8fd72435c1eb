"""What reaches the logs: never the secret of an address, whichever logger writes it."""

import logging
import re
from typing import Any

# Whoever reads a log must not thereby read calendars or sign in.
_SECRET = re.compile(r"(/cal/|/sign-in/link/|/account/email/(?:confirm|stop)/)[^/\s?#\"']+")


class MaskedRecord(logging.LogRecord):
    """A record whose message and arguments name no secret: uvicorn's access log formats the arguments itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.args, tuple):
            self.args = tuple(map(_masked, self.args))
        elif self.args:
            self.args = {name: _masked(value) for name, value in self.args.items()}

    def getMessage(self) -> str:  # noqa: N802
        """The message, where an argument became text only now."""
        return masked(super().getMessage())


def install() -> None:
    """Mask every record of this process from now on; configuring loggers afterwards changes nothing about it."""
    logging.setLogRecordFactory(MaskedRecord)


def masked(text: str) -> str:
    """The text with `***` for the token in a calendar's address or a sign-in link."""
    return _SECRET.sub(r"\1***", text)


def _masked(value: object) -> object:
    return masked(value) if isinstance(value, str) else value
