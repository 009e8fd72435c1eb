"""The functions that Jinja2's i18n extension calls, for one reader and one rendering."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from i18n.translator import Translator


def template_functions(translator: Translator) -> dict[str, Callable[..., str]]:
    """Return gettext, ngettext, pgettext and npgettext for a template's context.

    The environment needs `jinja2.ext.i18n` and `newstyle_gettext = True`; `_` then follows gettext. Values may have any
    type that a Message accepts. Macros see the functions if imported `with context`.
    """

    @pass_context
    def gettext(context: Context, msgid: str, /, **values: object) -> str:
        return fill(context, translator.gettext(msgid), values)

    @pass_context
    def ngettext(context: Context, singular: str, plural: str, num: int, /, **values: object) -> str:
        return fill(context, translator.ngettext(singular, plural, num), {"num": num, **values})

    @pass_context
    def pgettext(context: Context, ctx: str, msgid: str, /, **values: object) -> str:
        return fill(context, translator.pgettext(ctx, msgid), values)

    @pass_context
    def npgettext(context: Context, ctx: str, singular: str, plural: str, num: int, /, **values: object) -> str:
        return fill(context, translator.npgettext(ctx, singular, plural, num), {"num": num, **values})

    def fill(context: Context, text: str, values: Mapping[str, Any]) -> str:
        # Tags in catalogues are trusted; Markup escapes the values.
        template = Markup(text) if context.eval_ctx.autoescape else text  # noqa: S704
        return translator.filled(template, values)

    return {"gettext": gettext, "ngettext": ngettext, "pgettext": pgettext, "npgettext": npgettext}
