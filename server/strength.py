"""Strength of a secret: repetitions and common words count little."""

LEAST = 20  # unpredictable characters; 32 random hexadecimal digits have 25 and more
# Common words used as secrets, and rows of keyboards.
USUAL = (
    *("password", "passwort", "passphrase", "secret", "changeme", "change", "please", "insecure", "default", "example"),
    *("test", "admin", "root", "user", "super", "long", "this", "very", "your", "only", "trying", "machine", "local"),
    *("key", "token", "django", "flask", "production", "development", "letmein", "welcome", "login", "server", "host"),
    *("duijie", "characters", "random", "string", "value", "replace", "here", "must", "should", "with", "least"),
    *("пароль", "секрет", "密码", "秘密"),
)
ROWS = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
SHORTEST = 3  # shortest piece that counts as one


def unforeseen(secret: str) -> int:
    """Return how many characters are unpredictable.

    Each common word, each run such as `aaaa` or `4321`, and each repeated piece counts as one.
    """
    text, at, count = secret.casefold(), 0, 0
    while at < len(text):
        at += max(1, _word(text, at), _run(text, at), _repeated(text, at))
        count += 1
    return count


def _word(text: str, at: int) -> int:
    """Return the length of the common word or row of keys that begins here, or 0."""
    whole = [len(word) for word in USUAL if text.startswith(word, at)]
    return max([*whole, *(_along(row, text, at) for row in ROWS)], default=0)


def _along(row: str, text: str, at: int) -> int:
    length = 0
    while at + length < len(text) and text[at : at + length + 1] in row:
        length += 1
    return length if length >= SHORTEST else 0


def _run(text: str, at: int) -> int:
    """Return the length of the run that begins here and goes on by one step: aaaa, 1234, dcba."""
    longest = 0
    for step in (-1, 0, 1):
        end = at + 1
        while end < len(text) and ord(text[end]) - ord(text[end - 1]) == step:
            end += 1
        longest = max(longest, end - at)
    return longest if longest >= SHORTEST else 0


def _repeated(text: str, at: int) -> int:
    """Return the length of the longest piece that begins here and occurred before."""
    length = 0
    while at + length < len(text) and text[at : at + length + 1] in text[: at + length]:
        length += 1
    return length if length >= SHORTEST else 0
