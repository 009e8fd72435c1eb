"""A saved database is restored as it was, whatever has been stored, changed and deleted since."""

from server.models import Organisation, Person
from server.settings import Settings
from tests import factories, uploaded
from tests.client import Client
from tests.hostile import AGAIN
from tests.saved import Saved


async def test_a_restored_database_is_as_it_was(client: Client) -> None:
    settings: Settings = client.settings
    event = await factories.event()
    expert, organiser = await factories.expert(event), await factories.organiser(event)
    firms = [await factories.organisation(name=text * 9) for text in AGAIN]
    file = await uploaded.stored_file(expert, settings.files_dir)
    await factories.signed_in(client, organiser.person)
    [path] = [each for each in settings.files_dir.rglob("*") if each.is_file()]
    before = await Organisation.all().order_by("id").values(), await Person.all().order_by("id").values()
    saved = await Saved.of(settings)
    added = []
    for _time in range(2):
        assert (await client.get(f"/e/{event.slug}/halls")).status_code == 200
        added.append((await factories.person()).id)
        await Organisation.filter(id__in=[firm.id for firm in firms[1:]]).delete()
        await file.delete()
        await organiser.delete()
        path.unlink()
        assert (await client.get(f"/e/{event.slug}/halls")).status_code == 404
        await saved.restore(settings)
        assert (await Organisation.all().order_by("id").values(), await Person.all().order_by("id").values()) == before
        assert path.read_bytes() == b"%PDF-1.7"
    assert added[0] == added[1]
    assert (await client.get(f"/e/{event.slug}/halls")).status_code == 200
