"""An event's needs and experts as `affinity-request/1`."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from matching import affinity
from server.models import Need, Registration, Side
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.rows import EventRows, party_id
from server.scores import embedding
from server.translations import sides
from server.translations.reading import NONE, Translations
from server.translations.sides import SideText


def request_of(rows: EventRows, private: Collection[int] = ()) -> dict[str, Any]:
    """Return all published needs and all experts as `affinity-request/1`. private: parties of whom an embedder gets no
    text.
    """
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}
    return {
        "format": "affinity-request/1",
        "needs": [
            _kept(
                need_side(disclosure.whole(need), languages[need.registration_id], rows.scheme, rows.translations),
                need.registration_id in private,
            )
            for need in rows.needs
        ],
        "experts": [
            _kept(expert_side(party_id(party), party, rows.scheme, rows.translations), party.id in private)
            for party in rows.of(Side.EXPERT)
        ],
        "interpreters": [list(two) for person in rows.usable_interpreters for two in combinations(person.languages, 2)],
    }


def _kept(side: dict[str, Any], is_private: bool) -> dict[str, Any]:
    return {**side, "private": True} if is_private else side


def visible_request_of(rows: EventRows, private: Collection[int] = ()) -> dict[str, Any]:
    """Return the request with only what every expert may read of each need.

    Everything shown to participants is computed from this request; whole needs are scored in addition for readers who
    may read them. Otherwise a score would reveal hidden words to somebody who tries words in a profile.
    """
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}

    def seen(need: Need) -> dict[str, Any]:
        shown = disclosure.to_expert(need, is_agreed=False)
        side = need_side(shown, languages[need.registration_id], rows.scheme, rows.translations)
        return _kept(side, need.registration_id in private)

    return {**request_of(replace(rows, needs=()), private), "needs": [seen(need) for need in rows.needs]}


def scored(rows: EventRows, embedder: affinity.Embedder | None = None) -> affinity.Scores:
    """Score all published needs against all experts. Takes long. embedder: None for no encoder."""
    asked = affinity.read_request(request_of(rows, embedding.private_in(rows, embedder)), topics=rows.scheme)
    meaning = embedding.meaning(asked.needs, asked.experts, embedder)
    return affinity.Scores(asked.needs, asked.experts, asked.interpreters, rows.scheme, meaning=meaning)


# -- A need, an expert ---------------------------------------------------------------------------------------------


def need_side(
    need: ShownNeed, languages: Sequence[str], topics: affinity.Scheme, translations: Translations = NONE
) -> dict[str, Any]:
    """Return the shown part of a need, for a request. languages: in which the enterprise can talk."""
    side = _side(f"n{need.id}", sides.compared(sides.of_need(need), translations), need, topics)
    return {**side, "languages": list(languages), "must_topics": _known(need.must_topics, topics)}


def expert_side(
    id: str, party: Registration, topics: affinity.Scheme, translations: Translations = NONE
) -> dict[str, Any]:
    """Return an expert of the request."""
    side = _side(id, sides.compared(sides.of_expert(party), translations), party, topics)
    return {**side, "languages": list(party.talk_languages)}


def _side(
    id: str, written: Iterable[SideText], row: ShownNeed | Registration, topics: affinity.Scheme
) -> dict[str, Any]:
    """Return a side of the request; positions of evidence in the first text count from the start of the title."""
    readiness = {} if row.readiness is None else {"readiness": row.readiness}
    texts = [each.document() for each in written]
    return {"id": id, "texts": texts, "topics": _known(row.topics, topics), "modes": list(row.modes), **readiness}


def _known(topics: Iterable[str], among: affinity.Scheme) -> list[str]:
    # A topic that was removed from the scheme must not prevent planning.
    return [topic for topic in topics if topic in among.topics]
