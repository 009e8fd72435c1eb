"""What a meeting is about, for e-mails: in the reader's language, as far as the reader may see it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from i18n import Message, Translator, pgettext_
from matching.affinity import Scheme
from server.agendas.entries import MeetingPlace
from server.agendas.meetings import MeetingRole, is_kept_back
from server.models import Need, TranslationState
from server.needs.disclosure import hides_title, to_expert
from server.plans.directory import Directory
from server.translations.marking import marked
from server.translations.reading import TextReader, Written


@dataclass(frozen=True)
class Subjects:
    """What meetings are about, for one reader. needs: by key, all that the meetings have. topics: of the event."""

    places: Directory
    needs: Mapping[int, Need]
    topics: Scheme
    texts: TextReader
    translator: Translator

    def of(self, expert_id: int, place: MeetingPlace, part: MeetingRole) -> Iterator[Message]:
        """Yield what a meeting is about and, for readers who do not know it, what the expert works on."""
        title, headline = self._title(place, part), self._headline(expert_id, part)
        if title is not None:
            # Translators: title: the title of a need
            yield pgettext_("label", "Subject: %(title)s", title=marked(title, self.texts.locale))
        elif topics := self._topics(place, part):
            # Translators: topics: labels of topics
            yield pgettext_("label", "Topics: %(topics)s", topics=topics)
        if headline is not None:
            # Translators: headline: what the expert works on, in one line
            yield pgettext_("label", "The expert’s work: %(headline)s", headline=marked(headline, self.texts.locale))

    def has_draft(self, expert_id: int, place: MeetingPlace, part: MeetingRole) -> bool:
        """Return whether a machine translated a text of the meeting, and nobody has checked it."""
        shown = self._title(place, part), self._headline(expert_id, part)
        return any(each is not None and each.state is TranslationState.MACHINE for each in shown)

    def _need(self, place: MeetingPlace, part: MeetingRole) -> Need | None:
        """Return the need of a meeting, None if its enterprise may not be shown to the reader."""
        need = self.needs.get(place.need_id or 0)
        enterprise = self.places.parties.get(need.registration_id) if need is not None else None
        return None if enterprise is None or is_kept_back(enterprise, part) else need

    def _title(self, place: MeetingPlace, part: MeetingRole) -> Written | None:
        need = self._need(place, part)
        if need is None or (part is not MeetingRole.ENTERPRISE and hides_title(need)):
            return None
        is_own = part is MeetingRole.ENTERPRISE
        return self.texts.title(need if is_own else to_expert(need, is_agreed=True))

    def _topics(self, place: MeetingPlace, part: MeetingRole) -> str:
        need, known = self._need(place, part), self.topics.topics
        chosen = [topic for topic in need.topics if topic in known] if need is not None else []
        return " · ".join(self.topics.label(topic, self.translator.tag) for topic in chosen)

    def _headline(self, expert_id: int, part: MeetingRole) -> Written | None:
        expert = self.places.parties.get(expert_id)
        if part is MeetingRole.EXPERT or expert is None or is_kept_back(expert, part):
            return None
        return self.texts.headline(expert) or None
