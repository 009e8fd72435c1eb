"""Write, check and remove translations. Each public function is one transaction."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tortoise.models import Model

from i18n import _
from matching.affinity.languages import primary
from server.db import atomic, lock
from server.edits import UNSEEN, Edit, EditConflict, drawn_from, write
from server.errors import NotFound, Refused
from server.models import (
    Delegate,
    Event,
    Hall,
    Need,
    Organisation,
    Person,
    PlenaryItem,
    Registration,
    TextField,
    Translation,
    TranslationState,
)
from server.needs import service as needs
from server.translations import texts
from server.translations.texts import EVENT_COLUMNS, NEED_FIELDS, EventField, TextKey

NEEDED = _("Fill in this field.")


class Vouch(StrEnum):
    """What a person says of the translation that they save. KEEP: nothing new of one that they did not change."""

    DRAFT = "draft"
    CHECKED = "checked"
    KEEP = "keep"


class SourceChanged(Refused):
    """The text was changed while it was being translated. now: the text as it is now."""

    def __init__(self, now: str) -> None:
        super().__init__(
            _(
                "The original was changed while you were translating. Nothing is saved yet. Compare the original "
                "before and now, correct your translation if needed, and save again."
            )
        )
        self.now = now


class NothingWritten(Refused):
    """A translation without text cannot be saved; it can be removed."""

    status = 422
    field = "text"

    def __init__(self) -> None:
        super().__init__(NEEDED)


def column_of(key: TextKey, locale: str) -> str:
    """Return the name of a translation in an edit: its column, or "text"."""
    return f"{EVENT_COLUMNS[key.field]}.{locale}" if isinstance(key.field, EventField) else "text"


def drawn(key: TextKey, locale: str, text: str) -> str:
    """Return the hidden field of a form that shows the translation, as `edits.drawn_from` does."""
    if isinstance(key.field, EventField):
        return drawn_from({EVENT_COLUMNS[key.field]: {locale: text} if text else {}})
    return drawn_from({"text": text})


@atomic
async def save(
    event: Event,
    key: TextKey,
    locale: str,
    text: str,
    *,
    vouch: Vouch,
    by: Person,
    seen: str | None = None,
    edit: Edit = UNSEEN,
) -> bool:
    """Save a translation of a text of the event; return whether anything has changed.

    seen: the text from which it was translated, None if unknown. Raises SourceChanged, EditConflict, NothingWritten,
    and NotFound if the text is gone.
    """
    row, source = await lock_text(event, key, locale)
    if seen is not None and texts.hash_of(seen) != texts.hash_of(source):
        raise SourceChanged(source)
    if not text and vouch is not Vouch.KEEP:
        raise NothingWritten
    if isinstance(key.field, EventField):
        is_changed = await _write_event_text(row, EVENT_COLUMNS[key.field], locale, text, edit)
        if is_changed and not text:
            raise NothingWritten
        return is_changed
    known = await stored(key, locale)
    now = known.text if known else ""
    changed = edit.texts({"text": text}, {"text": now})
    if not text and not changed:
        return False
    wanted = changed.get("text", now)
    if vouch is not Vouch.KEEP and wanted != text and not edit.yields:
        # Others have changed what this person left as it was, and would now vouch for unseen.
        raise EditConflict({"text": wanted}, drawn(key, locale, wanted))
    if not wanted:
        if now or vouch is not Vouch.KEEP:
            raise NothingWritten
        return False
    return await _write(event, key, locale, known, wanted, source, vouch, by)


async def review_again(event: Event, need_ids: Iterable[int], by: Person) -> None:
    """Have those needs reviewed again whose enterprise the person acts for. Call inside a transaction."""
    own = Need.filter(id__in=list(need_ids), registration__delegates__person_id=by.id).order_by("id")
    for each in await own:
        if need := await lock(Need, each.id):
            await needs.review_again(event, need, by)


@atomic
async def remove(event: Event, key: TextKey, locale: str, *, edit: Edit = UNSEEN) -> None:
    """Remove a translation, so that readers see the original. Raises EditConflict, and NotFound if the text is gone."""
    row, _source = await lock_text(event, key, locale)
    if isinstance(key.field, EventField):
        await _write_event_text(row, EVENT_COLUMNS[key.field], locale, "", edit)
        return
    known = await stored(key, locale)
    if known is not None and edit.texts({"text": ""}, {"text": known.text}):
        await known.delete()


async def lock_text(event: Event, key: TextKey, locale: str) -> tuple[Model, str]:
    """Return the row with the text, locked, and the text. Raises NotFound."""
    if isinstance(key.field, EventField):
        kinds: Mapping[EventField, type[Model]] = {EventField.HALL: Hall, EventField.ITEM: PlenaryItem}
        kind = kinds.get(key.field, Event)
        row = await lock(kind, key.row_id)
        if row is None or (row.pk if kind is Event else row.event_id) != event.id:  # type: ignore[attr-defined]
            raise NotFound
        source = texts.of_event(row, key.field, event.locales)  # type: ignore[arg-type]
        if source.locale == locale:
            raise NotFound
        return row, source.text
    row, party_id = await _owner(key)
    if not await Registration.exists(id=party_id, event_id=event.id):
        raise NotFound
    return row, str(getattr(row, _column(key.field)))


def _column(field: TextField) -> str:
    return "position" if field is TextField.DELEGATE else field.value


async def _owner(key: TextKey) -> tuple[Model, int]:
    """Return the row with the text, locked, and the id of its party. Raises NotFound."""
    row: Any
    if key.field in NEED_FIELDS or key.field is TextField.DELEGATE:
        row = await lock(Delegate if key.field is TextField.DELEGATE else Need, key.row_id)
        party_id = row.registration_id if row else 0
    else:
        row, party_id = await lock(Registration, key.row_id), key.row_id
        if row is not None and key.field is TextField.DESCRIPTION:
            row = await lock(Organisation, row.organisation_id or 0)
    if row is None:
        raise NotFound
    return row, party_id


def owner_of(key: TextKey) -> dict[str, int]:
    """Return the column of a translation that names the owner of the text, with its id."""
    if key.field in NEED_FIELDS:
        return {"need_id": key.row_id}
    return {"delegate_id" if key.field is TextField.DELEGATE else "registration_id": key.row_id}


async def put(event: Event, key: TextKey, locale: str, text: str, by: Person) -> None:
    """Save a translation by the author of the text, "" to remove it. Call inside a transaction. Raises NotFound.

    A translation into the text's own language is not saved.
    """
    row, source = await lock_text(event, key, locale)
    known = await stored(key, locale)
    if not text:
        if known is not None:
            await known.delete()
        return
    if isinstance(row, Need) and (known is None or known.text != text):
        await needs.review_again(event, row, by)
    own = getattr(row, "text_locale", None) or getattr(row, "description_locale", "")
    if source.strip() and primary(own) != primary(locale):
        await _write(event, key, locale, known, text, source, Vouch.CHECKED, by)


async def stored(key: TextKey, locale: str) -> Translation | None:
    """Return the translation of a text, or None."""
    return await Translation.filter(field=key.field, locale=locale, **owner_of(key)).first()


async def write_event_text(event: Event, key: TextKey, locale: str, text: str, edit: Edit) -> None:
    """Write a text of the event in one language. Call inside a transaction. Raises EditConflict, NotFound."""
    row, _source = await lock_text(event, key, locale)
    assert isinstance(key.field, EventField)
    await _write_event_text(row, EVENT_COLUMNS[key.field], locale, text, edit)


async def _write_event_text(row: Model, column: str, locale: str, text: str, edit: Edit) -> bool:
    now: Mapping[str, str] = getattr(row, column)
    name, before = f"{column}.{locale}", now.get(locale, "")
    after = edit.texts({name: text}, {name: before}).get(name, before)
    if after != before:
        others = {code: each for code, each in now.items() if code != locale}
        await write(row, **{column: others | ({locale: after} if after else {})})
    return after != before


async def _write(
    event: Event,
    key: TextKey,
    locale: str,
    known: Translation | None,
    text: str,
    source: str,
    vouch: Vouch,
    by: Person,
) -> bool:
    is_new = known is None or known.text != text
    if vouch is Vouch.KEEP and not is_new:
        return False
    if is_new and key.field in NEED_FIELDS:
        await review_again(event, [key.row_id], by)
    now = datetime.now(UTC)
    is_checked = vouch is Vouch.CHECKED
    columns: dict[str, Any] = {
        "text": text,
        "state": TranslationState.CHECKED if is_checked else TranslationState.HUMAN,
        "source_hash": texts.hash_of(source),
        "source_text": source,
        "checker_id": by.id if is_checked else None,
        "checked_at": now if is_checked else None,
    }
    if is_new:
        # A text that a person has changed is theirs, whatever program drafted it.
        columns |= {"author_id": by.id, "engine": ""}
    if known is None:
        columns |= {"event_id": event.id, "field": key.field, "locale": locale, **owner_of(key)}
        await Translation.create(**columns)
    else:
        await write(known, **columns)
    return True
