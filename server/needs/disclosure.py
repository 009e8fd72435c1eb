"""Who may read what of a need. Pages, quotations, search and everything else that shows needs ask this module.

The need's own enterprise and organisers read everything. Other readers depend on the need's confidentiality:

    open        everything, and the enterprise's name
    staged      title, topics and modes; once both sides want to meet, everything and the name
    field_only  topics; once both sides want to meet, the name as well, but never more of the need
    agreement   topics; once both sides want to meet, the name, title and modes as well; everything on a page of its
                own, for those who have accepted the confidentiality agreement (`needs.agreements`)

Who decides for the enterprise is shown only once both sides want to meet, even if the need is open.

The name stays hidden while any published need of the enterprise asks for it: all needs lead to the same page, so that
an open need would reveal the name behind the others.

A published meeting tells the expert the name, so it counts as agreed. It is planned only if both sides want to meet, or
if the enterprise has released each need that hides the name for meetings with any expert.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from server.models import BudgetBand, Confidentiality, CorrectionKind, Need, NeedState, Rights, WishKind
from server.models.registrations import CONFIRMING
from server.profiles import written_in

WANTED = frozenset({WishKind.LIKE, WishKind.MUST})


def is_wanted(wishes: Collection[str | None], assessment: CorrectionKind | None) -> bool:
    """Return whether a side wishes the meeting of a pair, or an organiser assessed it as a match or requires it."""
    return assessment in CONFIRMING or any(wish in WANTED for wish in wishes)


@dataclass(frozen=True)
class ShownNeed:
    """A need as one reader may see it. Hidden or missing values are empty or None; is_whole: nothing is hidden.

    locale: language of the texts shown, as far as they tell. topics, must_topics: ids, as the enterprise chose them.
    is_under_agreement: the rest can be read after accepting an agreement.
    """

    id: int
    locale: str
    topics: tuple[str, ...]
    must_topics: tuple[str, ...]
    is_whole: bool
    title: str = ""
    text: str = ""
    tried: str = ""
    acceptance: str = ""
    modes: tuple[str, ...] = ()
    readiness: int | None = None
    deadline: date | None = None
    budget: BudgetBand | None = None
    rights: Rights | None = None
    decision_owner: str = ""
    is_under_agreement: bool = False

    @property
    def words(self) -> str:
        """The text that may be quoted: title, text and acceptance indicators, without hidden parts."""
        return "\n".join(filter(None, (self.title, self.text, self.acceptance)))


def whole(need: Need) -> ShownNeed:
    """Return the whole need, for its enterprise and for organisers."""
    return ShownNeed(
        id=need.id,
        locale=need.text_locale,
        topics=tuple(need.topics),
        must_topics=tuple(need.must_topics),
        is_whole=True,
        title=need.title,
        text=need.text,
        tried=need.tried,
        acceptance=need.acceptance,
        modes=tuple(need.modes),
        readiness=need.readiness,
        deadline=need.deadline,
        budget=need.budget,
        rights=need.rights,
        decision_owner=need.decision_owner,
    )


def to_expert(need: Need, *, is_agreed: bool) -> ShownNeed:
    """Return the need as an expert may see it. is_agreed: both sides want to meet."""
    kind = need.confidentiality
    if kind == Confidentiality.OPEN or (kind == Confidentiality.STAGED and is_agreed):
        seen = whole(need)
        return seen if is_agreed else replace(seen, decision_owner="")
    seen = ShownNeed(need.id, "", tuple(need.topics), tuple(need.must_topics), is_whole=False)
    if kind == Confidentiality.FIELD_ONLY or (kind == Confidentiality.AGREEMENT and not is_agreed):
        return seen
    return ShownNeed(
        id=seen.id,
        # Not the need's own locale, which would reveal the language of the hidden text.
        locale=written_in(need.title, ""),
        topics=seen.topics,
        must_topics=seen.must_topics,
        is_whole=False,
        title=need.title,
        modes=tuple(need.modes),
        is_under_agreement=kind == Confidentiality.AGREEMENT,
    )


def hides_title(need: Need) -> bool:
    """Return whether the other side of a published meeting reads only the topics of its need.

    That is so for needs that never show more, while a need is changed or reviewed, and once it was withdrawn then.
    """
    was_published = need.state == NeedState.WITHDRAWN and need.submitted_at is None
    is_shown = need.state == NeedState.PUBLISHED or was_published
    return not is_shown or need.confidentiality == Confidentiality.FIELD_ONLY


def is_agreed(one: WishKind | None, other: WishKind | None) -> bool:
    """Return whether both sides want to meet."""
    return one in WANTED and other in WANTED


def is_named(published: Iterable[Need], *, is_agreed: bool) -> bool:
    """Return whether an expert may read the enterprise's name. published: all its published needs."""
    return is_agreed or all(need.confidentiality == Confidentiality.OPEN for need in published)


def may_meet_anybody(published: Iterable[Need]) -> bool:
    """Return whether the enterprise may meet any expert, agreed or not. published: all its published needs."""
    return all(need.confidentiality == Confidentiality.OPEN or need.is_released for need in published)
