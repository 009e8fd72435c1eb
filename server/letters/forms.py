"""Form of the outbox pages."""

from server.fields import Email
from server.forms import Fields


class CorrectedAddressFields(Fields):
    """The form that corrects an address."""

    email: Email
