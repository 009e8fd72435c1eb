"""What reaches the logs: never the secret of an address, nor what people search for or fill in."""

import logging
import re
from typing import Any

# Whoever reads a log must not thereby read calendars or sign in.
_SECRET = re.compile(r"(/cal/|/claim/|/sign-in/link/|/account/email/(?:confirm|stop)/)[^/\s?#\"']+")
# Names that somebody looks for, addresses, ways back to a form: nothing of it is needed to see what went wrong.
_QUERY = re.compile(r"(?<=[\w/.-])\?[^\s\"]+")


class MaskedRecord(logging.LogRecord):
    """A record whose message and arguments name no secret: uvicorn's access log formats the arguments itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.args, tuple):
            self.args = tuple(map(_masked, self.args))
        elif self.args:
            self.args = {name: _masked(value) for name, value in self.args.items()}
        if self.exc_info:
            # Formatters take this in place of writing it themselves.
            self.exc_text = masked(logging.Formatter().formatException(self.exc_info))

    def getMessage(self) -> str:  # noqa: N802
        """The message, where an argument became text only now."""
        return masked(super().getMessage())


def install() -> None:
    """Mask every record of this process from now on; configuring loggers afterwards changes nothing about it."""
    logging.setLogRecordFactory(MaskedRecord)


def masked(text: str) -> str:
    """The text with `***` for the token in a calendar's address or another secret one, and for what follows a ?."""
    return _SECRET.sub(r"\1***", _QUERY.sub("?***", text))


def _masked(value: object) -> object:
    return masked(value) if isinstance(value, str) else value
