"""The form that adds somebody to the crew."""

from server.fields import Email, MailLocale
from server.forms import Fields
from server.models import CrewRole


class CrewFields(Fields):
    """The form that adds somebody to the crew."""

    email: Email
    role: CrewRole
    mail_locale: MailLocale = ""
