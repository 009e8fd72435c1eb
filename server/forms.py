"""Forms: a body is parsed once, into a frozen object of the right types, or all its faults are reported together.

A schema is a `Fields` model whose attributes are the form's field names. `parse` raises `Invalid` with a `Form` to show
again: the typed values, and a sentence beside each field with a fault.
"""

import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, NamedTuple, TypeVar, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from i18n import LOCALES, Message, _, ngettext_
from i18n.text import TextError, clean_line, clean_text
from server.errors import Refused, kebab
from server.values import UNSET

MAX_FIELDS = 5000
_IN_A_LANGUAGE = tuple(f"_{code}" for code in LOCALES)  # ends of the names that `in_languages` gives
Typed = str | list[str]
S = TypeVar("S", bound="Fields")
R = TypeVar("R")
# Given a form of which some fields may be missing (see `Fields.has`), yields what a service would refuse of the others,
# each refusal with its field.
Ask = Callable[[S], AsyncIterator[Refused]]


class Fault(ValueError):
    """A validator's refusal with its sentence. field: where to show it, None for the validated field.

    code: stable name for programs, in kebab-case. also: further sentences by field.
    """

    def __init__(
        self,
        message: Message,
        field: str | None = None,
        *,
        code: str,
        also: Mapping[str, Message] | None = None,
    ) -> None:
        super().__init__(message.msgid)
        self.message = message
        self.field = field
        self.code = code
        self.also = also or {}


class FieldFault(NamedTuple):
    """The fault of a field: a message for people, a code for programs."""

    message: Message
    code: str


