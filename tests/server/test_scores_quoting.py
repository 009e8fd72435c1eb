"""Quotations: the sentence that supports a reason."""

from server.scores.quoting import Quote, quote


def test_a_quotation_is_the_sentence_around_the_words() -> None:
    text = "First line\nWe make pumps. Density is 1.5 g/cm3 at best! Then we ship."
    start = text.index("1.5")
    assert quote(text, start, start + 3) == Quote("Density is 1.5 g/cm3 at best!", 11, 14)


def test_chinese_sentences_end_with_their_own_stops() -> None:
    text = "我司供应磁体。希望降低重稀土用量，保持矫顽力。谢谢。"
    start = text.index("重稀土")
    assert quote(text, start, start + 3) == Quote("希望降低重稀土用量，保持矫顽力。", 4, 7)


def test_a_long_sentence_is_cut_between_words() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    start = text.index("word50")
    found = quote(text, start, start + 6, longest=96)
    assert found.text == "…word44 word45 word46 word47 word48 word49 word50 word51 word52 word53 word54 word55 word56…"
    assert found.text[found.start : found.end] == "word50"


def test_a_long_sentence_without_spaces_is_cut_anywhere() -> None:
    found = quote("一二三四五六七八九十" * 20, 104, 105, longest=81)
    assert (len(found.text), found.text[found.start : found.end]) == (1 + 40 + 1 + 40 + 1, "五")
    assert (found.text[0], found.text[-1]) == ("…", "…")


def test_words_at_the_ends_of_a_text_are_quoted_whole() -> None:
    assert quote("磁体", 0, 2) == Quote("磁体", 0, 2)
    assert quote("We need magnets", 8, 15) == Quote("We need magnets", 8, 15)


def test_many_stops_end_one_sentence() -> None:
    assert quote("What?!... We need magnets", 10, 12) == Quote("We need magnets", 0, 2)
