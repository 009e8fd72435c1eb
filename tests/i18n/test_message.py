import pytest

from i18n import Message, _, ngettext_, npgettext_, pgettext_


def test_a_marked_text_is_a_value_that_equals_itself() -> None:
    assert _("%(name)s is registered.", name="Анна") == Message("%(name)s is registered.", {"name": "Анна"})


def test_a_plural_carries_its_number_as_num() -> None:
    message = ngettext_("%(num)s meeting", "%(num)s meetings", 5)

    assert (message.plural, message.number, message.values) == ("%(num)s meetings", 5, {"num": 5})


def test_a_context_tells_short_words_apart() -> None:
    assert pgettext_("verb", "Open") != pgettext_("state", "Open")
    assert npgettext_("furniture", "table", "tables", 2).context == "furniture"


def test_values_can_have_the_names_of_parameters() -> None:
    message = pgettext_("letter", "%(context)s %(msgid)s", context="a", msgid="b")

    assert message.values == {"context": "a", "msgid": "b"}


def test_a_placeholder_without_a_value_fails_when_the_message_is_made() -> None:
    with pytest.raises(ValueError, match="name"):
        _("%(name)s is registered.")


def test_a_doubled_percent_sign_is_not_a_placeholder() -> None:
    assert _("100 %%(sic)s").values == {}
