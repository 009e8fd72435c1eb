"""What wishes and the filters of the list of matches are called."""

from collections.abc import Mapping

from i18n import Message, pgettext_
from server.models import WishKind
from server.wishes.forms import Show

WISHES: Mapping[str | None, Message] = {
    WishKind.MUST: pgettext_("wish", "Must"),
    WishKind.LIKE: pgettext_("wish", "Like"),
    WishKind.NO: pgettext_("wish", "No"),
    None: pgettext_("wish", "None"),
}

SHOWS: Mapping[Show, Message] = {
    Show.ALL: pgettext_("matches", "All"),
    Show.OPEN: pgettext_("matches", "Undecided"),
    Show.WISHED: pgettext_("matches", "Wished for"),
    Show.AGREED: pgettext_("matches", "Both wish it"),
    Show.DECLINED: pgettext_("matches", "Declined"),
}