@dataclass(frozen=True)
class Form:
    """What a template shows of a form. values: as typed, by name. faults: sentences by name, "" for the whole form.

    codes: stable names of the faults for programs. drawn: see `edits.drawn_from`. saved: values that somebody else
    saved, by field, where this person changed them, too.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Any] = field(default_factory=dict)
    drawn: str = ""
    saved: Mapping[str, Any] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)


class Invalid(Exception):
    """The form has faults. right: the form with its valid fields alone. status: of the page that shows it again.

    code: of the refusal of the whole form, "invalid" for faults of fields.
    """

    def __init__(self, form: Form, right: "Fields | None" = None, *, status: int = 422, code: str = "invalid") -> None:
        super().__init__(str({name: fault.msgid for name, fault in form.faults.items()}))
        self.form = form
        self.right = right
        self.status = status
        self.code = code


class Fields(BaseModel):
    """A form's schema. Texts are cleaned before validation; several values of one name make a list."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_strip_whitespace=True)

    def across(self) -> Iterator[Fault]:
        """Yield faults between fields that are valid by themselves, each with a field.

        Called even if other fields have faults, so that all faults are reported at once; `has` tells which fields are
        valid.
        """
        return iter(())

    @classmethod
    def gathered(cls, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the values to validate; schemas can combine several fields into one value here."""
        return values

    def has(self, *names: str) -> bool:
        """Return whether all these fields are valid."""
        return all(name in self.__dict__ for name in names)

    def valid(self, name: str) -> Any:
        """Return the value of a field, or UNSET if the field has a fault or the form does not have it."""
        return self.__dict__.get(name, UNSET)


def new_key() -> str:
    """Return a random key for the hidden field that recognises a second press of a button: see `server.once`."""
    return secrets.token_urlsafe(16)


def _cleaned(clean: Callable[[str], str]) -> BeforeValidator:
    def validator(value: Any) -> Any:
        try:
            return clean(value) if isinstance(value, str) else value
        except TextError as refused:
            raise Fault(refused.message, code=refused.code) from None

    return BeforeValidator(validator)


def blank_is_none(value: Any) -> Any:
    """Return None for an empty value, otherwise the value."""
    return None if isinstance(value, str) and not value.strip() else value


Line = Annotated[str, _cleaned(clean_line)]
Text = Annotated[str, _cleaned(clean_text)]
# Use as `Annotated[Annotated[int, Field(ge=1)] | None, BlankIsNone]`: the limits belong to the number, not to None.
BlankIsNone = BeforeValidator(blank_is_none)


def typed_values(data: FormData) -> dict[str, Typed]:
    """Return the form's text fields, a list if a name came several times. Files are left out."""
    values: dict[str, Typed] = {}
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            continue
        before = values.get(name)
        if before is None:
            values[name] = value
        else:
            values[name] = [*before, value] if isinstance(before, list) else [before, value]
    return values


def hidden(typed: Mapping[str, Typed], *, but: str) -> list[tuple[str, str]]:
    """Return (name, value) of hidden fields that send the form again as typed, without the field `but`."""
    values = {name: each if isinstance(each, list) else [each] for name, each in typed.items() if name != but}
    return [(name, value) for name, several in values.items() for value in several]


def mark_of(facts: Any) -> str:
    """Return a digest of facts that a page has shown, for a hidden field; other facts have another digest. facts: plain
    data.
    """
    return hashlib.sha256(repr(facts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


async def typed_in(request: Request) -> dict[str, Typed]:
    """Return the text fields of the request's form, as `typed_values` does."""
    return typed_values(await request.form(max_fields=MAX_FIELDS))


async def posted_object(request: Request) -> dict[str, Any]:
    """Return the object that a script has posted as JSON; an empty one for anything else."""
    try:
        posted = await request.json()
    except (ValueError, RecursionError):
        posted = None
    return posted if isinstance(posted, dict) else {}


async def parse(request: Request, schema: type[S], context: Mapping[str, Any] | None = None) -> S:
    """Return the request's form as `schema`. Raises Invalid with all faults. context: as in `check`."""
    return check(schema, await typed_in(request), context)


def check(schema: type[S], values: Mapping[str, Any], context: Mapping[str, Any] | None = None) -> S:
    """Return values from elsewhere, such as a spreadsheet row, as `schema`. Raises Invalid.

    context: further values that validators may use, by name.
    """
    prepared = {
        name: [value] if isinstance(value, str) and _is_list(schema, name) else value
        for name, value in schema.gathered(values).items()
    }
    faults: dict[str, FieldFault] = {}
    try:
        given = schema.model_validate(prepared, context=dict(context or {}))
    except ValidationError as error:
        faults = _faults(error)
        wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]}
        given = _rest(schema, prepared, context, wrong)
    for found in given.across():
        faults.setdefault(found.field or "", FieldFault(found.message, found.code))
    if faults:
        raise Invalid(_shown(values, faults, schema), _without(given, faults))
    return given


async def submit(
    schema: type[S],
    values: Mapping[str, Any],
    act: Callable[[S], Awaitable[R]],
    *,
    ask: Ask[S],
    context: Mapping[str, Any] | None = None,
) -> R:
    """Validate the form and call act. Raises Invalid with all faults, those of the form and those that services find.

    act: calls the service, which checks again under its lock; a refusal without a page of its own becomes a fault. ask:
    called only if there is a fault, to report the services' refusals together with it.
    """
    try:
        given = check(schema, values, context)
    except Invalid as invalid:
        found = {name: FieldFault(each, invalid.form.codes[name]) for name, each in invalid.form.faults.items()}
        faults = await _with_asked(found, ask(cast(S, invalid.right)))
        raise Invalid(_shown(values, faults, schema), invalid.right) from None
    try:
        return await act(given)
    except Refused as refused:
        if refused.has_page:
            raise
        faults = await _with_asked({refused.field: FieldFault(refused.message, refused.code)}, ask(given))
        raise Invalid(_shown(values, faults, schema), status=refused.status, code=refused.code) from None


async def nothing_else(_known: Fields) -> AsyncIterator[Refused]:
    """Yield nothing: the `Ask` of services that cannot check single fields in advance."""
    none: tuple[Refused, ...] = ()
    for refused in none:
        yield refused


async def _with_asked(faults: Mapping[str, FieldFault], asked: AsyncIterator[Refused]) -> dict[str, FieldFault]:
    """Return the faults with those asked for; each field keeps its first fault."""
    together = dict(faults)
    async for refused in asked:
        together.setdefault(refused.field, FieldFault(refused.message, refused.code))
    return together


def _faults(error: ValidationError) -> dict[str, FieldFault]:
    faults: dict[str, FieldFault] = {}
    for each in error.errors():
        found = each.get("ctx", {}).get("error")
        name = str(each["loc"][0]) if each["loc"] else ""
        if isinstance(found, Fault) and found.field is not None:
            name = found.field
        code = found.code if isinstance(found, Fault) else kebab(each["type"])
        faults.setdefault(name, FieldFault(sentence(each), code))
        if isinstance(found, Fault):
            faults = {**{place: FieldFault(said, code) for place, said in found.also.items()}, **faults}
    return faults


def _shown(values: Mapping[str, Any], faults: Mapping[str, FieldFault], schema: type[Fields]) -> Form:
    """Return the form with its faults in the order of its fields on the page; those of the whole form come last.

    Texts in several languages are the last fields of a schema and stand first on its page.
    """
    fields = sorted(schema.model_fields, key=lambda name: not name.endswith(_IN_A_LANGUAGE))
    places = {name: place for place, name in enumerate(fields)}
    ordered = sorted(faults.items(), key=lambda fault: places.get(fault[0], len(places)))
    messages = {name: wrong.message for name, wrong in ordered}
    return Form(values, messages, codes={name: wrong.code for name, wrong in ordered})


def _rest(schema: type[S], values: Mapping[str, Any], context: Mapping[str, Any] | None, wrong: Collection[str]) -> S:
    """Return the valid fields, each validated alone; the others are missing."""
    loose = _loose(schema)
    rest: S = loose.model_construct()
    for name, info in schema.model_fields.items():
        if name in wrong:
            rest.__dict__.pop(name, None)
        elif name in values:
            loose.__pydantic_validator__.validate_assignment(rest, name, values[name], context=dict(context or {}))
        else:
            rest.__dict__[name] = info.get_default(call_default_factory=True)
    return rest


def _without(given: S, faults: Collection[str]) -> S:
    """Return the form without the fields that have faults."""
    right: S = _loose(type(given)).model_construct()
    right.__dict__.clear()
    right.__dict__.update({name: value for name, value in given.__dict__.items() if name not in faults})
    return right


@cache
def _loose(schema: Any) -> Any:
    """Return the schema as one whose fields can be set one by one."""
    return type(schema)(schema.__name__, (schema,), {"model_config": ConfigDict(frozen=False)})


def _is_list(schema: type[Fields], name: str) -> bool:
    info = schema.model_fields.get(name)
    return info is not None and str(info.annotation).startswith(("list", "tuple", "frozenset"))


def fault(values: Mapping[str, Any], field: str, message: Message, *, code: str) -> Invalid:
    """Return an Invalid from a service's finding: `raise fault(typed, "email", _("…"), code="own-address")`."""
    return Invalid(Form(values, {field: message}, codes={field: code}))


def sentence(error: Any) -> Message:
    """Return the message for one of pydantic's errors."""
    context = error.get("ctx", {})
    if isinstance(context.get("error"), Fault):
        found: Message = context["error"].message
        return found
    kind = error["type"]
    if isinstance(error["input"], str) and kind in ("too_short", "too_long"):
        # Type of the length error for texts that a validator cleaned first.
        kind = f"string_{kind}"
    if kind == "missing" or (kind == "string_too_short" and context.get("min_length") == 1):
        return _("Fill in this field.")
    if kind == "string_too_short":
        return ngettext_(
            "Enter at least %(num)s character.", "Enter at least %(num)s characters.", context["min_length"]
        )
    if kind == "string_too_long":
        # Translators: length: how many characters the text has
        return ngettext_(
            "This text can have at most %(num)s character. Now: %(length)s.",
            "This text can have at most %(num)s characters. Now: %(length)s.",
            context["max_length"],
            length=len(error["input"]),
        )
    if kind.startswith("int_"):
        return _("Enter a whole number in digits, for example 3.")
    if kind in ("greater_than_equal", "less_than_equal", "greater_than", "less_than"):
        return _range(context)
    if kind.startswith(("date_", "datetime_")):
        return _("Enter a date such as 2026-05-21.")
    if kind.startswith("time_"):
        return _("Enter a time such as 09:30.")
    if kind == "too_long":
        return ngettext_("Choose at most %(num)s option.", "Choose at most %(num)s options.", context["max_length"])
    if kind == "too_short":
        least = context["min_length"]
        return _("Choose at least one option.") if least == 1 else _("Choose at least %(number)s.", number=least)
    return _("Choose one of the options.")


def _range(context: Mapping[str, Any]) -> Message:
    if "ge" in context:
        return _("Enter a number of at least %(number)s.", number=context["ge"])
    if "gt" in context:
        return _("Enter a number greater than %(number)s.", number=context["gt"])
    return _("Enter a number of at most %(number)s.", number=context.get("le", context.get("lt")))
