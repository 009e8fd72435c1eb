"""Hostile files are refused by the process that checks them; of pictures only what can be seen is kept."""

import io

import pytest
from PIL import Image

from server.files import checking, child
from server.files.checking import UnfitFile, check, name_for
from server.files.limits import Active, Damaged, TooLarge, UnknownType
from server.files.signatures import JPEG, PDF, PNG
from server.models import FileKind
from tests.server.hostile_files import PLAIN, docx, hostile, pdf, picture, with_place

HOSTILE = dict(hostile())
REFUSALS = (UnknownType, Damaged, Active, TooLarge)


def test_the_corpus_is_large() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str) -> None:
    with pytest.raises(REFUSALS):
        child.checked(HOSTILE[name], is_photo=False)


@pytest.mark.parametrize("name", PLAIN)
def test_a_plain_file_is_accepted(name: str) -> None:
    media_type, stored = child.checked(PLAIN[name], is_photo=False)

    assert (bool(stored), media_type in (PNG, JPEG)) == (not name.endswith(("pdf", "docx")),) * 2


@pytest.mark.parametrize("data", [pdf(), docx()], ids=["PDF", "DOCX"])
def test_a_document_is_no_photo(data: bytes) -> None:
    with pytest.raises(UnknownType):
        child.checked(data, is_photo=True)


@pytest.mark.parametrize("is_photo", [True, False])
def test_a_picture_keeps_nothing_that_cannot_be_seen(is_photo: bool) -> None:
    before = with_place() + b"<script>alert('SECRETEND')</script>"
    assert b"SECRETCAMERA" in before

    _type, stored = child.checked(before, is_photo=is_photo)

    assert b"SECRET" not in stored
    assert Image.open(io.BytesIO(stored)).size == (40, 30)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_photo_becomes_a_small_jpeg(kind: str) -> None:
    media_type, stored = child.checked(picture(kind, (3000, 1500)), is_photo=True)

    assert (media_type, Image.open(io.BytesIO(stored)).size) == (JPEG, (800, 400))


def test_a_photo_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned

    _type, stored = child.checked(picture("JPEG", (40, 30), exif=exif), is_photo=True)

    assert Image.open(io.BytesIO(stored)).size == (30, 40)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Lebenslauf.PDF", "Lebenslauf.pdf"),
        ("Резюме Иванова.docx", "Резюме Иванова.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\简历.pdf", "简历.pdf"),
        ("cv\u202efdp.exe", "cvfdp.pdf"),
        ("cv\0.pdf\r\nSet-Cookie: a=b", "a=b.pdf"),
        ('a"b<c>|?*.pdf', "abc.pdf"),
        ("....", "cv.pdf"),
        ("", "cv.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("\ud800\u200b\u2066x.pdf", "x.pdf"),
        ("a" * 5000 + ".pdf", "a" * 120 + ".pdf"),
        ("two\n  lines.pdf", "two lines.pdf"),
    ],
)
def test_a_name_is_plain_and_ends_as_its_type_demands(name: str, shown: str) -> None:
    assert name_for(name, PDF, "cv") == shown


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("drawing.svg", checking.UNKNOWN),
        ("cut-off.jpg", checking.DAMAGED),
        ("script.pdf", checking.ACTIVE),
        ("bomb.docx", checking.TOO_LARGE),
        ("bomb.png", checking.TOO_LARGE),
    ],
)
async def test_the_sender_is_told_why(name: str, message: object) -> None:
    with pytest.raises(UnfitFile) as refused:
        await check(name, HOSTILE[name], FileKind.CV)

    assert refused.value.message == message


async def test_a_process_of_its_own_checks_a_file() -> None:
    file = await check("a.pdf", pdf(), FileKind.CV)
    drawn = await check("me.webp", picture("WEBP"), FileKind.PHOTO)

    assert (file.name, file.media_type, file.data) == ("a.pdf", PDF, pdf())
    assert (drawn.name, drawn.media_type, drawn.data[:3]) == ("me.jpg", JPEG, b"\xff\xd8\xff")


async def test_a_file_that_is_too_long_is_refused() -> None:
    with pytest.raises(UnfitFile) as refused:
        await check("a.pdf", pdf(b"%" + b"a" * (10 * 1024 * 1024)), FileKind.OTHER)

    assert refused.value.message == checking.TOO_LARGE
