"""Purposes of consents and their wording. A text that changes gets a new version: people are then asked again.

Machine translation is a purpose only while the operator has set an engine on another host. The consent names the host
and counts for this host alone.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from i18n import LOCALES, Message, Translator, _, formats, pgettext_

VERSION = "2026-12"


@dataclass(frozen=True)
class Purpose:
    """A purpose. code: as stored. is_needed: without this consent nobody can be scheduled. text: the sentence beside
    the box.

    name: of the consent in lists. ends: what withdrawing it has as a consequence. version: of the wording, as stored.
    """

    code: str
    is_needed: bool
    text: Message
    name: Message
    ends: Message
    version: str = VERSION

    def text_hash(self, locale: str) -> str:
        """Return the SHA-256 of the wording as shown in a locale."""
        return hashlib.sha256(Translator(locale).translate(self.text).encode()).hexdigest()


PURPOSES = (
    Purpose(
        "matching",
        True,
        _("I agree that the organiser uses my profile to find partners for me and to schedule meetings."),
        _("Finding partners and scheduling meetings"),
        _("Your profile is no longer used to find partners, and no meeting is scheduled for you. You leave the event."),
    ),
    Purpose(
        "sharing",
        True,
        _(
            "I agree that my name, organisation and professional profile are shown to the other side of this event. "
            "Translators and translation agencies chosen by the organiser read my texts to translate them."
        ),
        _("Showing your profile to the other side"),
        _("The other side no longer sees your profile in matches, match reasons and search. You leave the event."),
        version="2026-12-2",  # names the people who translate
    ),
    Purpose(
        "cross_border",
        True,
        _("I agree that my data is kept and used in the country of the event."),
        _("Keeping your data in the country of the event"),
        _("Your data is no longer used in the country of the event. You leave the event."),
    ),
    Purpose(
        "photo",
        False,
        _("I agree to be photographed at the event for the organiser’s report."),
        _("Photographs for the organiser’s report"),
        _("The organiser may take no more photographs of you. You stay registered."),
    ),
)
NEEDED = frozenset(purpose.code for purpose in PURPOSES if purpose.is_needed)
NEEDED_VERSIONS = frozenset((purpose.code, purpose.version) for purpose in PURPOSES if purpose.is_needed)
TRANSLATION = "translation"
EMBEDDING = "embedding"
# Asked for where people upload, not in the step of the registration.
PORTRAIT = Purpose(
    "portrait",
    False,
    _("I agree that my photo is stored and shown to the readers that I choose."),
    _("Your photo in your profile"),
    _("Your photo is deleted. You stay registered."),
)
FILES = Purpose(
    "files",
    False,
    _("I agree that my CV and my other files are stored and shown to the readers that I choose."),
    _("Your CV and your other files"),
    _("Your CV and your other files are deleted. You stay registered."),
)
OF_FILES = (PORTRAIT, FILES)
# Asked for with the data itself, where the event needs it. The wording that is agreed to names day and purpose.
PASSPORT = Purpose(
    "passport",
    False,
    _("I agree that the organiser stores my passport data, encrypted, until the day and for the purpose shown."),
    _("Your passport data"),
    _("Your passport data is deleted. You stay registered."),
)
# Asked for on a page of its own, for each recipient that the event names; the code has the recipient's id.
RECIPIENT = "recipient-"
OF_RECIPIENTS = Purpose(
    RECIPIENT,
    False,
    _("I agree that the organiser passes my data to the recipient shown."),
    _("Passing your data to a recipient"),
    _("The organiser passes no more of your data to this recipient. You stay registered."),
)
# Given by pressing the button that asks a registry. The code is the registry, the version names its host.
REGISTRIES: Mapping[str, Purpose] = {
    "orcid": Purpose(
        "orcid",
        False,
        # Translators: host: a web address
        _("Your iD is sent to this server when you press the button: %(host)s", host="—"),
        _("Suggestions from ORCID"),
        _("Nothing more is sent until you press the button again. What was sent stays there. You stay registered."),
    ),
    "ror": Purpose(
        "ror",
        False,
        # Translators: host: a web address
        _(
            "The name of your organisation, as it stands in the form, is sent to this server when you press the "
            "button: %(host)s",
            host="—",
        ),
        _("Suggestions from ROR"),
        _("Nothing more is sent until you press the button again. What was sent stays there. You stay registered."),
    ),
}
# Asked of people who help to run an event, before their first page of that work opens.
WORKING = Purpose(
    "working",
    True,
    _(
        "I agree that the organiser keeps my name, my e-mail address and what I do at this event, and sends me e-mails "
        "about it. I use what I read about participants for this work only."
    ),
    _("Your work at the event"),
    _("You can no longer open the pages of your work at this event. You can agree again at any time."),
)
INTERPRETER_SHOWN = Purpose(
    "interpreter-shown",
    True,
    _("I agree that my name and my languages are shown to both sides of the meetings that I interpret."),
    _("Showing your name to both sides of your meetings"),
    _(
        "Both sides of your meetings no longer see your name. You can no longer open the pages of your work at this "
        "event. You can agree again at any time."
    ),
)
INTERPRETER_READS = Purpose(
    "interpreter-reads",
    True,
    _(
        "I read profiles and needs only to prepare and interpret my meetings, and I do not pass them on. I read a "
        "confidential need in full only after I have accepted its agreement."
    ),
    _("Reading profiles and confidential needs"),
    _("You can no longer read profiles and needs, or open the pages of your work. You can agree again at any time."),
)
OF_INTERPRETERS = (WORKING, INTERPRETER_SHOWN, INTERPRETER_READS)
OF_HELPERS = frozenset(purpose.code for purpose in OF_INTERPRETERS)
NOT_TICKED_FOR_WORK = _("Your work at the event needs this consent. Tick the box.")
NOT_TICKED_FOR_PASSPORT = _("Tick this box to store the data.")
NOT_TICKED_FOR_FILES = _("Tick this box to store the file.")
NOT_TICKED = _("Without this consent, we cannot arrange meetings. Tick the box, or keep the registration as a draft.")


def _version_of(named: str) -> str:
    """Return the version of a wording that names something, another one for each thing that is named."""
    return f"{VERSION}-{hashlib.sha256(named.encode()).hexdigest()[:8]}"


def lookup_at(registry: str, host: str) -> Purpose:
    """Return the purpose of a look-up in a registry. registry: a key of REGISTRIES. host: of its server."""
    found = REGISTRIES[registry]
    text = replace(found.text, values={"host": host})
    return replace(found, text=text, version=_version_of(host))


def recipient_code(id: int) -> str:
    """Return the code of the consent to pass data to a recipient."""
    return f"{RECIPIENT}{id}"


def to_recipient(id: int, name: str, country: str, purpose: Mapping[str, str]) -> Purpose:
    """Return the purpose of passing data to a recipient. country: ISO code. purpose: {locale: text}."""
    version = _version_of(repr((name, country, sorted(purpose.items()))))
    # Translators: name: an organisation that gets data
    text = _(
        "I agree that the organiser passes my name, my contacts and my profile to this recipient: %(name)s. "
        "Country: %(country)s. Purpose: %(purpose)s",
        name=name,
        country={code: formats.country(country, code) for code in LOCALES},
        purpose=purpose,
    )
    # Translators: name: an organisation that gets data
    heading = _("Passing your data to this recipient: %(name)s", name=name)
    return replace(OF_RECIPIENTS, code=recipient_code(id), text=text, name=heading, version=version)


def passport_until(day: date, shown: str, purpose: Mapping[str, str]) -> Purpose:
    """Return the purpose of passport data that is kept until a day. shown: the day in the reader's language."""
    text = _(
        "I agree that the organiser stores my passport number, my date of birth and my sex, encrypted, until "
        "%(date)s, for this purpose: %(purpose)s",
        date=shown,
        purpose=purpose,
    )
    return replace(PASSPORT, text=text, version=_version_of(repr((day, sorted(purpose.items())))))


