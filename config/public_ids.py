"""Public ids: a readable prefix and the row's UUID, as ``img_2VfUX5sCNEcTGeZ8vKoGj1``.

The UUID is written in base 58 (no 0, O, I or l to misread), always 22 characters, so that
each row has exactly one spelling.
"""

from __future__ import annotations

from uuid import UUID

_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {character: value for value, character in enumerate(_ALPHABET)}
_LENGTH = 22
_LIMIT = 1 << 128


def encode(prefix: str, value: UUID) -> str:
    number, characters = value.int, []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 58)
        characters.append(_ALPHABET[digit])
    return f"{prefix}_{''.join(reversed(characters))}"


def pattern(prefix: str) -> str:
    """Return the regular expression that every id with that prefix matches."""
    return rf"^{prefix}_[{_ALPHABET}]{{{_LENGTH}}}$"


def decode(prefix: str, text: str) -> UUID:
    """The UUID behind a public id. Raises ValueError for any other spelling."""
    head, _, body = text.partition("_")
    if head != prefix or len(body) != _LENGTH:
        raise ValueError(f"Not a valid {prefix}_ id.")
    number = 0
    for character in body:
        if character not in _VALUES:
            raise ValueError(f"Not a valid {prefix}_ id.")
        number = number * 58 + _VALUES[character]
    if number >= _LIMIT:
        raise ValueError(f"Not a valid {prefix}_ id.")
    return UUID(int=number)
