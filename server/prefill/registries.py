"""Ask ORCID for a public record and ROR for organisations. What they answer is not trusted.

ORCID: public API 3.0, `GET /{iD}/record`. ROR: API 2, `GET /organizations?query=`.
"""

import asyncio
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from i18n import _
from i18n.text import TextError, clean_line, clean_text
from matching.embedders.posting import Call, Unanswered, address_of
from server.errors import Refused
from server.models.base import NAME, TEXT

SECONDS = 8.0  # time limit of one request
MOST_BYTES = 2 * 1024 * 1024  # of an answer
MOST_FOUND = 5  # organisations that are suggested
ORCID = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3}[0-9X])/?", re.IGNORECASE)
ROR = re.compile(r"https://ror\.org/0([a-hj-km-np-tv-z0-9]{6})([0-9]{2})")
BASE_32 = "0123456789abcdefghjkmnpqrstvwxyz"
log = logging.getLogger(__name__)


class NotAnOrcid(Refused):
    """The text is no ORCID iD, or its check digit is wrong."""

    status = 422
    field = "orcid"

    def __init__(self) -> None:
        super().__init__(_("This is not a valid ORCID iD. Check the digits."))


class NoAnswer(Refused):
    """A registry is down, too slow, or answers something else than it should. host: of the registry."""

    status = 503

    def __init__(self, host: str) -> None:
        super().__init__(
            # Translators: host: a web address
            _("No answer from this server: %(host)s. Your text is still in the form. Try again later.", host=host)
        )


@dataclass(frozen=True)
class Suggestion:
    """A value for a field of the profile, for the person to accept."""

    field: str
    text: str


def orcid_of(typed: str) -> str:
    """Return the iD as 0000-0002-1825-0097. Raises NotAnOrcid: ISO 7064 MOD 11-2 protects its last character."""
    found = ORCID.fullmatch(typed.strip())
    if found is None:
        raise NotAnOrcid
    whole = "".join(found.groups()).upper()
    total = 0
    for digit in whole[:-1]:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    if whole[-1] != ("X" if rest == 10 else str(rest)):
        raise NotAnOrcid
    return "-".join(whole[at : at + 4] for at in range(0, 16, 4))


def is_ror(id: str) -> bool:
    """Return whether the ROR id is well formed and its two check digits (ISO 7064 MOD 97-10) are right."""
    found = ROR.fullmatch(id)
    if found is None:
        return False
    number = 0
    for letter in found[1]:
        number = number * 32 + BASE_32.index(letter)
    return int(found[2]) == 98 - (number * 100) % 97


def host_of(url: str) -> str:
    """Return the host of a registry's address."""
    return urlsplit(url).hostname or url


async def ask_orcid(url: str, typed: str) -> Sequence[Suggestion]:
    """Return what a public ORCID record suggests. url: of the API. typed: the iD. Raises NotAnOrcid and NoAnswer."""
    answer = await _asked(url, f"/{orcid_of(typed)}/record")
    return list(_cleaned(_of_record(answer))) if answer is not None else ()


async def ask_ror(url: str, name: str) -> Sequence[Suggestion]:
    """Return names of organisations that are like a name. url: of the API. Raises NoAnswer."""
    answer = await _asked(url, f"/organizations?query={quote(name.strip()[:NAME], safe='')}")
    return list(_cleaned(_of_organisations(answer)))[:MOST_FOUND] if answer is not None else ()


async def _asked(url: str, path: str) -> Any:
    """Return the answer as JSON, None if the registry does not know what is asked for. Raises NoAnswer."""
    call = Call(address_of(url, kind="registry", key=""), SECONDS, MOST_BYTES)
    asking = asyncio.to_thread(call.get, path)
    try:
        reply = await asking
    except asyncio.CancelledError:
        call.end()
        raise
    except Unanswered as error:
        log.warning("registry %s %s", host_of(url), error)
        raise NoAnswer(host_of(url)) from error
    if reply.status == HTTPStatus.NOT_FOUND:
        return None
    try:
        if reply.status != HTTPStatus.OK:
            raise ValueError(f"status {reply.status}")
        return json.loads(reply.data)
    except (ValueError, RecursionError) as error:
        log.warning("registry %s answered badly: %s", host_of(url), error)
        raise NoAnswer(host_of(url)) from error


# Answers ----------------------------------------------------------------------------------------------------------


def _at(value: Any, *path: str) -> Any:
    """Return what stands at a path of objects, None if anything on the way is missing."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _each(value: Any, *path: str) -> list[Any]:
    found = _at(value, *path)
    return found if isinstance(found, list) else []


def _of_record(record: Any) -> Iterator[Suggestion]:
    name = _at(record, "person", "name")
    parts = [_at(name, "family-name", "value"), _at(name, "given-names", "value")]
    yield Suggestion("latin_name", " ".join(part for part in parts if isinstance(part, str) and part.isascii()))
    for job in _summaries(record, "employments", "employment-summary"):
        if _at(job, "end-date") is None:
            yield from _texts(("affiliation", _at(job, "organization", "name")), ("position", _at(job, "role-title")))
            break
    for study in _summaries(record, "educations", "education-summary"):
        yield from _texts(("degree", _at(study, "role-title")))
        break
    yield from _texts(("offer", _at(record, "person", "biography", "content")))


def _summaries(record: Any, kind: str, name: str) -> Iterator[Any]:
    for group in _each(record, "activities-summary", kind, "affiliation-group"):
        for summary in _each(group, "summaries"):
            yield _at(summary, name)


def _texts(*found: tuple[str, Any]) -> Iterator[Suggestion]:
    yield from (Suggestion(field, text) for field, text in found if isinstance(text, str))


def _of_organisations(answer: Any) -> Iterator[Suggestion]:
    for item in _each(answer, "items"):
        id = _at(item, "id")
        if isinstance(id, str) and is_ror(id):
            names = [each for each in _each(item, "names") if "ror_display" in _each(each, "types")]
            yield from _texts(*(("affiliation", _at(each, "value")) for each in names[:1]))


LIMITS: Mapping[str, int] = {"latin_name": NAME, "affiliation": NAME, "position": NAME, "degree": NAME, "offer": TEXT}


def _cleaned(found: Iterable[Suggestion]) -> Iterator[Suggestion]:
    """Yield the suggestions as the form takes them, each once; texts that no form takes are left out."""
    known = set[Suggestion]()
    for each in found:
        try:
            text = (clean_text if each.field == "offer" else clean_line)(each.text)
        except TextError:
            continue
        kept = Suggestion(each.field, text)
        if text and len(text) <= LIMITS[each.field] and kept not in known:
            known.add(kept)
            yield kept
