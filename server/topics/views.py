"""Pages on which organisers add, change and remove an event's own topics."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import LOCALES, Message, Translator, _, pgettext_
from matching.affinity import Scheme, scheme
from server import access, edits, forms
from server.errors import Refused
from server.once import once
from server.pages import page, to
from server.schemes import scheme_of
from server.submitting import submitted
from server.topics import service
from server.topics.forms import LABEL, TERMS, OwnTopicFields, beside, form_values, parents, tag
from server.topics.offering import EVERY, offer
from server.topics.values import OwnTopic


async def index(request: Request) -> Response:
    event = access.event(request)
    return page(
        request,
        "topics/index.html",
        entries=service.own(event),
        most=service.MAX_OWN,
        uses=await service.uses(event),
        shipped=len(scheme().leaves),
    )


async def new(request: Request) -> Response:
    return _form(request, forms.Form())


async def add(request: Request) -> Response:
    return await _save(request, None)


async def topic(request: Request) -> Response:
    entry = _own(request)
    columns = {name: value for name, value in entry.columns().items() if name != "id"}
    return _form(request, forms.Form(form_values(entry), drawn=edits.drawn_from(columns)), entry)


async def save(request: Request) -> Response:
    return await _save(request, _own(request))


async def confirm(request: Request) -> Response:
    entry = _own(request)
    used = (await service.uses(access.event(request)))[entry.id]
    return page(request, "topics/remove.html", entry=entry, used=used)


async def remove(request: Request) -> Response:
    await service.remove(access.event(request), _own(request).id)
    return to(_list(request), notice="removed")


def _own(request: Request) -> OwnTopic:
    return service.own_topic(access.event(request), str(request.path_params["topic"]))


def _list(request: Request) -> str:
    return f"/e/{access.event(request).slug}/topics"


def _others(request: Request, entry: OwnTopic | None) -> Scheme:
    """Return the event's scheme without the topic in question."""
    if entry is None:
        return scheme_of(access.event(request))
    rest = [each for each in service.own(access.event(request)) if each.id != entry.id]
    return scheme().extended([each.without(entry.id).columns() for each in rest])


SHOWN_IN = {
    f"{columns}.{tag(code)}": f"{field}_{code}"
    for columns, field in (("labels", "label"), ("terms", "terms"))
    for code in LOCALES
}


async def _save(request: Request, entry: OwnTopic | None) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)
    if typed.get("as") == EVERY:
        return _form(request, forms.Form(typed), entry)

    async def act(given: Any) -> Response:
        async def save() -> str:
            if entry is None:
                await service.add(event, given.values())
            else:
                await service.change(event, entry.id, given.values(), edits.edit_of(typed, SHOWN_IN))
            return _list(request)

        return to(await (once(request, save) if entry is None else save()), notice="saved")

    context = beside(_others(request, entry), _field(entry))

    def ask(_known: forms.Fields) -> AsyncIterator[Refused]:
        return service.refusals(event, adds=entry is None)

    again = partial(_form, entry=entry)
    return await submitted(request, OwnTopicFields, act, again, ask=ask, context=context, shown_in=SHOWN_IN)


def _form(request: Request, form: forms.Form, entry: OwnTopic | None = None, status: int = 200) -> Response:
    locale, others = request.state.locale, _others(request, entry)
    return page(
        request,
        "topics/form.html",
        status=status,
        form=form,
        entry=entry,
        parents=[(id, _path(others, id, locale)) for id in _offered(others, entry)],
        offer=offer(request, form.values, others, but=entry.id if entry else ""),
        longest={"label": LABEL, "terms": TERMS},
        labels=_labels(locale),
    )


def _offered(topics: Scheme, entry: OwnTopic | None) -> list[str]:
    """Return possible parent topics. An existing topic stays in its field: its id begins with the field's id."""
    return [id for id in parents(topics) if _field(entry) in (None, id.partition(".")[0])]


def _field(entry: OwnTopic | None) -> str | None:
    return entry.field if entry else None


def _path(topics: Scheme, topic: str, locale: str) -> str:
    """Return field and topic as the menu shows them."""
    above = topics.topics[topic].parent
    own = topics.label(topic, locale)
    return own if above is None else f"{topics.label(above, locale)} › {own}"


def _labels(locale: str) -> dict[str, Any]:
    """Return field labels for the summary of faults."""
    translate = Translator(locale).translate
    named: dict[str, Message] = {"label": pgettext_("topic", "Name"), "terms": pgettext_("label", "Keywords")}
    in_each = {
        f"{field}_{code}": f"{translate(label)} — {LOCALES[code].endonym}"
        for field, label in named.items()
        for code in LOCALES
    }
    return {
        **in_each,
        "parent": translate(_("Position in the topic tree")),
        "related": translate(pgettext_("label", "Related topics")),
    }
