import enum
import io
from datetime import date, time
from typing import Annotated, Any, get_args

import pytest
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError, field_validator
from pydantic_core.core_schema import ErrorType
from starlette.datastructures import FormData, UploadFile

from i18n import Translator, _
from server.forms import BlankIsNone, Fault, Fields, Form, Invalid, Line, Text, check, fault, sentence, typed_values
from tests.client import Client


class Colour(enum.StrEnum):
    RED = "red"


class Sample(Fields):
    """A form with a field of every kind."""

    line: Annotated[Line, Field(min_length=1, max_length=10)] = "x"
    text: Annotated[Text, Field(min_length=3, max_length=20)] = "xxx"
    number: Annotated[int, Field(ge=1, le=9)] = 1
    above: Annotated[int, Field(gt=0, lt=10)] = 1
    maybe: Annotated[Annotated[int, Field(ge=1)] | None, BlankIsNone] = None
    day: date = date(2026, 5, 21)
    clock: time = time(9)
    colour: Colour = Colour.RED
    some: Annotated[list[str], Field(min_length=1, max_length=2)] = Field(default=["a"])
    ids: list[int] = Field(default=[])
    even: int = 2

    @field_validator("even")
    @classmethod
    def _is_even(cls, number: int) -> int:
        if number % 2:
            raise Fault(_("Write an even number."), "line" if number == 3 else None, code="odd")
        return number


class Needed(Fields):
    line: Line


def said(values: dict[str, Any], schema: type[Fields] = Sample) -> dict[str, str]:
    """Return the sentence beside each field with a fault."""
    with pytest.raises(Invalid) as caught:
        check(schema, values)
    return {name: Translator("en").translate(message) for name, message in caught.value.form.faults.items()}


@pytest.mark.parametrize(
    ("field", "typed", "expected"),
    [
        ("line", "", "Fill in this field."),
        ("line", " \t ", "Fill in this field."),
        ("line", "\0\u202e", "Fill in this field."),
        ("line", "12345678901", "This text can have at most 10 characters. Now: 11."),
        ("line", "x" * 10_000, "This text can have at most 10 characters. Now: 10000."),
        (
            "line",
            "\ud800",
            "This text contains characters that cannot be saved. Remove these characters and enter the text again.",
        ),
        ("line", ["a", "b"], "Choose one of the options."),
        ("text", "ab", "Enter at least 3 characters."),
        ("number", "", "Enter a whole number in digits, for example 3."),
        ("number", "three", "Enter a whole number in digits, for example 3."),
        ("number", "1.5", "Enter a whole number in digits, for example 3."),
        ("number", "0x1", "Enter a whole number in digits, for example 3."),
        ("number", "1e1", "Enter a whole number in digits, for example 3."),
        ("number", "9" * 5000, "Enter a whole number in digits, for example 3."),
        ("number", ["1", "2"], "Enter a whole number in digits, for example 3."),
        ("number", "0", "Enter a number of at least 1."),
        ("number", "10", "Enter a number of at most 9."),
        ("number", str(2**64), "Enter a number of at most 9."),
        ("above", "0", "Enter a number greater than 0."),
        ("above", "10", "Enter a number of at most 10."),
        ("maybe", "0", "Enter a number of at least 1."),
        ("maybe", "x", "Enter a whole number in digits, for example 3."),
        ("day", "soon", "Enter a date such as 2026-05-21."),
        ("day", "2026-02-30", "Enter a date such as 2026-05-21."),
        ("day", "", "Enter a date such as 2026-05-21."),
        ("clock", "25:00", "Enter a time such as 09:30."),
        ("clock", "", "Enter a time such as 09:30."),
        ("colour", "blue", "Choose one of the options."),
        ("colour", ["red", "red"], "Choose one of the options."),
        ("some", [], "Choose at least one option."),
        ("some", ["a", "b", "c"], "Choose at most 2 options."),
        ("ids", ["1", "x"], "Enter a whole number in digits, for example 3."),
        ("even", "5", "Write an even number."),
    ],
)
def test_each_fault_has_its_sentence_beside_its_field(field: str, typed: Any, expected: str) -> None:
    assert said({field: typed}) == {field: expected}


def test_a_missing_field_asks_to_be_filled_in() -> None:
    assert said({}, Needed) == {"line": "Fill in this field."}


def test_a_fault_can_belong_to_another_field() -> None:
    assert said({"even": "3"}) == {"line": "Write an even number."}


def test_all_faults_come_together_with_what_was_typed() -> None:
    typed = {"number": "0", "day": "soon", "line": "fine"}
    with pytest.raises(Invalid) as caught:
        check(Sample, typed)
    assert (sorted(caught.value.form.faults), caught.value.form.values) == (["day", "number"], typed)


