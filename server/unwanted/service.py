"""E-mails that a person has switched off: on the account page, or by the link or the button of a mail program.

Only e-mails that nobody needs to take part can be switched off (`emails.OptionalKind`). The outbox asks before it takes
one; those that wait when a person switches them off are dropped.
"""

import base64
import hmac
from collections.abc import Collection
from datetime import UTC, datetime

from server.db import atomic, lock
from server.email_templates import OPTIONAL
from server.emails import OptionalKind
from server.errors import NotFound
from server.models import Mail, Person
from server.models.base import MAX_ID
from server.settings import Settings

MOST = 200  # characters of a token


def token_of(person_id: int, kind: OptionalKind, settings: Settings) -> str:
    """Return the token that switches off e-mails of a kind, derived from the installation's secret. It does not end:
    old e-mails can be years old.
    """
    digest = hmac.digest(settings.secret_key.encode(), b"unwanted\0%d\0" % person_id + kind.encode(), "sha256")
    return f"{person_id}-{kind}-{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


async def meant_by(token: str, settings: Settings) -> tuple[Person, OptionalKind]:
    """Return whom and which e-mails a token means. Raises NotFound."""
    id, _, rest = token[:MOST].partition("-")
    name = rest.partition("-")[0]
    if not (id.isascii() and id.isdigit()) or int(id) > MAX_ID or name not in set(OptionalKind):
        raise NotFound
    kind = OptionalKind(name)
    if not hmac.compare_digest(token_of(int(id), kind, settings).encode(), token.encode("utf-8", "replace")):
        raise NotFound
    person = await Person.get_or_none(id=int(id))
    if person is None or not person.has_address:
        raise NotFound
    return person, kind


@atomic
async def switch_off(person: Person, kind: OptionalKind) -> None:
    """Send the person no more e-mails of a kind."""
    stored = await lock(Person, person.id)
    if stored is not None:
        await _write(stored, {*(stored.unwanted_emails or ()), kind.value})


@atomic
async def choose(person: Person, wanted: Collection[str]) -> None:
    """Send the person only these of the e-mails that can be switched off. wanted: values of OptionalKind."""
    stored = await lock(Person, person.id)
    if stored is not None:
        await _write(stored, {kind.value for kind in OptionalKind} - set(wanted))


async def _write(person: Person, unwanted: Collection[str]) -> None:
    await Person.filter(id=person.id).update(unwanted_emails=sorted(unwanted))
    templates = [template for template, kind in OPTIONAL.items() if kind in unwanted]
    # Not what somebody else gets for this person.
    waiting = Mail.filter(person_id=person.id, to_address=person.email, template__in=templates, sent_at=None)
    await waiting.filter(dropped_at=None).update(dropped_at=datetime.now(UTC), values={})
