"""What has ended since a backup stays ended when the backup is restored, on both databases."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection

from server import backup, db, migrating
from server.accounts import sessions
from server.accounts.sessions import hashed
from server.agendas import feeds
from server.contacts import service as contacts
from server.models import (
    Consent,
    Contact,
    ContactKind,
    ContactReaders,
    ContactShare,
    Delegate,
    EventTranslator,
    FeedToken,
    HeldForm,
    Interpreter,
    Mail,
    Need,
    Organiser,
    Participation,
    Person,
    Registration,
    Session,
    SignInLink,
    Translation,
)
from server.privacy.erasing import erase
from server.restoring import postgres_rows, restore, tombstones
from server.settings import Settings
from tests import factories

pytestmark = pytest.mark.alone  # a database in use is not restored
NOW = datetime.now(UTC)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "backups" / "monday"


async def forget(settings: Settings) -> None:
    """Delete the notes of earlier restores."""
    if settings.is_sqlite:
        tombstones.path_beside(db.sqlite_path(settings)).unlink()
        return
    await db.connect(settings)
    await get_connection(db.CONNECTION).execute_query(f"DROP SCHEMA {postgres_rows.NOTES} CASCADE")
    await db.disconnect()


async def ended_since(settings: Settings, archive: Path) -> dict[str, Any]:
    """Make a backup, then end everything that can end."""
    event = await factories.event()
    person = await factories.person(may_create_events=True)
    expert = await factories.expert(event, person)
    enterprise = await factories.enterprise(event)
    left = await factories.delegate(enterprise)
    fired, translator = await factories.organiser(event), await factories.translator(event)
    translation = await factories.translation(expert, "offer", "ru", "Двигатели")
    await factories.session(person)
    feed = await feeds.renew(event, person, settings)
    await SignInLink.create(token_hash=hashed("link"), email=person.email, expires_at=NOW + timedelta(days=9))
    await HeldForm.create(token_hash=hashed("held"), path="/", values={}, expires_at=NOW + timedelta(days=2))
    await Consent.create(
        person=person, event=event, purpose="matching", version="1", text_hash="x", locale="en", given_at=NOW
    )
    await Mail.create(key="letter", to_address=person.email, locale="en", template="sign_in", values={})
    await backup.backup(settings, archive)
    await db.atomic(sessions.end_all)(person)
    await FeedToken.filter(id=feed.id).update(revoked_at=NOW)
    await SignInLink.all().update(used_at=NOW)
    await HeldForm.all().delete()
    await Consent.all().update(withdrawn_at=NOW)
    await Registration.filter(id=expert.id).update(withdrawn_at=NOW, agreed_at=None)
    await Delegate.filter(id=left.id).delete()
    await Organiser.filter(id=fired.id).delete()
    await EventTranslator.filter(id=translator.id).delete()
    await Translation.filter(id=translation.id).delete()
    await Person.all().update(may_create_events=False)
    await Mail.all().update(sent_at=NOW)
    return {"expert": expert.id, "enterprise": enterprise.id, "left": left.id, "fired": fired.id}


async def still_ended(ids: dict[str, Any]) -> dict[str, bool]:
    return {
        "session": not await Session.exists(expires_at__gt=datetime.now(UTC)),
        "feed": not await FeedToken.exists(revoked_at=None),
        "link": not await SignInLink.exists(used_at=None),
        "held": not await HeldForm.exists(),
        "consent": not await Consent.exists(withdrawn_at=None, purpose="matching", version="1"),
        "expert": await Registration.exists(id=ids["expert"], withdrawn_at__not_isnull=True, agreed_at=None),
        "enterprise": await Registration.exists(id=ids["enterprise"], withdrawn_at=None),
        "delegate": not await Delegate.exists(id=ids["left"]),
        "organiser": not await Organiser.exists(id=ids["fired"]),
        "translator": not await EventTranslator.exists(),
        "translation": not await Translation.exists(),
        "creator": not await Person.exists(may_create_events=True),
        "letter": not await Mail.exists(sent_at=None),
    }


async def test_rows_ended_since_the_backup_stay_ended(database: None, settings: Settings, archive: Path) -> None:
    ids = await ended_since(settings, archive)
    await db.disconnect()

    done = await restore(settings, archive)

    await db.connect(settings)
    found = await still_ended(ids)
    assert found == dict.fromkeys(found, True)
    assert (done.is_sure, done.ended > 0) == (True, True)


async def test_rows_stay_ended_after_two_restores(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    await backup.backup(settings, tmp_path / "older")
    ids = await ended_since(settings, archive)
    await db.disconnect()

    await restore(settings, tmp_path / "older")
    await restore(settings, archive)

    await db.connect(settings)
    found = await still_ended(ids)
    # Deleted rows leave no trace that they existed.
    assert [name for name, is_ended in found.items() if not is_ended] == [
        *("held", "delegate", "organiser", "translator", "translation"),
    ]
    if settings.is_sqlite:
        assert tombstones.path_beside(db.sqlite_path(settings)).stat().st_mode & 0o777 == 0o600


async def test_what_was_undone_since_an_earlier_restore_stays_undone(
    database: None, settings: Settings, archive: Path
) -> None:
    expert = await factories.expert(await factories.event())
    await backup.backup(settings, archive)
    await Registration.filter(id=expert.id).update(withdrawn_at=NOW)
    await db.disconnect()
    await restore(settings, archive)
    await db.connect(settings)
    assert await Registration.exists(id=expert.id, withdrawn_at__not_isnull=True)
    await Registration.filter(id=expert.id).update(withdrawn_at=None)
    await db.disconnect()

    await restore(settings, archive)

    await db.connect(settings)
    assert await Registration.exists(id=expert.id, withdrawn_at=None)


async def test_an_account_that_was_deleted_since_is_deleted_from_the_backup_with_all_its_texts(
    database: None, settings: Settings, archive: Path
) -> None:
    event = await factories.event()
    person = await factories.person(full_name="Kanarienvogel")
    expert = await factories.expert(event, person, offer="Kanarienvogel")
    firm = await factories.enterprise(await factories.event(), person)
    await factories.translation(expert, "offer", "ru", "Kanarienvogel")
    await factories.mail(event, person)
    await backup.backup(settings, archive)
    await erase(person)
    for _time in range(2):  # the second time only the notes know
        await db.disconnect()
        await restore(settings, archive)
        await db.connect(settings)
        kept = await Registration.get(id=expert.id).select_related("person")
        assert (kept.offer, kept.person.is_erased, kept.takes_part) == ("", True, False)
        assert (await Need.filter(registration_id=firm.id).count(), await Translation.all().count()) == (0, 0)
        assert await Mail.filter(to_address=person.email).count() == 0
        assert await Mail.filter(template="left").count() == 0
        assert await Person.filter(full_name="Kanarienvogel").count() == 0


async def test_contacts_that_were_hidden_or_no_longer_shared_do_not_come_back(
    database: None, settings: Settings, archive: Path
) -> None:
    event = await factories.event()
    expert, firm = await factories.expert(event), await factories.enterprise(event)
    assert expert.person is not None
    shown = dict.fromkeys((ContactKind.PHONE, ContactKind.EMAIL), ("x", ContactReaders.OTHER_SIDE))
    await contacts.save(event, expert.person, shown)
    await contacts.share(expert, firm, does_share=True)
    await backup.backup(settings, archive)
    hidden = {ContactKind.PHONE: ("", ContactReaders.NOBODY), ContactKind.EMAIL: ("x", ContactReaders.NOBODY)}
    await contacts.save(event, expert.person, hidden)
    await contacts.share(expert, firm, does_share=False)

    await db.disconnect()
    await restore(settings, archive)
    await db.connect(settings)

    kept = [(each.kind, each.readers) for each in await Contact.all()]
    assert (kept, await ContactShare.all().count()) == ([(ContactKind.EMAIL, ContactReaders.NOBODY)], 0)


async def test_data_of_erased_people_do_not_come_back(database: None, settings: Settings, archive: Path) -> None:
    event, enterprise = await factories.event(), await factories.enterprise(await factories.event())
    anna, boris = [await factories.person(email=f"{name}@example.org", full_name=name) for name in ("anna", "boris")]
    expert = await factories.expert(event, anna, headline="Anna's pumps", affiliation="Anna's institute")
    delegate = await factories.delegate(enterprise, anna)
    interpreter = await factories.interpreter(event, anna)
    await factories.session(anna)
    await SignInLink.create(token_hash=hashed("link"), email=anna.email, expires_at=NOW + timedelta(days=9))
    await backup.backup(settings, archive)
    await SignInLink.all().delete()
    await anna.delete()
    await db.disconnect()

    done = await restore(settings, archive)

    await db.connect(settings)
    assert done.is_sure
    assert [person.full_name for person in await Person.filter(id__in=[anna.id, boris.id]).order_by("id")] == [
        "",
        "boris",
    ]
    assert not await Person.exists(email__contains="anna")
    party = await Registration.get(id=expert.id)
    assert (party.headline, party.affiliation, party.agreed_at, party.takes_part) == ("", "", None, False)
    assert not await Delegate.exists(id=delegate.id)
    assert not await Participation.exists(delegate_id=delegate.id)
    assert not await Interpreter.exists(id=interpreter.id)
    assert not await Session.exists(expires_at__gt=datetime.now(UTC))
    assert not await SignInLink.exists(used_at=None)


async def test_rows_missing_in_a_new_database_are_not_ended(
    database: None, settings: Settings, empty: Settings, archive: Path
) -> None:
    event = await factories.event()
    enterprise = await factories.enterprise(event, await factories.person(full_name="of the backup"))
    await factories.organiser(event)
    await factories.session(await factories.person())
    people, delegates = await Person.all().count(), await Delegate.all().count()
    await backup.backup(settings, archive)
    await db.disconnect()
    await migrating.migrate(empty)
    await db.connect(empty)
    await factories.person(full_name="who set it up")
    await db.disconnect()

    done = await restore(empty, archive)

    await db.connect(empty)
    assert (done.is_sure, done.kept is not None) == (False, True)
    assert (await Person.all().count(), await Delegate.all().count()) == (people, delegates)
    assert await Person.exists(full_name="of the backup")
    assert await Registration.exists(id=enterprise.id, withdrawn_at=None)
    assert await Organiser.all().count() == 1
    assert not await Session.exists(expires_at__gt=datetime.now(UTC))


async def test_what_came_after_an_older_copy_is_not_taken_for_removed(
    database: None, settings: Settings, archive: Path, tmp_path: Path
) -> None:
    """The older one was put back by other means, and people went on there."""
    await factories.person(full_name="of both")
    await backup.backup(settings, tmp_path / "older")
    await factories.person(full_name="of the backup")
    event = await factories.event()
    await factories.organiser(event)
    await backup.backup(settings, archive)
    await db.disconnect()
    await restore(settings, tmp_path / "older")
    await forget(settings)
    await db.connect(settings)
    await factories.person(full_name="who came later")
    await db.disconnect()

    await restore(settings, archive)

    await db.connect(settings)
    assert await Person.exists(full_name="of the backup")
    assert await Organiser.all().count() == 1
