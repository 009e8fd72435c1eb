"""`page(request, template, **values)` renders all HTML: autoescape, strict undefined, loaded values only."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from inspect import isfunction, signature
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Match

from i18n import Message, Translator, _, direction_of, formats, interface_locale, pgettext_, tag_of, template_functions
from matching.pictures.drawing import STYLE_HASH
from matching.pictures.palette import DARK, LIGHT
from server import arrivals, assets, names
from server.edits import DRAWN, fields_shown
from server.forms import Form, new_key
from server.models import Event
from server.schemes import scheme_of

HERE = Path(__file__).parent
MOST_PAGES = 10_000
# A picture opened as a page has its own style and nothing else.
PICTURE_POLICY = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Parameters that are meant for one showing of a page.
ONCE = frozenset({"notice", "held", "lang", "changed", "was", "gave", "refused"})
NOTICES: Mapping[str, Message] = {
    "saved": pgettext_("status", "Saved."),
    "drafts_asked": _("Machine drafts are being made. Reload this page to see them."),
    "kept": _("Your session has ended. Your text is kept: sign in to continue on the same page."),
    "held": _("Your text from before the sign-in is in the form again, but not saved yet."),
    "registered": _("The registration is complete."),
    "withdrawn": _("The registration is withdrawn."),
    "left": _("You no longer take part for the enterprise."),
    "invited": _("The invitations are being sent."),
    "not_invited": _(
        "No e-mail was sent. The participants have already given consent, or got an invitation within the last hour."
    ),
    "restored": _("The participant takes part again."),
    "absence_granted": _("The request is granted. The person gets an e-mail."),
    "absence_declined": _("The request is declined. The person gets an e-mail."),
    "absence_taken_back": _("The request is withdrawn. Your availability and your meetings do not change."),
    "changes_asked": _("The changes are sent to the organiser. You will get an e-mail with the answer."),
    "change_taken_back": _("The change is cancelled. Your profile stays as it is."),
    "back": _("You take part again, as before."),
    "consent_withdrawn": _("The consent is withdrawn."),
    "signed_out": _("The sign-out is complete."),
    "signed_out_everywhere": _("All your devices are signed out."),
    "address_asked": _("We sent a link to each address that has to agree. Open the links in these e-mails."),
    "address_cancelled": _("The change is cancelled. Your address stays as it is."),
    "address_agreed": _("You have agreed to the change."),
    "address_changed": _("Your address is changed. Sign in with the new address from now on."),
    "address_kept": _("Your address has not changed. All your devices are signed out."),
    "account_deleted": _("Your account and all data about you are deleted."),
    "session_ended": _("That device is signed out."),
    "passkey_added": _("The passkey is saved. Next time you can sign in with it."),
    "provider_connected": _("The sign-in service is connected. Next time you can sign in with it."),
    "provider_removed": _("The connection with the sign-in service is removed."),
    "no_part": _(
        "You are signed in, but your account has no part in any event and no rights. Ask an organiser or the "
        "administrator to add your e-mail address."
    ),
    "passkey_removed": _("The passkey is removed."),
    "need_saved": _("The need is saved."),
    "need_renewed": _("The need is copied as a draft. Check the draft, then publish it."),
    "topic_added": _("The topic is confirmed."),
    "need_removed": _("The need is withdrawn."),
    "wish_saved": _("The wish is saved."),
    "reminded": _("The reminders are being sent."),
    "nobody_reminded": _("No e-mail was sent. Everyone has answered or was reminded within the last days."),
    "correction_saved": _("Saved. Matches and the next plan now follow your assessment."),
    "correction_taken_back": _("The assessment is removed. Only the score counts again."),
    "compare_two": _("Choose two or three finished plans to compare."),
    "published": _("The plan is published. The e-mails are being sent."),
    "published_quietly": _("The plan is published. No meetings change, so no e-mails are sent."),
    "imported": _("The spreadsheet is imported."),
    "imported_in_part": _("The correct rows are imported. The rows that need correction are listed below."),
    "link_renewed": _("A new link is ready. The old link no longer works."),
    # Translators: the entry: a person, a hall, a table, a programme item or a topic
    "removed": _("The entry is removed from the list."),
    "moved": _("The event is moved. All participants get an e-mail."),
    "mail_again": _("The e-mails are being sent again."),
    "mail_dropped": _("This e-mail will not be sent."),
    "mail_corrected": _("The address is corrected. The waiting e-mails are being sent."),
    "joined": _("The two registrations are joined. The delegates get an e-mail."),
    "told_apart": _("Saved: these are two different enterprises. We will not ask again."),
    "translated": _("Saved. No text of this list is left."),
    "name_settled": _("Your name is saved."),
    "feed_made": _("Your calendar address is ready. Subscribe to it on each of your devices."),
    "feed_renewed": _("The calendar address is new. The old address no longer works."),
}


@dataclass(frozen=True)
class ShownLocale:
    """A language for templates."""

    id: str
    tag: str
    dir: str
    endonym: str


@dataclass(frozen=True)
class ShownViewer:
    """The signed-in person for templates."""

    id: int
    name: str
    email: str


@cache
def shown_locale(code: str) -> ShownLocale:
    """Return a language for templates."""
    found = interface_locale(code)
    return ShownLocale(found.code, found.tag, found.direction, found.endonym)


@cache
def environment() -> Environment:
    """Return the Jinja2 environment of pages and e-mails; everything about the reader comes with each rendering."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=select_autoescape(enabled_extensions=("html",), default=True, disabled_extensions=("txt",)),
        undefined=StrictUndefined,
        # Else each page asks for the time of change of every file that it is made of.
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    made.globals["static"] = assets.address
    made.globals["palette"] = {"light": LIGHT, "dark": DARK}
    made.globals["called"] = names.called
    made.globals["has_come"] = arrivals.has_come
    made.globals["country_of"] = names.country_of
    return made


