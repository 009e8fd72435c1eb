"""Translations of what participants wrote, and who may write them."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from server.models import base
from server.models.registrations import proposal_field


class TextField(StrEnum):
    """A text that people write for others to read. The first four are a need's, the last is a delegate's position.

    All others are a party's; the description is that of its organisation.
    """

    TITLE = "title"
    TEXT = "text"
    TRIED = "tried"
    ACCEPTANCE = "acceptance"
    HEADLINE = "headline"
    OFFER = "offer"
    RESULTS = "results"
    PATENTS = "patents"
    AFFILIATION = "affiliation"
    POSITION = "position"
    DEGREE = "degree"
    DESCRIPTION = "description"
    NOTE = "note"
    DELEGATE = "delegate"


class TranslationState(StrEnum):
    """Who vouches for a translation: nobody yet, the person who wrote it, a second person or the author of the text."""

    MACHINE = "machine"
    HUMAN = "human"
    CHECKED = "checked"


class Translation(base.Row):
    """A text of a party, a need or a delegate in another language. One of the three is set.

    locale: an interface locale. engine: the program that translated, "" for a person. source_hash: of the text that was
    translated, see `translations.texts.hash_of`; if the text has another one now, the translation is stale.
    source_text: that text, NULL if unknown. author, checker: NULL once deleted.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="translations")
    registration_id: int | None
    registration: Any = fields.ForeignKeyField("server.Registration", related_name="translations", null=True)
    need_id: int | None
    need: Any = fields.ForeignKeyField("server.Need", related_name="translations", null=True)
    delegate_id: int | None
    delegate: Any = fields.ForeignKeyField("server.Delegate", related_name="translations", null=True)
    field = fields.CharEnumField(TextField, max_length=16)
    locale = fields.CharField(max_length=base.LOCALE)
    text = fields.TextField()
    state = fields.CharEnumField(TranslationState, max_length=16)
    engine = fields.CharField(max_length=base.NAME, default="")
    source_hash = fields.CharField(max_length=base.TOKEN_HASH)
    source_text: str | None = fields.TextField(null=True)
    author_id: int | None
    author: Any = fields.ForeignKeyField(
        "server.Person", related_name="translations", null=True, on_delete=fields.SET_NULL
    )
    checker_id: int | None
    checker: Any = fields.ForeignKeyField(
        "server.Person", related_name="checked_translations", null=True, on_delete=fields.SET_NULL
    )
    checked_at: Any = fields.DatetimeField(null=True)

    class Meta:
        table = "translation"
        # NULLs differ from each other, so each key concerns the rows of one kind.
        unique_together = (
            ("registration", "field", "locale"),
            ("need", "field", "locale"),
            ("delegate", "field", "locale"),
        )
        indexes = (("event", "id"),)


class EventTranslator(base.Row):
    """A person who may translate and check the texts of an event.

    languages: interface locales into which they translate, empty for all. proposed: see `proposal_field`.
    """

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="translators")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="translates")
    languages: list[str] = base.json_field(default=list)
    proposed: dict[str, str] | None = proposal_field()

    class Meta:
        table = "event_translator"
        unique_together = (("event", "person"),)


class TranslationUpload(base.Row):
    """An uploaded spreadsheet of translations that is not stored yet. Only its person sees it; deleted after a day."""

    event_id: int
    event: Any = fields.ForeignKeyField("server.Event", related_name="translation_uploads")
    person_id: int
    person: Any = fields.ForeignKeyField("server.Person", related_name="translation_uploads")
    name = fields.CharField(max_length=base.NAME)
    data = fields.BinaryField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "translation_upload"
