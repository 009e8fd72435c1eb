"""What a meeting is about, for e-mails: in the reader's language, as far as the reader may see it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from i18n import Message, Translator, pgettext_
from matching.affinity import Scheme
from server.agendas.entries import MeetingPlace
from server.agendas.meetings import MeetingRole, is_kept_back
from server.models import Confidentiality, Need
from server.plans.directory import Directory
from server.translations.marking import marked
from server.translations.reading import TextReader


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
        need = self.needs.get(place.need_id or 0)
        if need is not None:
            yield from self._need(need, part)
        expert = self.places.parties.get(expert_id)
        if part is MeetingRole.EXPERT or expert is None or is_kept_back(expert, part):
            return
        headline = self.texts.headline(expert)
        if headline:
            # Translators: headline: what the expert works on, in one line
            yield pgettext_("label", "The expert’s work: %(headline)s", headline=marked(headline, self.texts.locale))

    def _need(self, need: Need, part: MeetingRole) -> Iterator[Message]:
        enterprise = self.places.parties.get(need.registration_id)
        if enterprise is None or is_kept_back(enterprise, part):
            return
        if part is MeetingRole.ENTERPRISE or need.confidentiality != Confidentiality.FIELD_ONLY:
            title = self.texts.title(need)
            # Translators: title: the title of a need
            yield pgettext_("label", "Subject: %(title)s", title=marked(title, self.texts.locale))
        elif topics := self._labels(need.topics):
            # Translators: topics: labels of topics
            yield pgettext_("label", "Topics: %(topics)s", topics=topics)

    def _labels(self, topics: Collection[str]) -> str:
        known = self.topics.topics
        return " · ".join(self.topics.label(topic, self.translator.tag) for topic in topics if topic in known)
