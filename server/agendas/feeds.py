"""Secret calendar URLs, one for each person and event; renewing one revokes the old one.

The token is derived from the installation's secret and a nonce, so that it can be shown again. The database stores only
its hash.
"""

import base64
import hmac
import secrets
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from server.accounts.sessions import hashed
from server.db import atomic, lock
from server.errors import NotFound
from server.models import Event, FeedToken, Person
from server.settings import Settings

NONCE_BYTES = 32


def token_of(feed: FeedToken, settings: Settings) -> str:
    """Return the token of a feed: 256 bits, not computable without the secret, safe in a URL."""
    digest = hmac.digest(settings.secret_key.encode(), b"feed\0" + feed.nonce.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def address_of(feed: FeedToken, settings: Settings) -> str:
    """Return the URL that calendar programs subscribe to."""
    return f"{settings.base_url}/cal/{token_of(feed, settings)}.ics"


async def feed_of(event: Event, person: Person) -> FeedToken | None:
    """Return the person's present feed, or None."""
    return await FeedToken.filter(event_id=event.id, person_id=person.id, revoked_at=None).order_by("-id").first()


async def feed_by_token(token: str) -> FeedToken:
    """Return the feed of a token with event and person. Raises NotFound if the token is unknown or revoked."""
    found = await FeedToken.get_or_none(token_hash=hashed(token), revoked_at=None).select_related("event", "person")
    if found is None:
        raise NotFound
    return found


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
