"""E-mails from the act that causes them to a real SMTP server in this process."""

import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import fields
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.meta import find_undeclared_variables

from i18n import Translator
from server import db, jobs, mail
from server.email_templates import EMAILS
from server.emails import AccountEmail, EventEmail, RegistrationComplete
from server.letters.composing import compose
from server.models import Job, JobKind, JobState, Mail
from server.pages import HERE, environment, for_reader
from server.settings import Settings
from server.worker import Worker
from tests import factories
from tests.server.emailing import EVENT, EXAMPLES, made, queued
from tests.server.postbox import Postbox, opened

OF_ACCOUNTS = sorted(template for template, email in EMAILS.items() if issubclass(email, AccountEmail))
SETTINGS = Settings(
    mail_from="duijie@example.org",
    base_url="https://meet.example.org",
    secret_key="a secret of the tests, of no use elsewhere",
)


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    async with opened() as box:
        yield box


@pytest.fixture
def worker(database: None, settings: Settings, postbox: Postbox) -> Worker:
    return Worker(settings.model_copy(update={"smtp_url": postbox.url}))


async def sent(worker: Worker, postbox: Postbox, template: str = "registered", **more: Any) -> EmailMessage:
    """Return the e-mail as received."""
    await queued(f"test:{len(postbox.envelopes)}", template=template, **more)
    assert await worker.run_one(JobKind.MAIL)
    return postbox.letters[-1]


def body(letter: EmailMessage, kind: str) -> str:
    found = letter.get_body((kind,))
    assert found is not None
    return str(found.get_content())


# What arrives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", EXAMPLES)
@pytest.mark.parametrize("locale", ["en", "ru", "zh_Hans"])
async def test_every_e_mail_arrives_as_text_and_html_in_its_readers_language(
    worker: Worker, postbox: Postbox, template: str, locale: str
) -> None:
    letter = await sent(worker, postbox, template, locale=locale)
    assert letter.get_content_type() == "multipart/alternative"
    assert letter["content-language"] == locale.replace("_", "-")
    assert f'<html lang="{letter["content-language"]}"' in body(letter, "html")
    said = template in OF_ACCOUNTS or EVENT[locale] in body(letter, "plain") + str(letter["subject"])
    assert (said, bool(letter["subject"]), letter["to"]) == (True, True, "anna@example.org")


async def test_text_and_html_lead_to_the_same_place(worker: Worker, postbox: Postbox) -> None:
    letter = await sent(worker, postbox, "sign_in")
    [link] = re.findall(r"http://testserver/e/\S+", body(letter, "plain"))
    assert f'href="{link}"' in body(letter, "html")


async def test_an_e_mail_loads_nothing_and_runs_nothing(worker: Worker, postbox: Postbox) -> None:
    html = body(await sent(worker, postbox, "published"), "html")
    assert re.findall(r"<(?:img|script|link|iframe|form)|url\(|@import|\son\w+=", html) == []


async def test_e_mails_are_marked_as_automatic(worker: Worker, postbox: Postbox) -> None:
    assert (await sent(worker, postbox))["auto-submitted"] == "auto-generated"


# What e-mails say --------------------------------------------------------------------------------------------------


def test_every_template_has_a_class_and_every_class_an_example() -> None:
    templates = {path.stem for path in (HERE / "templates" / "mail").glob("*.txt")} - {"base"}
    assert templates == set(EMAILS) == set(EXAMPLES)


@pytest.mark.parametrize("template", EMAILS)
def test_a_template_shows_the_fields_of_its_class_and_nothing_else(template: str) -> None:
    shown = {
        name
        for file in (f"{template}.txt", f"{template}.html", "base.txt", "base.html")
        for name in find_undeclared_variables(environment().parse((HERE / "templates" / "mail" / file).read_text()))
    }
    of_every_page = {*for_reader(Translator("en")), *environment().globals, "base_url", "switch_off"}
    # through: the member for whom a leader of a delegation gets an e-mail about an event, see `server.relaying`.
    of_events = {"name", "event_name", "through"} if issubclass(EMAILS[template], EventEmail) else {"name", "through"}
    assert shown - of_every_page - of_events == {each.name for each in fields(EMAILS[template])}


async def test_an_email_about_an_event_greets_with_the_persons_own_name_or_the_given_one(database: None) -> None:
    event, anna = await factories.event(), await factories.person(full_name="Anna Petrova")
    email = RegistrationComplete(path="/e/x/me")
    rows = [mail.email_to(anna, event, "k", email), mail.email_to(anna, event, "k", email, called="Dr Petrova")]
    assert [row.values for row in rows] == [
        {"name": name, "event_name": event.name, "path": "/e/x/me"} for name in ("Anna Petrova", "Dr Petrova")
    ]


