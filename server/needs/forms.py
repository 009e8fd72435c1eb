"""Forms of a need: few fields are required for a draft, all for a published need."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from i18n import _, ngettext_
from server.forms import BlankIsNone, Fault, Line, Text
from server.models import BudgetBand, Confidentiality, NeedState, Rights
from server.models.base import LINE, NAME, TEXT
from server.models.needs import MAX_PART
from server.models.registrations import MAX_DELEGATES
from server.needs.values import NeedValues
from server.profiles import MAX_TOPICS, Modes, Readiness, Topics
from server.translations.own import InOtherLanguages

YEARS = range(2000, 2100)
TEXT_AT_LEAST = 20


def _year_of_our_time(day: date | None) -> date | None:
    if day is not None and day.year not in YEARS:
        raise Fault(_("Enter a date such as 2026-05-21."), code="date-parsing")
    return day


OptionalDate = Annotated[date | None, BlankIsNone, AfterValidator(_year_of_our_time)]


class DraftFields(InOtherLanguages):
    """A draft, which only its enterprise sees. must_topics count as topics, whether ticked there or not."""

    title: Annotated[Line, Field(min_length=1, max_length=LINE)]
    text: Annotated[Text, Field(max_length=TEXT)] = ""
    tried: Annotated[Text, Field(max_length=MAX_PART)] = ""
    acceptance: Annotated[Text, Field(max_length=MAX_PART)] = ""
    topics: Topics = Field(default=[])
    must_topics: Topics = Field(default=[])
    modes: Modes = Field(default=[])
    readiness: Readiness = None
    deadline: OptionalDate = None
    budget: BudgetBand = BudgetBand.OPEN
    rights: Rights = Rights.OPEN
    decision_owner: Annotated[Line, Field(max_length=NAME)] = ""
    delegates: list[int] = Field(default=[], max_length=MAX_DELEGATES)
    confidentiality: Confidentiality
    is_released: bool = False

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if self.has("topics", "must_topics") and len(self._all_topics()) > MAX_TOPICS:
            yield Fault(
                ngettext_("Choose at most %(num)s option.", "Choose at most %(num)s options.", MAX_TOPICS),
                "must_topics",
                code="too-long",
            )

    def _all_topics(self) -> list[str]:
        return list(dict.fromkeys((*self.topics, *self.must_topics)))

    def values(self, *, text_locale: str, state: NeedState = NeedState.PUBLISHED) -> NeedValues:
        """Return the need to be saved. text_locale: the language of title and text."""
        is_released = self.is_released and self.confidentiality != Confidentiality.OPEN
        given = {**self.model_dump(), "topics": self._all_topics(), "is_released": is_released}
        return NeedValues(**given, text_locale=text_locale, state=state)


class NeedFields(DraftFields):
    """A need to be published."""

    text: Annotated[Text, Field(min_length=TEXT_AT_LEAST, max_length=TEXT)]
    modes: Annotated[Modes, Field(min_length=1)]

    def across(self) -> Iterator[Fault]:
        yield from super().across()
        if self.has("topics", "must_topics") and not self._all_topics():
            yield Fault(_("Choose at least one option."), "topics", code="too-short")
