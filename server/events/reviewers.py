"""The organisers' page of the review of needs: the event's rules, and its reviewers."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from server import access, edits, forms
from server.emails import InviteReviewer
from server.events import inviting, service, showing, team
from server.events.forms import HelperFields, ReviewRules
from server.fields import MAIL_LOCALES
from server.models import EventReviewer
from server.needs import reviewing
from server.pages import page, to
from server.submitting import submitted

RULES = ("reviews_needs", "clears_needs")


async def reviewers(request: Request) -> Response:
    return await _reviewers(request, forms.Form({"mail_locale": service.mail_locale(access.event(request))}))


async def add_reviewer(request: Request) -> Response:
    event, by = access.event(request), access.person(request)

    async def act(given: HelperFields) -> Response:
        await team.add_reviewer(event, given.email, locale=given.mail_locale, by=by)
        return to(f"/e/{event.slug}/reviewers", notice="saved")

    return await submitted(request, HelperFields, act, _reviewers, ask=partial(inviting.refusals, InviteReviewer, by))


async def save_rules(request: Request) -> Response:
    event, typed = access.event(request), await forms.typed_in(request)
    edit = edits.edit_of(typed)

    async def act(given: ReviewRules) -> Response:
        rules = reviewing.ReviewRuleValues(reviews_needs=given.reviews_needs, clears_needs=given.clears_needs)
        await reviewing.set_rules(event, rules, edit=edit)
        return to(f"/e/{event.slug}/reviewers", notice="saved")

    return await submitted(request, ReviewRules, act, partial(_reviewers, is_rules=True))


async def invite_reviewer(request: Request) -> Response:
    event = access.event(request)
    reviewer = await access.of_event(request, EventReviewer, "reviewer")
    await team.invite_again(event, reviewer, access.person(request))
    return to(f"/e/{event.slug}/reviewers", notice="invited")


async def remove_reviewer(request: Request) -> Response:
    event = access.event(request)
    await team.remove_helper(event, await access.of_event(request, EventReviewer, "reviewer"))
    return to(f"/e/{event.slug}/reviewers", notice="removed")


async def _reviewers(request: Request, form: forms.Form, *, is_rules: bool = False, status: int = 200) -> Response:
    """Show the page. form: of the rules if is_rules, else the one that adds a reviewer."""
    event = access.event(request)
    stored = edits.columns_of(event, RULES)
    as_stored = {name: "yes" if on else "" for name, on in stored.items()}
    empty = forms.Form({"mail_locale": service.mail_locale(event)})
    return page(
        request,
        "events/reviewers.html",
        status=status,
        rules=form if is_rules else forms.Form(as_stored, drawn=edits.drawn_from(stored)),
        form=empty if is_rules else form,
        reviewers=await showing.reviewers_of(event),
        mail_locales=MAIL_LOCALES,
    )
