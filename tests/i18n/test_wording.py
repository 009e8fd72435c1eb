"""Each rule of wording, on a text that breaks it and on one that keeps it."""

import pytest
from babel.messages.catalog import Catalog, Message

from i18n.checking import check
from i18n.wording import Forbidden, Rules, form_faults, rules, source_faults

RULES = Rules(placeholders={"num": "how many", "event": "the name of an event", "name": "", "when": "a day"})
FORMS = [(code, form) for code, forms in rules().forbidden.items() for form in forms]


def entry(*texts: str, context: str | None = None, comments: tuple[str, ...] = ()) -> Message:
    catalog = Catalog()
    catalog.add(texts[0] if len(texts) == 1 else texts, context=context, auto_comments=comments)
    (found,) = (each for each in catalog if each.id)
    return found


def test_each_forbidden_form_is_found() -> None:
    missed = []
    for code, forbidden in FORMS:
        faults = form_faults(forbidden.example, code, rules())
        if not any(fault.endswith(f"is not used here: {forbidden.use}") for fault in faults):
            missed.append((code, forbidden.example))

    assert missed == []


def test_a_text_that_means_something_else_is_excepted() -> None:
    name = "Choose the language by its first letters."
    letters = next(each for each in rules().forbidden["en"] if each.example == "A letter is on its way.")
    excepting = Rules({"en": [Forbidden(letters.form, letters.use, letters.example, frozenset({name}))]})

    assert list(form_faults(name, "en", excepting)) == []
    assert len(list(form_faults("Send the letter.", "en", excepting))) == 1


def test_no_exception_is_left_over() -> None:
    """An unused exception could hide a later fault."""
    assert [text for _, each in FORMS for text in each.excepted if not each.form.search(text)] == []


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        (entry("Open"), "a text of one or two words needs a context"),
        (entry("%(num)s meetings"), "a text of one or two words needs a context"),
        (entry("You have been invited by %(name)s."), "%(name)s needs a comment for translators"),
        (entry("The event takes place in %(city)s."), "%(city)s stands for nothing in wording.toml"),
        (entry("At most %(num)s meetings are possible."), "'%(num)s meetings' needs a plural"),
        (entry("The event's address is new."), "has a straight apostrophe or quotation mark"),
    ],
)
def test_english_texts_without_context_or_comment_are_faults(faulty: Message, fault: str) -> None:
    assert list(source_faults(faulty, RULES))[:1] == [fault]


@pytest.mark.parametrize(
    "good",
    [
        entry("Open", context="button"),
        entry("The address of this event: %(event)s"),
        entry("You have been invited by %(name)s.", comments=("name: the organiser",)),
        entry("At most %(num)s meeting is possible.", "At most %(num)s meetings are possible."),
    ],
)
def test_good_english_texts_have_no_faults(good: Message) -> None:
    assert list(source_faults(good, RULES)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("共有28个时段", "needs a space in '有2'"),
        ("下载.ics文件", "needs a space in 's文'"),
        ("共有%(num)s 个时段", "needs a space at '有%(num)s'"),
        ("共有 %(num)s个时段", "needs a space at '%(num)s'"),
        ("您好,请登录。", "has half-width punctuation: '好,'"),
    ],
)
def test_chinese_spacing_and_punctuation(text: str, fault: str) -> None:
    assert list(form_faults(text, "zh_Hans", Rules())) == [fault]


@pytest.mark.parametrize("text", ["2026年5月21日开始", "共有 28 个时段，可用 %(num)s 个。", "%(name)s：您好"])
def test_good_chinese(text: str) -> None:
    assert list(form_faults(text, "zh_Hans", Rules(unspaced=frozenset()))) == []


def test_the_catalogues_keep_every_rule() -> None:
    assert list(check()) == []
