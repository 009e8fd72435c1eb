"""What the pages of the outbox accept."""

from server.accounts.forms import Email
from server.forms import Fields


class NewAddress(Fields):
    email: Email
