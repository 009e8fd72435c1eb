"""Pages of an enterprise's needs: list, form, withdrawing."""

from collections.abc import AsyncIterator, Mapping
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from i18n import Message, Translator, _
from server import access, edits, forms
from server.delegates.showing import delegate_choices
from server.errors import NotFound, Refused
from server.held import AT
from server.models import BudgetBand, Confidentiality, Need, NeedState, Rights
from server.models.needs import MAX_NEEDS
from server.needs import agreements, history, queue, service, showing
from server.needs.completeness import account_of
from server.needs.disclosure import ShownNeed
from server.needs.ending import day_at, has_ended
from server.needs.forms import DraftFields, NeedFields
from server.needs.labels import ACTS, LABELS, STATES
from server.needs.renewing import OUTCOMES, is_over
from server.needs.states import FIELDS, as_shown
from server.once import once
from server.pages import home_of, page, to
from server.problems import to_programs
from server.profiles import (
    BUDGETS,
    CONFIDENTIALITY,
    MODES,
    RIGHTS,
    TopicFields,
    among,
    choices,
    found_in_form,
    still_found,
    written_in,
)
from server.schemes import scheme_of
from server.submitting import submitted
from server.topics.offering import EVERY, offer
from server.translations import own
from server.translations.reading import translations_of
from server.translations.texts import NEED_FIELDS

READERS: Mapping[str, Message] = {
    Confidentiality.OPEN: _("Every expert sees the whole need and the name of the enterprise."),
    Confidentiality.STAGED: _(
        "Experts see the title, the topics and the cooperation modes. The name of the enterprise and the "
        "text appear once both sides want to meet or their meeting is published. Translators read the whole need."
    ),
    Confidentiality.FIELD_ONLY: _(
        "Experts see the topics. The name of the enterprise appears once both sides want to meet or "
        "their meeting is published. You present the rest at the meeting. Translators do not see the need."
    ),
    Confidentiality.AGREEMENT: _(
        "Experts see the topics. The title and the name of the enterprise appear once both sides want to meet or "
        "their meeting is published. Each reader accepts a confidentiality agreement before they read the whole need."
    ),
}

WITHDRAWN_MEANWHILE = _(
    "This need was withdrawn while you were editing it. Nothing is saved. You can post your text as a new need."
)


async def index(request: Request) -> Response:
    party = access.own_enterprise(request)
    needs = await showing.needs_of(party)
    event = access.event(request)
    topics, today = scheme_of(event), day_at(event)
    found = {need.id: still_found(f"{need.title}\n{need.text}", topics, need.topics) for need in needs}
    return page(
        request,
        "needs/index.html",
        needs=needs,
        most=MAX_NEEDS,
        ended={need.id for need in needs if has_ended(need, today)},
        confidentiality=CONFIDENTIALITY,
        found=found,
        states=STATES,
        outcomes=OUTCOMES,
        is_over=await is_over(party.event_id),
    )


async def new(request: Request) -> Response:
    start = {"budget": str(BudgetBand.OPEN), "rights": str(Rights.OPEN), "confidentiality": str(Confidentiality.STAGED)}
    return await _form(request, forms.Form(start))


async def create(request: Request) -> Response:
    return await _save(request, None)


async def need(request: Request) -> Response:
    found = await access.own_need_ever(request)
    if found.state == NeedState.WITHDRAWN:
        if request.state.held is None:
            raise NotFound
        return await _anew(request, request.state.held)
    others = await _in_other_languages(request, found)
    drawn = edits.drawn_from({**edits.columns_of(as_shown(found), FIELDS), **others})
    return await _form(request, forms.Form({**_as_typed(found), **others}, drawn=drawn), found)


async def save(request: Request) -> Response:
    found = await access.own_need_ever(request)
    if found.state == NeedState.WITHDRAWN:
        to_programs(request, NotFound())
        return await _anew(request, await forms.typed_in(request))
    return await _save(request, found)


async def _anew(request: Request, typed: Mapping[str, Any]) -> Response:
    """Return the form for a new need with what was typed into a need that was withdrawn meanwhile."""
    kept = {name: value for name, value in typed.items() if name not in (AT, edits.DRAWN)}
    form = forms.Form({**kept, AT: f"{_needs_path(request)}/new"}, {"": WITHDRAWN_MEANWHILE})
    return await _form(request, form, status=409)


async def revisions(request: Request) -> Response:
    """Show what was changed of a need, by whom and when."""
    found, locale = await access.own_need(request), request.state.locale
    translate = Translator(locale).translate
    return page(
        request,
        "needs/revisions.html",
        need=found,
        revisions=await history.revisions_of(found, locale),
        accepted=await agreements.accepted_of(found),
        acts=ACTS,
        labels={name: translate(label) for name, label in LABELS.items()},
        states={state: translate(label) for state, label in STATES.items()},
        modes=dict(choices(MODES, locale)),
        budgets=dict(choices(BUDGETS, locale)),
        rights=dict(choices(RIGHTS, locale)),
        kinds=dict(choices(CONFIDENTIALITY, locale)),
    )


