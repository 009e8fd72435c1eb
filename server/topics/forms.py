"""The form of an event's own topic: labels, terms, parent topic, related topics."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, create_model, field_validator

from i18n import LOCALES, _, ngettext_
from matching.affinity import Scheme
from matching.affinity.scheme import REQUIRED
from server.fields import collected, in_languages, is_unsaid, spread
from server.forms import Fault, Fields
from server.topics.values import OwnTopic, TopicValues

LABEL = 100
TERM = 100
MAX_TERMS = 60
TERMS = 4000
MAX_RELATED = 8
FIRST = next(iter(LOCALES))
_APART = re.compile(r"[\n,;，；、]+")


def tag(locale: str) -> str:
    """Return the language tag of the topic scheme for an interface locale."""
    return locale.partition("_")[0]


def parents(topics: Scheme) -> list[str]:
    """Return the topics that can get subtopics: those that already have some."""
    return [id for id in topics.topics if topics.children(id)]


def terms_in(text: str) -> list[str]:
    """Return the terms in a text, one for each line or separated by commas, without repetitions."""
    found = {term.casefold(): term for each in _APART.split(text) if (term := " ".join(each.split()))}
    return list(found.values())


def _refuse_unfit_terms(text: str) -> None:
    found = terms_in(text)
    if len(found) > MAX_TERMS:
        raise Fault(
            ngettext_("Enter at most %(num)s keyword.", "Enter at most %(num)s keywords.", MAX_TERMS),
            code="too-many-keywords",
        )
    if long := [term for term in found if len(term) > TERM]:
        raise Fault(_("“%(term)s…” is too long for a keyword.", term=long[0][:40]), code="keyword-too-long")


def _refuse_known_name(name: str, lang: str, topics: Scheme) -> None:
    """Raise Fault if another topic has this label."""
    if any(topic.labels.get(lang, "").casefold() == name.casefold() for topic in topics.topics.values()):
        raise Fault(_("A topic with this name already exists."), code="topic-exists")


class _OwnTopicFields(Fields):
    """Validated with `topics`, the scheme that the topic joins: see `beside`."""

    parent: str
    related: Annotated[list[str], Field(max_length=MAX_RELATED)] = Field(default=[])

    @field_validator("parent")
    @classmethod
    def _holds_topics(cls, parent: str, info: ValidationInfo) -> str:
        field = (info.context or {})["field"]
        if parent not in parents(_scheme(info)) or field not in (None, parent.partition(".")[0]):
            raise Fault(_("Choose one of the options."), code="not-an-option")
        return parent

    @field_validator("related")
    @classmethod
    def _known(cls, related: list[str], info: ValidationInfo) -> list[str]:
        if unknown := [topic for topic in related if topic not in _scheme(info).topics]:
            # Translators: topic: what was typed or its code
            raise Fault(_("This topic does not exist: “%(topic)s”.", topic=unknown[0][:40]), code="unknown-topic")
        return list(dict.fromkeys(related))

    @field_validator("*")
    @classmethod
    def _in_a_language(cls, value: Any, info: ValidationInfo) -> Any:
        field, _sign, locale = str(info.field_name).partition("_")
        if field == "label" and value:
            _refuse_known_name(value, tag(locale), _scheme(info))
        if field == "terms":
            _refuse_unfit_terms(value)
        return value

    def across(self) -> Iterator[Fault]:
        if is_unsaid(self, "label"):
            yield Fault(_("Enter a text in at least one language."), f"label_{FIRST}", code="missing")
        in_all = [f"{field}_{code}" for field in ("label", "terms") for code in LOCALES]
        if is_unsaid(self, "terms") or (self.has(*in_all) and not self._told()):
            yield Fault(
                _("Enter at least one keyword that differs from the name."), f"terms_{FIRST}", code="keywords-needed"
            )

    def _told(self) -> dict[str, list[str]]:
        """Return terms by tag, without those equal to the label."""
        names = {name.casefold() for name in self._labels().values()}
        told = {tag(locale): terms_in(text) for locale, text in collected(self, "terms").items()}
        apart = {lang: [term for term in terms if term.casefold() not in names] for lang, terms in told.items()}
        return {lang: terms for lang, terms in apart.items() if terms}

    def _labels(self) -> dict[str, str]:
        return {tag(locale): label for locale, label in collected(self, "label").items()}

    def values(self) -> TopicValues:
        """Return the topic in the format of the scheme's files, without id. Missing languages get the English label, or
        the first.
        """
        labels, terms = self._labels(), self._told()
        first = labels.get("en") or next(iter(labels.values()))
        told = terms.get("en") or next(iter(terms.values()))
        return TopicValues(
            parent=self.parent,
            labels={**dict.fromkeys(REQUIRED, first), **labels},
            terms={**dict.fromkeys(REQUIRED, told), **terms},
            related=self.related,
        )


OwnTopicFields: type[_OwnTopicFields] = create_model(
    "OwnTopicFields",
    __base__=_OwnTopicFields,
    **in_languages("label", LABEL),
    **in_languages("terms", TERMS, several_lines=True),
)


def _scheme(info: ValidationInfo) -> Scheme:
    topics: Scheme = (info.context or {})["scheme"]
    return topics


def beside(topics: Scheme, field: str | None) -> dict[str, Any]:
    """Return the validation context: the event's scheme without the topic in question.

    field: of an existing topic, which cannot leave its field because its id begins with it; None for a new topic.
    """
    return {"scheme": topics, "field": field}


def form_values(topic: OwnTopic) -> dict[str, Any]:
    """Return form values of a stored topic."""
    labels, terms = topic.labels, topic.terms
    return {
        **spread("label", {code: labels.get(tag(code), "") for code in LOCALES}),
        **spread("terms", {code: "\n".join(terms.get(tag(code), [])) for code in LOCALES}),
        "parent": topic.parent,
        "related": topic.related,
    }
