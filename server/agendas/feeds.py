"""Secret calendar URLs, one for each person and event; renewing one revokes the old one.

The token is derived from the installation's secret and a nonce, so that it can be shown again. The database stores only
its hash.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from server.accounts.sessions import hashed
from server.db import atomic, lock, rows_of
from server.errors import NotFound
from server.memory import Counts, see, summed
from server.models import Event, FeedToken, Person
from server.settings import Settings

NONCE_BYTES = 32
FEED = """SELECT feed_token.nonce, feed_token.event_id, feed_token.person_id, person.locale, part, SUM(number)
    FROM feed_token JOIN person ON person.id = feed_token.person_id
    LEFT JOIN event_change ON event_change.event_id = feed_token.event_id
    WHERE feed_token.token_hash = ?1 AND feed_token.revoked_at IS NULL GROUP BY feed_token.id, person.locale, part"""


@dataclass(frozen=True)
class Subscribed:
    """The feed of a calendar program.

    locale: of the person's account. counts: of the event, as for `memory.remembered`.
    """

    nonce: str
    event_id: int
    person_id: int
    locale: str
    counts: Counts


def token_of(feed: FeedToken | Subscribed, settings: Settings) -> str:
    """Return the token of a feed: 256 bits, not computable without the secret, safe in a URL."""
    digest = hmac.digest(settings.secret_key.encode(), b"feed\0" + feed.nonce.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def address_of(feed: FeedToken | Subscribed, settings: Settings) -> str:
    """Return the URL that calendar programs subscribe to."""
    return f"{settings.base_url}/cal/{token_of(feed, settings)}.ics"


async def feed_of(event: Event, person: Person) -> FeedToken | None:
    """Return the person's present feed, or None."""
    return await FeedToken.filter(event_id=event.id, person_id=person.id, revoked_at=None).order_by("-id").first()


async def feed_by_token(token: str) -> Subscribed:
    """Return the feed of a token, for a request that only reads. One query. Raises NotFound if the token is unknown or
    revoked.
    """
    rows = await rows_of(FEED, hashed(token))
    if not rows:
        raise NotFound
    nonce, event_id, person_id, locale = rows[0][:4]
    counts = summed((row[4], row[5]) for row in rows)
    see(event_id, counts)
    return Subscribed(nonce, event_id, person_id, locale, counts)


@atomic
async def renew(event: Event, person: Person, settings: Settings) -> FeedToken:
    """Create a new calendar URL for the person; the old one stops working."""
    await lock(Person, person.id)
    await FeedToken.filter(event_id=event.id, person_id=person.id, revoked_at=None).update(revoked_at=datetime.now(UTC))
    feed = FeedToken(event_id=event.id, person_id=person.id, nonce=secrets.token_hex(NONCE_BYTES))
    feed.token_hash = hashed(token_of(feed, settings))
    await feed.save()
    return feed


def subscriptions(address: str, name: str) -> dict[str, str]:
    """Return URLs that open a calendar program with the subscription filled in, by service: webcal, google, outlook."""
    parts = urlsplit(address)
    webcal = f"webcal://{parts.netloc}{parts.path}"
    return {
        "webcal": webcal,
        "google": f"https://calendar.google.com/calendar/render?cid={quote(webcal, safe='')}",
        "outlook": "https://outlook.live.com/calendar/0/addfromweb"
        f"?url={quote(address, safe='')}&name={quote(name, safe='')}",
    }
