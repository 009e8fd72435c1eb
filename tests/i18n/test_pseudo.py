from i18n.pseudo import accented, mirrored


def test_accents_brackets_and_two_fifths_more() -> None:
    assert accented("Sign out") == "⟦Šîĝñ öûţ ~ ö⟧"


def test_placeholders_and_tags_stay() -> None:
    assert accented("<b>%(num)s</b> &amp; 5%%").startswith("⟦<b>%(num)s</b> &amp; 5%%")


def test_a_text_without_letters_is_still_bracketed() -> None:
    assert accented("%(a)s") == "⟦%(a)s ~⟧"


def test_words_are_mirrored_and_placeholders_are_not() -> None:
    assert mirrored("Hello %(name)s") == "⟦\u200f\u202eHello\u202c\u200f %(name)s⟧"


def test_long_texts_grow_in_proportion() -> None:
    text = "meeting " * 100

    assert len(accented(text)) >= len(text) * 1.4
