"""Needs and experts as frozen data, and the reader of `affinity-request/1`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from matching.affinity.scheme import Scheme, scheme
from matching.formats.documents import Fault
from matching.formats.reading import At, DocumentReader, Members, ObjectShape

FORMAT = "affinity-request/1"
MODES = ("project", "consulting", "part_time", "full_time", "remote", "joint_lab", "licence", "training")
MAX_TEXT = 200_000  # code points of one text, about a chapter of a book
READINESS = (1, 9)  # least and greatest technology readiness level

_REQUEST = ObjectShape.of("format needs experts", "interpreters")
_TEXT = ObjectShape.of("text", "lang draft")
_PARTY = "topics modes languages readiness seniority private"
_NEED = ObjectShape.of("id texts", f"{_PARTY} must_topics")
_EXPERT = ObjectShape.of("id texts", _PARTY)


@dataclass(frozen=True, slots=True)
class RequestText:
    """Text of a need or expert, original or translation. lang: BCP 47 or None. draft: unchecked machine translation."""

    text: str
    lang: str | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class NeedOrExpert:
    """Base of Need and Expert.

    texts: the original first, then translations. topics: declared ids of the scheme. modes: a subset of MODES.
    languages: BCP 47 tags in which the side can talk. readiness: 1 to 9. seniority: in [0, 1]. private: an embedder
    gets none of the texts. Empty or None: not given.
    """

    id: str
    texts: tuple[RequestText, ...] = ()
    topics: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    readiness: int | None = None
    seniority: float | None = None
    private: bool = False


@dataclass(frozen=True, slots=True)
class Need(NeedOrExpert):
    """Technical need. readiness, seniority: wanted. must_topics: ids of topics that the expert must have."""

    must_topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expert(NeedOrExpert):
    """Offer of an expert. readiness: reached."""


@dataclass(frozen=True, slots=True)
class Request:
    """Needs and experts to score. interpreters: the two languages of each interpreter."""

    needs: tuple[Need, ...]
    experts: tuple[Expert, ...]
    interpreters: tuple[tuple[str, str], ...] = ()


S = TypeVar("S", Need, Expert)


def read_request(document: Any, faults: Iterable[Fault] = (), topics: Scheme | None = None) -> Request:
    """Return the request in a parsed document. topics: scheme of the allowed topic ids, by default the shipped one.

    Raises DocumentError with every fault, including the given ones.
    """
    reader = _RequestReader(faults)
    reader.know("topic", (topics or scheme()).topics.keys())
    members = reader.members((), document, _REQUEST)
    members.take("format", lambda at, raw: reader.choice(at, raw, (FORMAT,)), FORMAT)
    needs = members.take("needs", reader.needs, ())
    experts = members.take("experts", reader.experts, ())
    interpreters = members.take("interpreters", lambda at, raw: reader.each(at, raw, reader.pair), ())
    reader.finish()
    return Request(needs, experts, interpreters)


class _RequestReader(DocumentReader):
    """Reads the parts of an affinity request and collects every fault."""

    def needs(self, at: At, raw: Any) -> tuple[Need, ...]:
        return self._distinct(at, self.each(at, raw, self._need))

    def experts(self, at: At, raw: Any) -> tuple[Expert, ...]:
        return self._distinct(at, self.each(at, raw, self._expert))

    def pair(self, at: At, raw: Any) -> tuple[str, str] | None:
        tags = self.tags(at, raw)
        if len(tags) == 2:
            return tags[0], tags[1]
        if isinstance(raw, list) and len(raw) != 2:
            self.fault(at, f"an interpreter works between two languages, not {len(raw)}")
        return None

    def _distinct(self, at: At, sides: tuple[S, ...]) -> tuple[S, ...]:
        seen: set[str] = set()
        for place, side in enumerate(sides):
            if side.id in seen:
                self.fault((*at, place, "id"), f"duplicate id {side.id}")
            seen.add(side.id)
        return sides

    def _need(self, at: At, raw: Any) -> Need:
        members = self.members(at, raw, _NEED)
        return Need(**self._side(members), must_topics=members.take("must_topics", self._topics, ()))

    def _expert(self, at: At, raw: Any) -> Expert:
        return Expert(**self._side(self.members(at, raw, _EXPERT)))

    def _side(self, members: Members) -> dict[str, Any]:
        return {
            "id": members.take("id", self.id, ""),
            "texts": members.take("texts", lambda at, raw: self.each(at, raw, self._text), ()),
            "topics": members.take("topics", self._topics, ()),
            "modes": members.take("modes", self._modes, ()),
            "languages": members.take("languages", self.tags, ()),
            "readiness": members.take("readiness", self._readiness, None),
            "seniority": members.take("seniority", lambda at, raw: self.number(at, raw, 0, 1), None),
            "private": members.take("private", self.flag, False),
        }

    def _text(self, at: At, raw: Any) -> RequestText:
        members = self.members(at, raw, _TEXT)
        return RequestText(
            text=members.take("text", self._words, ""),
            lang=members.take("lang", self._tag, None),
            draft=members.take("draft", self.flag, False),
        )

    def _words(self, at: At, raw: Any) -> str:
        text = self.string(at, raw)
        if len(text) > MAX_TEXT:
            self.fault(at, f"{len(text)} characters long, at most {MAX_TEXT} are read")
            return ""
        return text

    def _topics(self, at: At, raw: Any) -> tuple[str, ...]:
        return self.refs(at, raw, "topic")

    def _modes(self, at: At, raw: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.each(at, raw, lambda where, value: self.choice(where, value, MODES))))

    def _readiness(self, at: At, raw: Any) -> int:
        level = self.whole(at, raw, READINESS[0])
        if level > READINESS[1]:
            self.fault(at, f"must be at most {READINESS[1]}")
        return level
