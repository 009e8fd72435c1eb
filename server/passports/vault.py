"""Seals passport data with the keys of the setting PASSPORT_KEYS (Fernet: AES-128-CBC and HMAC-SHA256).

The first key seals, all of them open. To change the key, put a new one in front: workers seal everything with it the
next night, and after that the old key can go.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

MAKES_A_KEY = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
OF = "of"
DIGITS = 16  # of the digest that names a key


class NoKey(Exception):
    """There is no key that can seal or open this."""


class Vault:
    """Seals and opens with these keys, the newest first. Raises ValueError for what is no Fernet key."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.key_id = hashlib.sha256(keys[0].encode()).hexdigest()[:DIGITS] if keys else ""
        self._all: Any = None
        if keys:
            # Not at the start: the library takes a while, and most installations have no key.
            from cryptography.fernet import Fernet, MultiFernet

            self._all = MultiFernet([Fernet(key) for key in keys])

    @property
    def is_ready(self) -> bool:
        return self._all is not None

    def seal(self, fields: Mapping[str, str], *, of: int) -> str:
        """Return the fields encrypted. of: id of the registration, which opens them as well. Raises NoKey."""
        if self._all is None:
            raise NoKey
        text = json.dumps({**fields, OF: str(of)}, ensure_ascii=False)
        return bytes(self._all.encrypt(text.encode())).decode()

    def open(self, sealed: str, *, of: int) -> dict[str, str]:
        """Return the fields. Raises NoKey if none of the keys opens them, or they are of another registration."""
        if self._all is None:
            raise NoKey
        from cryptography.fernet import InvalidToken

        try:
            fields: dict[str, str] = json.loads(self._all.decrypt(sealed.encode()))
        except InvalidToken:
            raise NoKey from None
        if fields.pop(OF, "") != str(of):
            raise NoKey
        return fields


def keys_in(setting: str) -> list[str]:
    """Return the keys of the setting, which are separated by commas."""
    return [key.strip() for key in setting.split(",") if key.strip()]
