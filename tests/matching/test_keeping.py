"""Which results the cache keeps, and which it drops for new ones."""

from matching.keeping import cache_by_size

MOST = 10


def test_results_are_kept_up_to_a_size_and_the_longest_unused_go_first() -> None:
    asked: list[str] = []

    @cache_by_size(MOST, len)
    def upper(text: str) -> str:
        asked.append(text)
        return text.upper()

    said = [upper(text) for text in ("abcd", "efgh", "abcd", "ijkl", "abcd", "efgh", "x" * 11, "x" * 11)]
    assert said == ["ABCD", "EFGH", "ABCD", "IJKL", "ABCD", "EFGH", "X" * 11, "X" * 11]
    assert asked == ["abcd", "efgh", "ijkl", "efgh", "x" * 11, "x" * 11]
