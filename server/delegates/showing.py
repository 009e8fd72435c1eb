"""Delegates as pages and calendars show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from i18n import Message, Translator, pgettext_
from server.delegates.labels import ROLES
from server.models import Delegate, DelegateRole, Registration
from server.names import called, shown_name


@dataclass(frozen=True)
class SeatedDelegate:
    """A delegate at a meeting. name: as the reader can read it. role: None if it is not stated."""

    name: str
    role: DelegateRole | None


def seated(delegates: Iterable[Delegate], locale: str) -> tuple[SeatedDelegate, ...]:
    """Return the delegates for a reader, without those whose name is not known; never an e-mail address."""
    named = ((called(each).for_reader(locale)[0], each.role) for each in delegates)
    return tuple(SeatedDelegate(name, role) for name, role in named if name)


def with_role(each: SeatedDelegate) -> Message | str:
    """Return the name and the role."""
    if each.role is None:
        return each.name
    # Translators: name: of a person. about: the person’s position or organisation
    return pgettext_("label", "%(name)s · %(about)s", name=each.name, about=ROLES[each.role])


async def delegate_choices(party: Registration, locale: str) -> Sequence[tuple[str, str]]:
    """Return the enterprise's delegates as options of a form: (id, name and role). One query."""
    translate = Translator(locale).translate
    found = await Delegate.filter(registration_id=party.id).select_related("person").order_by("id")
    shown = [(str(each.id), with_role(SeatedDelegate(shown_name(each, locale), each.role))) for each in found]
    return [(id, text if isinstance(text, str) else translate(text)) for id, text in shown]
