"""A need and an expert as `affinity-request/1` tells them."""

from collections.abc import Iterable, Sequence
from typing import Any

from matching import affinity
from server.models import Registration
from server.needs.disclosure import ShownNeed


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