def compile_templates() -> None:
    """Compile all templates of pages, which takes a second; may run in a thread."""
    made = environment()
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)


@cache
def formatter(code: str) -> SimpleNamespace:
    """Return `i18n.formats` for a reader: `fmt.time(instant, zone=zone)`; zones are always given."""
    public = {name: each for name, each in vars(formats).items() if isfunction(each) and not name.startswith("_")}
    return SimpleNamespace(
        **{
            name: partial(each, locale=code) if "locale" in signature(each).parameters else each
            for name, each in public.items()
        }
    )


def for_reader(translator: Translator) -> dict[str, Any]:
    """Return the values about the reader's language that every template gets."""
    code = translator.code
    return {
        **template_functions(translator),
        "locale": shown_locale(code),
        "text": lambda many: multilingual(translator, many),
        "tr": translator.translate,
        "fmt": formatter(code),
        "zone_of": zone_of,
        "tag_of": tag_of,
        "direction_of": direction_of,
    }


def zone_of(event: Event) -> ZoneInfo:
    """Return the venue's time zone."""
    return ZoneInfo(event.time_zone)


def _topic(code: str, event: Event | None, topic_id: str) -> str:
    known = scheme_of(event)
    # A topic that was removed from the scheme can still stand in rows.
    return known.label(topic_id, code) if topic_id in known.topics else topic_id


def multilingual(translator: Translator, many: Mapping[str, str]) -> Markup:
    """Return a text of `{locale: text}` in the reader's or the nearest language, marked with its language."""
    words, code = translator.text(many)
    return Markup('<bdi lang="{}">{}</bdi>').format(tag_of(code), words)


def translator_of(request: Request) -> Translator:
    return Translator(request.state.locale)


def typed_again(form: Form, held: Mapping[str, Any]) -> Form:
    """Return the form as it was typed before: before its sender signed in again, or on another device."""
    unticked = fields_shown(held) - held.keys()
    values = {name: value for name, value in {**form.values, **held}.items() if name not in unticked}
    return replace(form, values=values, drawn=str(held.get(DRAWN) or form.drawn))


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """Return an HTML answer. values: already loaded; templates never query."""
    standing = request.state.standing
    # The result of an earlier act is not news beside a fault of this one.
    notice = NOTICES.get(request.query_params.get("notice", "")) if status < 400 else None
    translator = translator_of(request)
    viewer, event = request.state.viewer, request.state.event
    labels = FieldLabels()
    held = getattr(request.state, "held", None)
    if held is not None and isinstance(form := values.get("form"), Form):
        values["form"] = typed_again(form, held)
        notice = NOTICES["held"]
    html = (
        environment()
        .get_template(template)
        .render(
            **for_reader(translator),
            topic=partial(_topic, translator.code, event),
            locales=[shown_locale(each) for each in request.app.state.offered],
            path=path_of(request),
            site=request.app.state.settings.base_url,
            new_key=new_key,
            names_field=labels.name,
            named_later=labels.later,
            viewer=ShownViewer(viewer.id, viewer.full_name, viewer.email) if viewer else None,
            event=event,
            venue=zone_of(event) if event else None,
            role=standing.role if standing else None,
            standing=standing,
            home=home_of(request),
            may_open=partial(may_open, request),
            acts_for=stead.party if (stead := getattr(request.state, "stead", None)) else None,
            notice=translator.translate(notice) if notice else None,
            is_faulty=any(isinstance(value, Form) and value.faults for value in values.values()),
            **{name: _shown(value, translator) for name, value in values.items()},
        )
    )
    answer = HTMLResponse(labels.put_into(html), status_code=status, headers=dict(headers or {}))
    answer.headers["Content-Language"] = translator.tag
    answer.headers["Vary"] = "Accept-Language, Cookie"
    if status == 200 and request.method in ("GET", "HEAD"):
        return confirmed(request, answer)
    return answer


