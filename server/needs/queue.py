"""What reviewers see: the queue of needs, and one need with its texts, translations and remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from tortoise.functions import Count

from i18n import direction_of, tag_of
from matching.affinity import Scheme
from matching.affinity.languages import primary
from server.models import (
    Event,
    Need,
    NeedClearance,
    NeedHold,
    NeedRemark,
    NeedState,
    Person,
)
from server.names import own_spelling
from server.needs.completeness import VAGUE, Account, account_of
from server.needs.reviewing import REVIEWABLE
from server.translations import texts
from server.translations.reading import Translated, Translations
from server.translations.texts import NEED_FIELDS, SourceText

MOST = 200  # needs in the queue


@dataclass(frozen=True)
class Queued:
    """A need in the queue. account: how complete it is."""

    need: Need
    account: Account


@dataclass(frozen=True)
class Queue:
    """The needs of one state, those that have waited longest first. counts: of all states."""

    state: NeedState
    lines: Sequence[Queued]
    counts: Mapping[NeedState, int]

    def beside(self, id: int) -> tuple[int | None, int | None]:
        """Return the ids of the needs before and after one, None at the ends."""
        ids = [each.need.id for each in self.lines]
        if id not in ids:
            return None, ids[0] if ids else None
        at = ids.index(id)
        return ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None


async def queue_of(event: Event, state: NeedState, topics: Scheme) -> Queue:
    """Return the queue. Two queries."""
    there = Need.filter(registration__event_id=event.id, registration__withdrawn_at=None, state__in=REVIEWABLE)
    grouped = await there.annotate(number=Count("id")).group_by("state").values("state", "number")
    counts = {NeedState(row["state"]): int(row["number"]) for row in grouped}
    rows = there.filter(state=state).order_by("submitted_at", "id").limit(MOST)
    needs = await rows.select_related("registration__organisation")
    return Queue(state, [Queued(need, account_of(stored_as_typed(need), topics)) for need in needs], counts)


def stored_as_typed(need: Need) -> Mapping[str, object]:
    """Return the columns of a need that its account reads."""
    names = ("title", "text", "tried", "acceptance", "topics", "must_topics", "modes", "readiness", "deadline")
    return {name: getattr(need, name) for name in (*names, "budget", "rights", "decision_owner")}


@dataclass(frozen=True)
class Lane:
    """A text of a need with its translation into the reviewer's choice of language, None if there is none.

    parts: the text in pieces, and whether each piece is vague. is_stale: the text has changed since it was translated.
    """

    source: SourceText
    parts: Sequence[tuple[str, bool]]
    found: Translated | None
    is_stale: bool

    @property
    def tag(self) -> str:
        return tag_of(self.source.locale)

    @property
    def direction(self) -> str:
        return direction_of(self.source.locale)

    @property
    def found_tag(self) -> str:
        return tag_of(self.found.locale) if self.found else ""


def lanes_of(need: Need, translations: Translations, locale: str) -> list[Lane]:
    """Return the texts of a need that are not empty. locale: of the translations beside them."""
    return [_lane(source, translations, locale) for field in NEED_FIELDS if (source := texts.of_need(need, field)).text]


def _lane(source: SourceText, translations: Translations, locale: str) -> Lane:
    found = translations.of(source).get(locale)
    is_stale = found is not None and found.source_hash != texts.hash_of(source.text)
    return Lane(source, _marked(source.text), found, is_stale)


def _marked(text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, and whether each one is a vague word."""
    pieces, at = [], 0
    for match in VAGUE.finditer(text):
        pieces += [(text[at : match.start()], False), (match[0], True)]
        at = match.end()
    return [(piece, is_vague) for piece, is_vague in (*pieces, (text[at:], False)) if piece]


def locales_of(event: Event, need: Need) -> list[str]:
    """Return the languages of the event in which a need can be read beside its own."""
    return [code for code in event.locales if primary(code) != primary(need.text_locale)]


@dataclass(frozen=True)
class ShownRemark:
    """A remark. by: name of the expert whose opinion it is, else of the reviewer, "" if unknown."""

    row: NeedRemark
    by: str


async def remarks_of(need: Need, locale: str, *, sent_only: bool = False) -> list[ShownRemark]:
    """Return the remarks on a need that nobody has settled, in order. sent_only: as its enterprise sees them.

    locale: of the reader. One query.
    """
    rows = NeedRemark.filter(need_id=need.id, settled_at=None)
    if sent_only:
        rows = rows.filter(sent_at__not_isnull=True)
    found = await rows.order_by("id").select_related("by")
    return [ShownRemark(row, row.expert or (own_spelling(row.by, locale) if row.by else "")) for row in found]


async def remark_at(need: Need, id: int) -> NeedRemark | None:
    """Return the remark on a need with that id that nobody has settled."""
    return await NeedRemark.get_or_none(id=id, need_id=need.id, settled_at=None)


async def held_by(need: Need, viewer: Person) -> str:
    """Return the name of another reviewer who works on the need now, or "". One query."""
    hold = await NeedHold.get_or_none(need_id=need.id).select_related("person")
    if hold is None or hold.person_id == viewer.id or hold.until <= datetime.now(UTC):
        return ""
    return own_spelling(hold.person, viewer.locale) or str(hold.person.email)


async def clearance_of(need: Need) -> NeedClearance | None:
    """Return the last record of a secrecy review of the need, ended or not. One query."""
    return await NeedClearance.filter(need_id=need.id).order_by("-id").select_related("by").first()
