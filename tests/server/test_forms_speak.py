"""Every form, sent empty: the page that comes back reports its faults in a way that everybody can perceive."""

import re
from html.parser import HTMLParser

from server.accounts import sessions
from server.models import Person
from server.routes import ROUTES
from tests import world
from tests.client import Client
from tests.world import World, roles_of

# Forms of one button, which cannot be wrong, and forms whose faults are in a table of their own.
ONE_BUTTON = (
    *("out", "everywhere", "end", "remove", "withdraw", "enterprise", "retry", "drop", "undo", "invite", "discard"),
    *("renew", "feed", "take", "cancel", "publish", "language", "again", "store", "import/{upload:int}"),
)
# Groups of boxes that are loaded later, described by their fault as a whole.
GROUPS = {"f-topics", "f-must_topics", "f-related", "f-available"}
ROLES = ("organiser", "expert", "enterprise", "interpreter", "translator", "reviewer", "leader", "administrator")


class _Told(HTMLParser):
    """Title, targets of the summary's links, ids, invalid fields, and descriptions by field."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ""
        self.ids: list[str] = []
        self.led: list[str] = []
        self.invalid: set[str] = set()
        self.described: set[str] = set()
        self.focused: list[str] = []
        self._in: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in.append(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.led += [given["href"][1:]] if tag == "a" and given.get("href", "").startswith("#f-") else []
        self.described |= set(given.get("aria-describedby", "").split())
        if "autofocus" in given:
            self.focused.append(given.get("id", tag))
        if given.get("aria-invalid") == "true":
            self.invalid.add(given.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        while self._in and self._in.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._in[-1:] == ["title"]:
            self.title += data


def silences(html: str) -> list[str]:
    """Return what a page with faults fails to report."""
    told = _Told()
    told.feed(html)
    faults = [each for each in told.ids if each.endswith("-fault")]
    found = [f"{each} is not described" for each in faults if each not in told.described]
    found += [f"a line leads to {each}, which is not there" for each in told.led if each not in told.ids]
    found += [f"{each} is there {told.ids.count(each)} times" for each in set(told.ids) if told.ids.count(each) > 1]
    found += [f"no line leads to {each}" for each in faults if each.removesuffix("-fault") not in told.led]
    found += [f"{each} is not invalid" for each in faults if each.removesuffix("-fault") not in told.invalid | GROUPS]
    if not told.title.startswith("Error: "):
        found.append(f"the title is {told.title}")
    if told.focused != ["faults"]:
        found.append(f"the focus goes to {told.focused}")
    if "Saved." in html:
        found.append("it says that something is saved")
    unnamed = re.findall(r'<li><a href="#f-[^"]*">([^<:]*)</a></li>', html)
    return found + [f"a line without the name of its field: {each}" for each in unnamed]


async def english(client: Client) -> World:
    there = await world.build(client.settings)
    await Person.all().update(locale="en")
    return there


async def test_every_form_announces_its_faults_to_screen_readers(client: Client) -> None:
    there = await english(client)
    asked, found = 0, list[str]()
    for place in world.places(ROUTES):
        if place.method != "POST" or place.template.endswith(ONE_BUTTON):
            continue
        caller = next((role for role in ROLES if roles_of(role) & place.may), "creator")
        token = "" if place.template.startswith("/sign-in") else there.tokens[caller]
        cookie = f"{sessions.cookie_name(client.settings)}={token}"
        path = place.path(there.own)
        answer = await client.post(f"{path}?notice=saved", data={"at": path}, headers={"cookie": cookie})
        if answer.status_code < 400:
            # Rolled back, so that the next form finds everything unchanged.
            there = await english(client)
        if answer.status_code != 422 or "stack wrong" in answer.text:
            continue
        asked += 1
        found += [f"{path}: {each}" for each in silences(answer.text)]
        again = await client.get(path, headers={"cookie": cookie})
        if again.status_code == 303:
            again = await client.get(again.headers["location"], headers={"cookie": cookie})
        if again.status_code != 200:
            found.append(f"{path}: nothing to reload there")
    assert found == [], "\n".join(found)
    assert asked > 20