# As they were queued before their values had classes.
OF_EARLIER: dict[str, dict[str, Any]] = {
    "sign_in": {"path": "/sign-in/link/x", "code": "123456", "minutes": 15},
    "address_taken": {"path": "/sign-in"},
    "address_confirm": {"path": "/account/email/confirm/x"},
    "address_told": {"path": "/account/email/stop/x", "new": "new@example.org"},
    "organiser": {"event_name": EVENT, "path": "/sign-in/link/x"},
    "administrator_entered": {"event_name": EVENT, "path": "/e/x/organisers", "by": "Anna Weiss"},
    "desk_staff": {"event_name": EVENT, "path": "/sign-in/link/x"},
    "escort": {"event_name": EVENT, "path": "/sign-in/link/x"},
    "owner": {"event_name": EVENT, "path": "/e/x/organisers", "by": "Anna Weiss"},
    "delegate": {"name": "", "event_name": EVENT, "path": "/sign-in/link/x"},
    "invited": {"name": "", "event_name": EVENT, "side": "enterprise", "path": "/sign-in/link/x"},
    "published": {
        "name": "Anna",
        "event_name": EVENT,
        "added": [{"said": ["Tuesday, 09:00, table 7: Beilun Motors", "Interpreter: Li Ming"]}],
        **{kind: [] for kind in ("moved", "reseated", "staffed", "cancelled", "released")},
        "has_drafts": False,
        "version": 3,
        "path": "/e/beilun/agenda",
    },
    "left": {
        "name": "Anna",
        "event_name": EVENT,
        "role": "organiser",
        "kind": "party",
        "by_organiser": False,
        "until": "21 May 2026, 09:00",
        "at_once": None,
        "affected": 2,
        "meetings": [{"when": "Tuesday, 09:00", "table": "7"}],
        "path": "/e/beilun/parties/1",
        "who": "Beilun Motors",
    },
    "joined": {
        "name": "Anna",
        "event_name": EVENT,
        "role": "kept",
        "who": "Beilun Motors",
        "new": ["Li Ming"],
        "meetings": [],
        "path": "/e/beilun/me",
    },
}


@pytest.mark.parametrize("template", OF_EARLIER)
async def test_an_email_queued_by_an_earlier_version_is_sent(worker: Worker, postbox: Postbox, template: str) -> None:
    values = OF_EARLIER[template]
    row = await Mail.create(key="k", to_address="a@example.org", locale="ru", template=template, values=values)
    await db.atomic(jobs.enqueue)(jobs.SendMail(row.id))
    assert await worker.run_one(JobKind.MAIL)
    assert values["path"] in body(postbox.letters[0], "plain")
    assert (await Mail.get()).sent_at is not None


# What nobody can put into it --------------------------------------------------------------------------------------

INJECTIONS = [
    "\r\nBcc: eve@example.org",
    "\nSubject: other",
    "\r\n\r\nbody",
    "\rX: y",
    "\x07",
    "\u202e",
    "\u2028Bcc: e@x.y",
]


@pytest.mark.parametrize("injected", INJECTIONS)
async def test_a_name_adds_no_header_and_no_recipient(worker: Worker, postbox: Postbox, injected: str) -> None:
    plain = await sent(worker, postbox)
    names = {"event_name": {"en": f"Days{injected}"}, "name": f"Anna{injected}"}
    letter = await sent(worker, postbox, values=names)
    assert sorted(letter.keys()) == sorted(plain.keys())
    assert [envelope.rcpt_tos for envelope in postbox.envelopes] == [["anna@example.org"]] * 2
    assert len(str(letter["subject"]).splitlines()) == 1


async def test_names_are_escaped_in_e_mails(worker: Worker, postbox: Postbox) -> None:
    name = '<a href="https://evil.example">Anna</a>'
    html = body(await sent(worker, postbox, values={"name": name, "event_name": {"en": name}}), "html")
    assert "https://evil.example" not in re.findall(r'href="([^"]*)"', html)
    assert "&lt;a href=" in html


URLS = [
    "https://evil.example/x?y=1",
    "www.evil.example",
    "evil.example",
    "evil。example",
    "HTTP://EVIL.EXAMPLE",
    "ftp://evil.example",
    "mailto:eve@evil.example",
    "eve@evil.example",
    "http://192.0.2.7/x",
    "http://[2001:db8::1]/",
    "http：//evil．example",
    "\\\\evil\\share",
    "//evil.example",
    "evil.рф",
]
# Texts that programs turn into links: a scheme, www, a name with a top-level domain, an address, a share.
LINK = re.compile(r"\w:[/\\]{2}\w|www[.]\w|\w[.。．｡][^\W\d_]|\w@\w|[0-9]+[.][0-9]+[.][0-9]+[.][0-9]+|[\\]{2}\w|//\w")


@pytest.mark.parametrize("url", URLS)
async def test_names_never_become_links(worker: Worker, postbox: Postbox, url: str) -> None:
    called = f"Anna {url} Firm"
    values = {
        "name": called,
        "event_name": {"en": called},
        "added": [{"said": [f"Tuesday, 09:00, table 7: {called}", called]}],
    }
    letter = await sent(worker, postbox, "published", values=values)
    own = "http://testserver"
    html = re.sub(r"<style>.*?</style>|<!doctype html>|</?\w+(?:\s[^>]*)?>", " ", body(letter, "html"), flags=re.DOTALL)
    assert {LINK.search(text.replace(own, "")) for text in (body(letter, "plain"), html)} == {None}
    assert set(re.findall(r'href="([^"]*)"', body(letter, "html"))) == {own, f"{own}/e/beilun/me"}


