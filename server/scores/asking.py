"""What is asked of `matching.affinity`: an event's needs and experts as `affinity-request/1`."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any

from matching import affinity
from server.models import Registration, Side
from server.needs import disclosure
from server.needs.disclosure import ShownNeed
from server.rows import Rows, party_id
from server.scores import embedding


def request_of(rows: Rows) -> dict[str, Any]:
    """Every published need and every expert as `affinity-request/1`."""
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}
    return {
        "format": "affinity-request/1",
        "needs": [
            need_side(disclosure.whole(need), languages[need.registration_id], rows.scheme) for need in rows.needs
        ],
        "experts": [expert_side(party_id(party), party, rows.scheme) for party in rows.of(Side.EXPERT)],
        "interpreters": [list(two) for person in rows.usable_interpreters for two in combinations(person.languages, 2)],
    }


def visible_request_of(rows: Rows) -> dict[str, Any]:
    """The same with no more of each need than every expert may read, whatever they wish: what is hidden counts nothing.

    Everything that participants are shown is computed from this, with whole needs scored beside it for those alone who
    may read them: a score that knew a hidden word would tell it to whoever tries words in a profile.
    """
    languages = {party.id: party.talk_languages for party in rows.of(Side.ENTERPRISE)}
    seen = [(disclosure.to_expert(need, is_agreed=False), languages[need.registration_id]) for need in rows.needs]
    return {**request_of(replace(rows, needs=())), "needs": [need_side(*each, rows.scheme) for each in seen]}


def scored(rows: Rows, embedder: affinity.Embedder | None = None) -> affinity.Scores:
    """Every published need against every expert, scored anew. Long work. embedder: None for words alone."""
    asked = affinity.read_request(request_of(rows), topics=rows.scheme)
    likeness = embedding.likeness(asked.needs, asked.experts, embedder)
    return affinity.Scores(asked.needs, asked.experts, asked.interpreters, rows.scheme, likeness=likeness)


# -- A need, an expert ---------------------------------------------------------------------------------------------


def need_side(need: ShownNeed, languages: Sequence[str], topics: affinity.Scheme) -> dict[str, Any]:
    """A need of the request, as far as it is shown. languages: in which the enterprise can hold a talk."""
    side = _side(f"n{need.id}", need.words, need.locale, need, topics)
    return {**side, "languages": list(languages), "must_topics": _known(need.must_topics, topics)}


def expert_side(id: str, party: Registration, topics: affinity.Scheme) -> dict[str, Any]:
    """An expert of the request."""
    words = "\n".join(filter(None, (party.headline, party.offer)))
    side = _side(id, words, party.text_locale, party, topics)
    return {**side, "languages": list(party.talk_languages)}


def _side(id: str, words: str, locale: str, row: ShownNeed | Registration, topics: affinity.Scheme) -> dict[str, Any]:
    """One text, so that the evidence's positions count from the beginning of the title."""
    text = {"text": words, **({"lang": locale.replace("_", "-")} if locale else {})}
    readiness = {} if row.readiness is None else {"readiness": row.readiness}
    texts = [text] if words else []
    return {"id": id, "texts": texts, "topics": _known(row.topics, topics), "modes": list(row.modes), **readiness}


def _known(topics: Iterable[str], among: affinity.Scheme) -> list[str]:
    # A topic that has left the scheme since must not keep everybody from being planned.
    return [topic for topic in topics if topic in among.topics]