def test_only_the_first_fault_of_a_field_is_shown() -> None:
    assert said({"ids": ["x", "y", "z"]}) == {"ids": "Enter a whole number in digits, for example 3."}


LIMITS = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}


def test_every_kind_of_error_has_a_sentence() -> None:
    for kind in get_args(ErrorType):
        context = {LIMITS[kind]: 1} if kind in LIMITS else {"min_length": 2, "max_length": 3}
        made = sentence({"type": kind, "ctx": context, "input": "what was typed", "loc": ("field",)})
        assert Translator("en").translate(made).endswith("."), kind


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna\tPetrova \n", "Anna Petrova"),
        ("A\u0308", "Ä"),
        ("a\0b\x07c", "abc"),
        ("\u202eevil\u202c", "evil"),
        ("<b>bold</b> & {{7*7}}", "<b>bold</b> & {{7*7}}"),
    ],
)
def test_a_line_is_cleaned_before_it_is_validated(typed: str, kept: str) -> None:
    assert check(Needed, {"line": typed}) == Needed(line=kept)


def test_line_ends_of_a_text_are_line_feeds() -> None:
    assert check(Sample, {"text": "one\r\ntwo\rthree"}).text == "one\ntwo\nthree"


@pytest.mark.parametrize(("typed", "value"), [("", None), ("  ", None), ("3", 3)])
def test_empty_optional_fields_are_none(typed: str, value: int | None) -> None:
    assert check(Sample, {"maybe": typed}).maybe == value


def test_a_single_box_that_is_ticked_makes_a_list() -> None:
    assert check(Sample, {"some": "a", "ids": "7"}).model_dump(include={"some", "ids"}) == {"some": ["a"], "ids": [7]}


def test_unknown_fields_are_ignored() -> None:
    assert "may_create_events" not in check(Needed, {"line": "x", "may_create_events": "1"}).model_dump()


def test_repeated_names_make_a_list_and_files_are_left_out() -> None:

    data = FormData([("a", "1"), ("b", "x"), ("a", "2"), ("a", "3"), ("c", UploadFile(io.BytesIO(b"")))])
    assert typed_values(data) == {"a": ["1", "2", "3"], "b": "x"}


def test_a_finding_of_a_service_becomes_a_fault_of_a_form() -> None:
    found = fault({"email": "a"}, "email", _("No."), code="no").form
    assert found == Form({"email": "a"}, {"email": _("No.")}, codes={"email": "no"})


def test_a_fault_is_an_error_of_pydantic_so_that_all_are_collected() -> None:
    def refuse(value: int) -> int:
        raise Fault(_("No."), code="no")

    with pytest.raises(ValidationError):
        TypeAdapter(Annotated[int, AfterValidator(refuse)]).validate_python(1)


# Through HTTP -----------------------------------------------------------------------------------------------------


async def test_typed_text_is_shown_again_and_escaped(client: Client) -> None:
    answer = await client.post("/sign-in", data={"email": '"><script>alert(1)</script>'})
    assert answer.status_code == 422
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "<script>alert" not in answer.text


async def test_a_form_with_thousands_of_fields_is_refused(client: Client) -> None:
    answer = await client.post("/sign-in", content="&".join(f"a{n}=1" for n in range(6000)), headers=URLENCODED)
    assert answer.status_code == 400


URLENCODED = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", ""),
        (b"email=a@b.org", "text/plain"),
        (b"\xff\xfe\x00", "application/x-www-form-urlencoded"),
        (b"email=%ED%A0%80%00%FF", "application/x-www-form-urlencoded"),
        (b"email=a&email=b&next=1&next=2", "application/x-www-form-urlencoded"),
        (b"email=x", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"{}", "application/json"),
        (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\nx\r\n--b--\r\n", "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n\xff\r\n--b--\r\n',
         "multipart/form-data; boundary=b; charset=undefined"),
        (b'--b\r\nContent-Disposition: form-data; name="email"\r\n\r\n\\ud800\r\n--b--\r\n',
         "multipart/form-data; boundary=b; charset=raw_unicode_escape"),
        (b'--b\r\nContent-Disposition: form-data; name="email"; filename="x"\r\n\r\nx\r\n--b--\r\n',
         "multipart/form-data; boundary=b"),
    ],
)  # fmt: skip
async def test_a_body_that_is_not_a_form_gets_an_error_page(client: Client, content: bytes, kind: str) -> None:
    answer = await client.post("/sign-in", content=content, headers={"content-type": kind} if kind else {})
    assert (answer.status_code in (400, 415, 422), "<h1" in answer.text) == (True, True)