async def add_topic(request: Request) -> Response:
    """Add a suggested topic, which was found in the need's text."""
    found = await access.own_need(request)
    given = await forms.parse(request, TopicFields, among(scheme_of(access.event(request))))
    await service.add_topic(found, given.topic, by=access.person(request))
    return to(_needs_path(request), notice="topic_added")


async def withdraw(request: Request) -> Response:
    return page(request, "needs/withdraw.html", need=await access.own_need(request))


async def do_withdraw(request: Request) -> Response:
    await service.withdraw_need(await access.own_need(request), by=access.person(request))
    return to(_needs_path(request), notice="need_removed")


def _needs_path(request: Request) -> str:
    return f"{home_of(request)}/needs"


async def _save(request: Request, found: Need | None) -> Response:
    typed = await forms.typed_in(request)
    if typed.get("as") in ("suggest", EVERY):
        return await _form(request, forms.Form(typed), found)
    state = NeedState.DRAFT if typed.get("as") == NeedState.DRAFT else NeedState.PUBLISHED
    party, edit, by = access.own_enterprise(request), edits.edit_of(typed), access.person(request)

    async def act(given: DraftFields) -> Response:
        locale = written_in(f"{given.title}\n{given.text}", request.state.locale)
        values = given.values(text_locale=locale, state=state)

        async def save() -> str:
            async def written() -> int:
                if found is None:
                    return (await service.post(party, values, by=by)).id
                return (await service.change(found, values, edit, by=by)).id

            await own.saved_with(access.event(request), written, given.own_texts(), by=by, edit=edit)
            return _needs_path(request)

        return to(await (once(request, save) if found is None else save()), notice="need_saved")

    def ask(known: DraftFields) -> AsyncIterator[Refused]:
        deadline = edit.changed("deadline", known.valid("deadline"))
        return service.refusals(party, found, deadline=deadline, is_published=state is NeedState.PUBLISHED)

    schema: type[DraftFields] = DraftFields if state is NeedState.DRAFT else NeedFields
    context, again = among(scheme_of(access.event(request))), partial(_form, found=found)
    try:
        return await submitted(request, schema, act, again, ask=ask, context=context)
    except NotFound as gone:
        # Withdrawn at the same time by another request.
        to_programs(request, gone)
        return await _anew(request, typed)


async def _form(request: Request, form: forms.Form, found: Need | None = None, status: int = 200) -> Response:
    locale, topics = request.state.locale, scheme_of(access.event(request))
    translate = Translator(locale).translate
    return page(
        request,
        "needs/form.html",
        status=status,
        form=form,
        need=found,
        seen=await _seen(found) if found and found.state == NeedState.PUBLISHED else [],
        account=account_of(form.values, topics),
        states=STATES,
        remarks=await queue.remarks_of(found, locale, sent_only=True) if found else [],
        is_reviewed=access.event(request).reviews_needs,
        found=found_in_form(form.values, topics, ("title", "text"), ("topics", "must_topics")),
        delegates=await delegate_choices(access.own_enterprise(request), locale),
        offer=offer(request, form.values),
        modes=choices(MODES, locale),
        mode_labels=dict(choices(MODES, locale)),
        budgets=choices(BUDGETS, locale),
        rights=choices(RIGHTS, locale),
        kinds=[(value, label, translate(READERS[value])) for value, label in choices(CONFIDENTIALITY, locale)],
        labels={name: translate(label) for name, label in LABELS.items()},
        others=await _other_languages(request, found),
    )


async def _in_other_languages(request: Request, found: Need) -> dict[str, str]:
    """Return the need's texts in other languages as its form shows them."""
    event = access.event(request)
    locales = own.languages(event, found.text_locale or request.state.locale)
    return own.columns(await translations_of(event.id), NEED_FIELDS, found.id, locales)


async def _other_languages(request: Request, found: Need | None) -> list[own.OtherLanguage]:
    """Return the languages in which the enterprise may write the need, too."""
    event = access.event(request)
    locales = own.languages(event, (found.text_locale if found else "") or request.state.locale)
    originals = {field: str(getattr(found, field)) if found else "" for field in NEED_FIELDS}
    return own.shown(await translations_of(event.id), originals, found.id if found else None, locales)


async def _seen(need: Need) -> list[tuple[Message, ShownNeed, str]]:
    """Return what experts see: (kind of reader, need, name of the enterprise or "" if hidden)."""
    both = await showing.as_experts_see(need)
    return [(SEEN_NOW, *both.now), (SEEN_LATER, *both.agreed)]


SEEN_NOW = _("What experts see now")
SEEN_LATER = _("What an expert sees once both sides want to meet or the meeting is published")


AS_THEY_ARE = ("title", "text", "tried", "acceptance", "topics", "must_topics", "modes", "decision_owner")


def _as_typed(need: Need) -> dict[str, Any]:
    return {
        **{name: getattr(need, name) for name in AS_THEY_ARE},
        "delegates": edits.as_typed(need.delegates or []),
        "readiness": "" if need.readiness is None else str(need.readiness),
        "deadline": need.deadline.isoformat() if need.deadline else "",
        "budget": str(need.budget),
        "rights": str(need.rights),
        "confidentiality": str(need.confidentiality),
        "is_released": "yes" if need.is_released else "",
    }
