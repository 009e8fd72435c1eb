"""The texts of an event for the reader of a page."""

from starlette.requests import Request

from matching.affinity.languages import primary
from server import access
from server.models import Interpreter, Level, Registration
from server.translations.reading import TextReader, translations_of


async def text_reader(request: Request) -> TextReader:
    """Return what shows the event's texts to the viewer of a page. No query if none has changed, else one."""
    event = access.event(request)
    standing = request.state.standing
    reads = read_by(standing.party or standing.interpreter if standing else None)
    return TextReader(await translations_of(event.id), request.state.locale, reads)


def read_by(somebody: Registration | Interpreter | None) -> tuple[str, ...]:
    """Return the languages that somebody reads, as primary tags, those known best first.

    A language of the basic level is not enough to read what people write.
    """
    if somebody is None:
        return ()
    known = list(somebody.languages)
    if isinstance(somebody, Registration):
        levels = somebody.levels or {}
        known = sorted(somebody.talk_languages, key=lambda tag: levels.get(tag) != Level.FLUENT)
    return tuple(dict.fromkeys(map(primary, known)))