def confirmed(request: Request, answer: Response) -> Response:
    """Return the answer with an ETag, so that a browser that has it already is not sent it again."""
    answer.headers["ETag"] = f'W/"{hashlib.sha256(bytes(answer.body)).hexdigest()[:24]}"'
    answer.headers.setdefault("Cache-Control", "private, no-cache")
    asked = request.headers.get("if-none-match", "")
    if answer.headers["ETag"] not in [each.strip() for each in asked.split(",")]:
        return answer
    names = ("ETag", "Cache-Control", "Content-Language", "Vary")
    kept = {name: answer.headers[name] for name in names if name in answer.headers}
    return Response(status_code=304, headers=kept)


class FieldLabels:
    """Labels of a page's form fields, for the summary of faults above them.

    The summary is rendered before the fields, so it has placeholders that are filled afterwards.
    """

    PLACE = re.compile("\ue000([^\ue000-\ue003]*)\ue001([^\ue000-\ue003]*)\ue002([^\ue000-\ue003]*)\ue003")
    LABEL = "\u241f"
    TAG = re.compile("<[^>]*>")

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}

    def name(self, field: str, label: object) -> str:
        """Record a field's label; each field calls this."""
        self.labels.setdefault(field, self.TAG.sub("", str(escape(label))))
        return ""

    def later(self, field: str, named: str, bare: str) -> Markup:
        """Return a placeholder for a line of the summary. named: with LABEL for the label. bare: without label."""
        return Markup("\ue000{}\ue001{}\ue002{}\ue003").format(field, named, bare)

    def put_into(self, html: str) -> str:
        def line(found: re.Match[str]) -> str:
            label = self.labels.get(found[1])
            return found[3] if label is None else found[2].replace(self.LABEL, label)

        return self.PLACE.sub(line, html)


def may_open(request: Request, path: str) -> bool:
    """Return whether the route of this path admits the viewer, so that pages need not offer what would be refused."""
    standing = request.state.standing
    for route in request.app.routes:
        match, found = route.matches({"type": "http", "path": path.partition("?")[0], "method": "GET"})
        if match is Match.FULL and standing is not None:
            return bool(standing.permissions & getattr(found["endpoint"], "may", frozenset()))
    return False


def home_of(request: Request) -> str:
    """Return the base path of a party's pages: the viewer's own, or of the party for which an organiser acts."""
    event, stead = request.state.event, getattr(request.state, "stead", None)
    if event is None:
        return "/"
    return f"/e/{event.slug}/parties/{stead.party.id}" if stead else f"/e/{event.slug}/me"


def _shown(value: Any, translator: Translator) -> Any:
    """Return messages and form faults in the reader's language; other values unchanged."""
    if isinstance(value, Message):
        return translator.translate(value)
    if isinstance(value, Form):
        return replace(value, faults={name: translator.translate(fault) for name, fault in value.faults.items()})
    return value


def path_of(request: Request) -> str:
    """Return path and query of the page without parameters meant for one showing."""
    query = urlencode([(k, v) for k, v in request.query_params.multi_items() if k not in ONCE])
    return request.url.path + (f"?{query}" if query else "")


def page_number(query: Mapping[str, str]) -> int:
    """Return the page number in the query, from 1; invalid ones count as 1."""
    asked = query.get("page", "")
    return max(1, min(int(asked), MOST_PAGES)) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1


def to(path: str, *, notice: str | None = None) -> Response:
    """Redirect to a path of this site after a POST. notice: a key of NOTICES."""
    path, mark, place = path.partition("#")
    if notice is not None:
        path += ("&" if "?" in path else "?") + urlencode({"notice": notice})
    return RedirectResponse(path + mark + place, status_code=303)


def picture(request: Request, content: bytes) -> Response:
    """Return the answer with an SVG picture, which browsers ask for again each time."""
    headers = {"Content-Security-Policy": PICTURE_POLICY, "Cache-Control": "private, no-cache"}
    return confirmed(request, Response(content, media_type="image/svg+xml", headers=headers))


def local_path(path: str | None) -> str:
    """Return the path if it has no scheme, host, backslash or control characters, else the path of the front page."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 500:
        return "/"
    if any(ord(c) < 32 or ord(c) == 127 or c == "\\" or 0xD800 <= ord(c) <= 0xDFFF for c in path):
        return "/"
    return path
