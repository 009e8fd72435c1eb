"""Form of the outbox pages."""

from server.accounts.forms import Email
from server.forms import Fields


class CorrectedAddressFields(Fields):
    email: Email
