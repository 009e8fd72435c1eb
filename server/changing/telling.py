"""E-mails about requested changes. Call these functions inside the transaction that decides."""

from collections.abc import Sequence

from i18n import Translator
from server import mail
from server.emails import ChangesDecided
from server.models import ChangeRequest, Decision, Event, Person
from server.registrations.labels import LABELS


async def tell_decided(event: Event, done: Sequence[ChangeRequest], remark: str) -> None:
    """Queue one e-mail to each person who asked for these changes. asked_by is loaded."""
    people: dict[int, Person] = {row.asked_by_id: row.asked_by for row in done if row.asked_by_id is not None}
    await mail.queue_all(
        mail.email_to(
            person,
            event,
            f"changes-decided:{max(row.id for row in done)}:{person.id}",
            ChangesDecided(
                accepted=_labels(done, person, Decision.GRANTED),
                declined=_labels(done, person, Decision.DECLINED),
                remark=remark,
                path=f"/e/{event.slug}/me",
            ),
        )
        for person in people.values()
    )


def _labels(done: Sequence[ChangeRequest], person: Person, decision: Decision) -> list[str]:
    translate = Translator(person.locale).translate
    return [translate(LABELS[row.field]) for row in done if row.asked_by_id == person.id and row.decision is decision]
