"""Words for passport data."""

from collections.abc import Mapping

from i18n import Message, pgettext_
from server.passports.values import Sex

SEXES: Mapping[Sex, Message] = {
    Sex.FEMALE: pgettext_("sex in a passport", "Female"),
    Sex.MALE: pgettext_("sex in a passport", "Male"),
    Sex.OTHER: pgettext_("sex in a passport", "Other"),
}
