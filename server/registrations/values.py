"""What a step of a registration saves, as the service takes it. Each step knows some columns; the others stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.models import OrganisationKind
from server.values import UNSET, Unset, Values


@dataclass(frozen=True, kw_only=True)
class PersonValues(Values):
    """What a person is called, and where they live."""

    full_name: str | Unset = UNSET
    latin_name: str | Unset = UNSET
    zh_name: str | Unset = UNSET
    country: str | Unset = UNSET
    time_zone: str | Unset = UNSET


@dataclass(frozen=True, kw_only=True)
class OrganisationValues(Values):
    """The firm of a registration. description_locale: the language of the description."""

    name: str
    latin_name: str = ""
    kind: OrganisationKind
    description: str = ""
    description_locale: str


@dataclass(frozen=True, kw_only=True)
class DelegateValues(Values):
    """What a delegate enters on the enterprise's form. position: in the enterprise."""

    position: str


@dataclass(frozen=True, kw_only=True)
class RegistrationValues(Values):
    """The party's own columns. available: ids of slots. levels: by language tag. table_id: a firm's fixed table."""

    affiliation: str | Unset = UNSET
    position: str | Unset = UNSET
    degree: str | Unset = UNSET
    headline: str | Unset = UNSET
    offer: str | Unset = UNSET
    results: str | Unset = UNSET
    patents: str | Unset = UNSET
    note: str | Unset = UNSET
    text_locale: str | Unset = UNSET
    topics: Sequence[str] | Unset = UNSET
    readiness: int | Unset | None = UNSET
    modes: Sequence[str] | Unset = UNSET
    languages: Sequence[str] | Unset = UNSET
    levels: Mapping[str, str] | Unset | None = UNSET
    available: Sequence[int] | Unset = UNSET
    max_meetings: int | Unset | None = UNSET
    parallel: int | Unset = UNSET
    table_id: int | Unset | None = UNSET
