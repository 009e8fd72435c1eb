"""Labels of wishes and of the filters of the list of matches."""

from collections.abc import Mapping

from i18n import Message, pgettext_
from server.models import WishKind
from server.wishes.forms import Show

WISHES: Mapping[str | None, Message] = {
    WishKind.MUST: pgettext_("wish", "Top wish"),
    WishKind.LIKE: pgettext_("wish", "Would like"),
    WishKind.NO: pgettext_("wish", "Not interested"),
    None: pgettext_("wish", "No wish"),
}

SHOWS: Mapping[Show, Message] = {
    Show.ALL: pgettext_("matches", "All"),
    # Translators: matches without a wish so far
    Show.OPEN: pgettext_("matches", "Undecided"),
    # Translators: matches of the other side who want to meet the reader
    Show.WANTED: pgettext_("matches", "Want to meet you"),
    # Translators: matches that the reader would like to meet
    Show.WISHED: pgettext_("matches", "Want to meet"),
    Show.AGREED: pgettext_("matches", "Both want to meet"),
    # Translators: matches that the reader does not want to meet
    Show.DECLINED: pgettext_("matches", "Not interested"),
}
