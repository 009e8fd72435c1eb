"""Passport data and invitations for tests, and the key that seals."""

import base64
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from server.invitations.values import GUEST_TEXTS, HOST_TEXTS
from server.models import Consent, Event, Invitation, InvitationHost, Passport, PassportRequest, Recipient, Registration
from server.passports import service
from server.passports.values import PassportData, Sex
from server.passports.vault import Vault
from tests import factories

KEY = base64.urlsafe_b64encode(b"a key of the tests, and no other").decode()
OTHER_KEY = base64.urlsafe_b64encode(b"another key of tests, no more   ").decode()
VAULT = Vault([KEY])
DATA = PassportData("75CANARY99", date(1988, 8, 18), Sex.FEMALE)
# What an expert sends.
FORM: Mapping[str, str] = {
    "passport_number": "75 canary 99",
    "passport_birth": "1988-08-18",
    "passport_sex": "F",
    "agree": "yes",
}


async def asking(event: Event, **values: Any) -> PassportRequest:
    """Have the event ask for passport data of everybody who is not Russian."""
    await factories.visa_rule(event)
    last = datetime.now(UTC).date() + timedelta(days=30)
    defaults: dict[str, Any] = {"purpose": {"en": "Invitations for the visa"}, "delete_after": last}
    return await PassportRequest.create(event=event, **{**defaults, **values})


async def passport(expert: Registration) -> Passport:
    """Store the passport data of an expert who agrees to that. The event asks for it."""
    event = await Event.get(id=expert.event_id)
    asked = await PassportRequest.get_or_none(event_id=event.id) or await asking(event)
    purpose = service.purpose_for(asked, "en")
    await Consent.create(
        person_id=expert.person_id,
        event=event,
        purpose=purpose.code,
        version=purpose.version,
        text_hash=purpose.text_hash("en"),
        locale="en",
        given_at=datetime.now(UTC),
    )
    sealed = VAULT.seal(DATA.fields(), of=expert.id)
    return await Passport.create(registration=expert, sealed=sealed, key_id=VAULT.key_id)


async def invitation(expert: Registration, **values: Any) -> Invitation:
    """Create a complete and released invitation of an expert, and what the host says in it."""
    three = {"zh_Hans": "宁波市北仑区", "en": "Beilun District", "ru": "Район Бэйлунь"}
    host: dict[str, Any] = dict.fromkeys(HOST_TEXTS, three)
    await InvitationHost.get_or_create(event_id=expert.event_id, defaults={**host, "phone": "+86 574 8678 0000"})
    day = date(2026, 5, 20)
    defaults = {"first_day": day, "last_day": day + timedelta(days=4), "released_at": datetime.now(UTC)}
    texts: dict[str, Any] = dict.fromkeys(GUEST_TEXTS, three)
    return await Invitation.create(registration=expert, **{**texts, **defaults, **values})


async def recipient(event: Event, **values: Any) -> Recipient:
    """Add an organisation to which the event passes data."""
    defaults: dict[str, Any] = {"name": "Ningbo Museum", "country": "CN", "purpose": {"en": "Guided tours"}}
    return await Recipient.create(event=event, **{**defaults, **values})