def translation_by(host: str) -> Purpose:
    """Return the purpose of machine translation at a host."""
    return Purpose(
        TRANSLATION,
        False,
        # Translators: host: the address of a computer, such as api.deepl.com
        _(
            "I agree that my published texts are sent to a machine translation service, so that others can read them "
            "in their language. The service runs at %(host)s. Confidential needs are not sent.",
            host=host,
        ),
        _("Machine translation of your texts"),
        _("Your texts are no longer sent to a machine translation service. Machine drafts of your texts are deleted."),
        _version_of(host),
    )


def embedding_at(host: str) -> Purpose:
    """Return the purpose of a language model at a host that compares texts."""
    return Purpose(
        EMBEDDING,
        False,
        # Translators: host: the address of a computer, such as api.openai.com
        _(
            "I agree that my texts are sent to a language model, which compares them to find better partners for me. "
            "The language model runs at %(host)s.",
            host=host,
        ),
        _("Comparison of your texts by a language model"),
        _("Your texts are no longer sent to the language model. Partners are found by topics and words alone."),
        _version_of(host),
    )


def offered(translations_go_to: str, texts_go_to: str = "") -> Sequence[Purpose]:
    """Return the purposes for which participants are asked. Both values: see the settings of these names."""
    by_machine = [translation_by(translations_go_to)] if translations_go_to else []
    compared = [embedding_at(texts_go_to)] if texts_go_to else []
    return (*PURPOSES, *by_machine, *compared)


def purpose_of(
    code: str, translations_go_to: str, texts_go_to: str = "", *, registries: Mapping[str, str] | None = None
) -> Purpose | None:
    """Return the purpose of a consent that was given, None for an unknown one. Its host may be another by now.

    registries: hosts by key of REGISTRIES.
    """
    if code in REGISTRIES:
        return lookup_at(code, (registries or {}).get(code, "—"))
    if code.startswith(RECIPIENT):
        return replace(OF_RECIPIENTS, code=code)
    every = (
        *PURPOSES,
        *OF_FILES,
        *OF_INTERPRETERS,
        PASSPORT,
        translation_by(translations_go_to or "—"),
        embedding_at(texts_go_to or "—"),
    )
    return next((purpose for purpose in every if purpose.code == code), None)


def name_of(code: str) -> Message:
    """Return the name of a purpose, also of one that is no longer asked for."""
    found = purpose_of(code, "")
    return found.name if found else pgettext_("consent", "Another purpose")