async def test_names_without_a_link_stay_as_they_are(worker: Worker, postbox: Postbox) -> None:
    name = "ООО «Рога и копыта», St. Petersburg 2.5 No.: 9:30 北京：中心 A/B"
    assert name.replace("No.: 9", "No.: 9") in body(await sent(worker, postbox, values={"name": name}), "plain")


@pytest.mark.parametrize("name", ["Anna", "Анна Петрова" * 9, "李明", 'An "A" Na', "Ünï, Co."])
async def test_the_senders_name_arrives_as_it_is(settings: Settings, name: str) -> None:
    letter = made("k", id=1)
    letter.created_at = datetime.now(UTC)
    sender = str(Address(name, addr_spec="duijie@пример.рф"))
    message = compose(letter, settings.model_copy(update={"mail_from": sender}))
    [line] = re.findall(r"From: (.*?)\r\n(?! )", message.as_bytes().decode("ascii"), re.DOTALL)
    shown = str(make_header(decode_header(line.replace("\r\n", ""))))
    assert shown.replace('"', "").replace("\\", "") == f"{name} <duijie@xn--e1afmkfd.xn--p1ai>".replace('"', "")


# Letters of any script, with spaces and marks of every kind between them.
@given(st.text(), st.sampled_from(["registered", "organiser", "published"]))
def test_a_subject_is_read_as_it_was_written(name: str, template: str) -> None:
    letter = made("k", template=template, id=1, values={"event_name": {"en": name}})
    letter.created_at = datetime.now(UTC)
    data = compose(letter, SETTINGS).as_bytes()
    [line] = re.findall(r"Subject: (.*?)\r\n(?! )", data.decode("utf-8"), re.DOTALL)
    said = str(make_header(decode_header(line.replace("\r\n", ""))))
    parsed = str(message_from_bytes(data, policy=policy.default)["subject"])
    expected = {
        "registered": f"Registration complete: {' '.join(name.split())}".strip(),
        "organiser": f"Organiser rights: {' '.join(name.split())}".strip(),
        "published": f"{' '.join(name.split())}: your meetings",
    }
    # Sentences isolate words of another direction.
    shown = [re.sub("[\u2068\u2069]", "", each) for each in (said, parsed, expected[template])]
    assert shown == [shown[2]] * 3
    assert max(map(len, line.split("\r\n"))) <= 76


# Once, or again ---------------------------------------------------------------------------------------------------


async def test_the_same_e_mail_is_queued_once(database: None) -> None:
    event, person = await factories.event(), await factories.person()
    for _ in range(2):
        await db.atomic(mail.queue_to)(person, event, "registered:1", RegistrationComplete(path="/"))
    assert (await Mail.all().count(), await Job.all().count()) == (1, 1)


async def test_a_repeat_after_a_crash_has_the_same_identity(worker: Worker, postbox: Postbox) -> None:
    first = await sent(worker, postbox)
    # As if the server had crashed between sending and recording it.
    await Mail.all().update(sent_at=None, values=made("").values)
    await Job.all().update(state=JobState.QUEUED)
    assert await worker.run_one(JobKind.MAIL)
    [_first, second] = postbox.letters
    assert (second["message-id"], second["date"]) == (first["message-id"], first["date"])


async def test_an_e_mail_marked_as_sent_is_not_sent_again(worker: Worker, postbox: Postbox) -> None:
    await sent(worker, postbox)
    await Job.all().update(state=JobState.QUEUED)
    await worker.run_one(JobKind.MAIL)
    assert (len(postbox.letters), (await Job.get()).state) == (1, JobState.DONE)


async def test_values_of_a_sent_e_mail_are_deleted(worker: Worker, postbox: Postbox) -> None:
    await sent(worker, postbox, "sign_in")
    assert (await Mail.get()).values == {}


async def test_an_e_mail_of_a_rolled_back_act_is_not_queued(database: None) -> None:
    @db.atomic
    async def cause() -> None:
        await mail.queue_all([made("cause")])
        raise ZeroDivisionError

    with contextlib.suppress(ZeroDivisionError):
        await cause()
    assert (await Mail.all().count(), await Job.all().count()) == (0, 0)


async def test_queueing_many_e_mails_takes_the_same_queries_as_one(database: None, queries: Callable[[], Any]) -> None:
    def letters(number: int) -> list[Mail]:
        return [made(f"{number}:{n}") for n in range(number)]

    seen = []
    for number in (1, 30):
        with queries() as statements:
            assert await db.atomic(mail.queue_all)(letters(number)) == number
        seen.append(len(statements))
    assert (seen[0], seen[1]) == (seen[0], seen[0])
