"""Messages as shown to readers, in pages and in plain text."""

import pytest
from jinja2 import Environment
from markupsafe import Markup

from i18n import LOCALES, Translator, _, isolate, ngettext_, pgettext_, template_functions

FORUM = {"zh_Hans": "技术对接会", "ru": "Форум", "en": "  "}


def test_a_message_is_shown_in_the_readers_language() -> None:
    assert Translator("ru").translate(_("Enter a name.")) == "Введите имя."
    assert Translator("zh_Hans").translate(_("Enter a name.")) == "请填写姓名。"


def test_english_is_the_source_itself() -> None:
    message = pgettext_("button", "Invite %(name)s", name="Анна")

    assert Translator("en").translate(message) == "Invite Анна"


def test_a_count_is_written_as_the_reader_writes_it() -> None:
    message = ngettext_("%(num)s meeting", "%(num)s meetings", 1200)

    assert Translator("en").translate(message) == "1,200 meetings"


def test_other_numbers_keep_their_digits() -> None:
    assert Translator("en").translate(_("Since %(year)s", year=2024)) == "Since 2024"


def test_a_value_may_be_a_message() -> None:
    inner = ngettext_("%(num)s day", "%(num)s days", 2)

    assert Translator("en").translate(_("Wait %(time)s.", time=inner)) == "Wait 2 days."


def test_a_value_may_be_an_organisers_text_in_several_languages() -> None:
    assert Translator("ru").translate(_("Welcome to %(event)s", event=FORUM)) == "Welcome to Форум"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Hengyue Co., Ltd.", "Unpin Hengyue Co., Ltd. Then wait for Hengyue Co., Ltd."),
        ("Hengyue", "Unpin Hengyue. Then wait for Hengyue."),
    ],
)
def test_a_sentence_that_ends_with_a_name_has_one_full_stop(name: str, expected: str) -> None:
    assert Translator("en").translate(_("Unpin %(name)s. Then wait for %(name)s.", name=name)) == expected


def test_a_right_to_left_name_is_isolated() -> None:
    text = Translator("en").translate(_("%(name)s, table 5", name="محمد"))

    assert text == "\u2068محمد\u2069, table 5"


def test_in_right_to_left_texts_every_name_is_isolated() -> None:
    text = Translator("ar_XB").translate(_("%(name)s", name="+7 495"))

    assert text == f"⟦{isolate('+7 495')}⟧"


@pytest.mark.parametrize(
    ("code", "event_locale", "texts", "expected"),
    [
        ("ru", None, FORUM, ("Форум", "ru")),
        ("zh_Hans", None, {"zh-Hans": "论坛"}, ("论坛", "zh_Hans")),
        ("zh_Hans", None, {"zh": "论坛", "en": "Forum"}, ("论坛", "zh")),
        ("zh_Hans", None, {"en": "Forum", "zh_Hant": "論壇"}, ("論壇", "zh_Hant")),
        ("ru", "zh_Hans", {"zh_Hans": "论坛", "en": "Forum"}, ("Forum", "en")),
        ("ru", "zh_Hans", {"fr": "Forum", "zh_Hans": "论坛"}, ("论坛", "zh_Hans")),
        ("ru", None, {"fr": "", "de": "Messe"}, ("Messe", "de")),
        ("ru", None, {}, ("", "ru")),
    ],
    ids=["exact", "tag", "language", "script", "english", "event", "first filled", "none"],
)
def test_the_best_of_several_languages(
    code: str, event_locale: str | None, texts: dict[str, str], expected: tuple[str, str]
) -> None:
    assert Translator(code, event_locale).text(texts) == expected


def test_the_events_language_is_used_for_its_texts() -> None:
    assert Translator("en").for_event("ru").text({"fr": "Salon", "ru": "Салон"}) == ("Салон", "ru")


def test_an_unknown_locale_fails_at_once() -> None:
    with pytest.raises(LookupError):
        Translator("tlh")


@pytest.mark.parametrize("code", LOCALES)
def test_every_offered_locale_has_a_catalogue(code: str) -> None:
    # In a right-to-left text values are isolated.
    assert Translator(code).translate(_("%(name)s", name="A")) in ("A", isolate("A"))


@pytest.fixture
def environment() -> Environment:
    made = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    made.newstyle_gettext = True  # type: ignore[attr-defined]
    return made


def render(environment: Environment, source: str, code: str = "en", **values: object) -> str:
    return environment.from_string(source).render(**template_functions(Translator(code)), **values)


def test_a_template_escapes_values_and_keeps_the_texts_tags(environment: Environment) -> None:
    html = render(environment, "{{ _('<b>%(name)s</b> is here', name=name) }}", name="<i>")

    assert html == "<b>&lt;i&gt;</b> is here"


def test_a_plain_text_e_mail_escapes_nothing() -> None:
    plain = Environment(extensions=["jinja2.ext.i18n"], autoescape=False)
    plain.newstyle_gettext = True  # type: ignore[attr-defined]

    assert render(plain, "{{ _('For %(name)s', name=name) }}", name="A & B") == "For A & B"


def test_a_value_that_is_html_stays_html(environment: Environment) -> None:
    html = render(environment, "{{ _('%(link)s', link=link) }}", "ar_XB", link=Markup("<a>x</a>"))

    assert html == "⟦<a>x</a>⟧"


def test_a_sentence_of_a_template_has_one_full_stop_after_a_name(environment: Environment) -> None:
    source = "{{ _('Unpin %(name)s.', name=name) }}"
    names = [Markup("<bdi>A & Co.</bdi>"), "<A> & Co."]

    assert [render(environment, source, name=name) for name in names] == [
        "Unpin <bdi>A & Co.</bdi>",
        "Unpin &lt;A&gt; &amp; Co.",
    ]


def test_a_template_counts(environment: Environment) -> None:
    source = "{% trans num=n %}{{ num }} table{% pluralize %}{{ num }} tables{% endtrans %}"

    assert [render(environment, source, n=n) for n in (1, 1500)] == ["1 table", "1,500 tables"]


def test_a_template_gives_contexts(environment: Environment) -> None:
    source = "{{ pgettext('verb', 'Open') }} {{ npgettext('furniture', '%(num)s table', '%(num)s tables', 3) }}"

    assert render(environment, source) == "Open 3 tables"


def test_a_template_takes_messages_and_organisers_texts_as_values(environment: Environment) -> None:
    source = "{{ _('%(event)s: %(what)s', event=event, what=what) }}"

    assert render(environment, source, "ru", event=FORUM, what=_("Enter a name.")) == "Форум: Введите имя."
