"""How much of a secret nobody guesses: length counts for little where it repeats itself or is of usual words."""

LEAST = 20  # characters that follow from nothing; 32 random hexadecimal digits have 25 and more
# What people type in place of a secret; and the rows of keyboards.
USUAL = (
    *("password", "passwort", "passphrase", "secret", "changeme", "change", "please", "insecure", "default", "example"),
    *("test", "admin", "root", "user", "super", "long", "this", "very", "your", "only", "trying", "machine", "local"),
    *("key", "token", "django", "flask", "production", "development", "letmein", "welcome", "login", "server", "host"),
    *("duijie", "characters", "random", "string", "value", "replace", "here", "must", "should", "with", "least"),
    *("пароль", "секрет", "密码", "秘密"),
)
ROWS = ("qwertyuiop", "qwertzuiop", "asdfghjkl", "zxcvbnm", "йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю")
SHORTEST = 3  # of what is taken together


def unforeseen(secret: str) -> int:
    """How many characters are left of it when each usual word, each run like `aaaa` or `4321`, and each piece that
    stood in it before counts for one.
    """
    text, at, count = secret.casefold(), 0, 0
    while at < len(text):
        at += max(1, _word(text, at), _run(text, at), _repeated(text, at))
        count += 1
    return count


def _word(text: str, at: int) -> int:
    """The length of the usual word that begins here, or of the piece of a row of keys; 0 for none."""
    whole = [len(word) for word in USUAL if text.startswith(word, at)]
    return max([*whole, *(_along(row, text, at) for row in ROWS)], default=0)


def _along(row: str, text: str, at: int) -> int:
    length = 0
    while at + length < len(text) and text[at : at + length + 1] in row:
        length += 1
    return length if length >= SHORTEST else 0


def _run(text: str, at: int) -> int:
    """The length of what begins here and goes on by one step: aaaa, 1234, dcba."""
    longest = 0
    for step in (-1, 0, 1):
        end = at + 1
        while end < len(text) and ord(text[end]) - ord(text[end - 1]) == step:
            end += 1
        longest = max(longest, end - at)
    return longest if longest >= SHORTEST else 0


def _repeated(text: str, at: int) -> int:
    """The length of the longest piece that begins here and stood before."""
    length = 0
    while at + length < len(text) and text[at : at + length + 1] in text[: at + length]:
        length += 1
    return length if length >= SHORTEST else 0
