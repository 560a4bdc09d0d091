"""Secrets known by value, found in text in all the ways that programs write them."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Shorter values would be found in ordinary words."""

MOST_KNOWN = 1_000
"""Above it the one that was read longest ago is forgotten: some megabytes, and a bound for a long life."""

_ESCAPES = re.compile("%[0-9A-F]{2}")


class KnownSecrets:
    """Searches a text for all spellings of all secrets at once.

    Few secrets are searched for one by one, which is fastest. With many, the text is walked through once:
    what begins like a spelling is looked up by its first characters.
    """

    def __init__(self, *, most: int = MOST_KNOWN) -> None:
        self._most = most
        self._spellings: dict[str, frozenset[str]] = {}
        self._by_head: dict[str, tuple[str, ...]] = {}

    def __repr__(self) -> str:
        return f"KnownSecrets({len(self._spellings)})"

    def add(self, secret: str) -> None:
        """Know this one too; the last ones that were added are known."""
        if len(secret) < SHORTEST:
            return
        known = self._spellings.pop(secret, None)
        self._spellings[secret] = known if known is not None else spellings(secret)
        if len(self._spellings) > self._most:
            del self._spellings[next(iter(self._spellings))]
            self._by_head = {}
            for others in self._spellings.values():
                self._index(others)
        elif known is None:
            self._index(self._spellings[secret])

    def _index(self, spelt: frozenset[str]) -> None:
        for spelling in spelt:
            head = spelling[:SHORTEST]
            together = {spelling, *self._by_head.get(head, ())}
            self._by_head[head] = tuple(sorted(together, key=len, reverse=True))

    def replaced(self, text: str, replacement: str) -> str:
        """The text with each spelling of a secret replaced."""
        heads = self._by_head
        if len(heads) < len(text) and not any(head in text for head in heads):
            return text
        begins = [at for at in range(len(text) - SHORTEST + 1) if text[at : at + SHORTEST] in heads]
        if not begins:
            return text
        parts, end = [], 0
        for at in begins:
            found = self._longest(text, at) if at >= end else None
            if found is not None:
                parts += [text[end:at], replacement]
                end = at + len(found)
        return "".join([*parts, text[end:]])

    def _longest(self, text: str, at: int) -> str | None:
        candidates = self._by_head[text[at : at + SHORTEST]]
        return next((spelling for spelling in candidates if text.startswith(spelling, at)), None)


def spellings(secret: str) -> frozenset[str]:
    """How a secret may be written: as it is, escaped, URL-encoded, in hex, and inside base64."""
    escaped = {json.dumps(secret), json.dumps(secret, ensure_ascii=False), repr(secret)}
    plain = {secret, *(text[1:-1] for text in escaped)}
    based = set(_in_base64(_bytes(secret)))
    encoded = {encode(_bytes(text)) for text in plain | based for encode in (_quoted, quote, quote_plus)}
    lower = {_ESCAPES.sub(lambda escape: escape[0].lower(), text) for text in encoded}
    hexadecimal = _bytes(secret).hex()
    found = plain | based | encoded | lower | {hexadecimal, hexadecimal.upper()}
    return frozenset(spelling for spelling in found if len(spelling) >= SHORTEST)


def _bytes(text: str) -> bytes:
    """JSON can hold half characters, which strict UTF-8 cannot."""
    return text.encode(errors="surrogatepass")


def _quoted(raw: bytes) -> str:
    return quote(raw, safe="")


def _in_base64(raw: bytes) -> Iterator[str]:
    """What all texts in base64 share that hold these bytes, at each of the three alignments.

    So the secret is also found behind a user's name, as in Basic authentication.
    """
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            padded = encode(b"\0" * offset + raw).decode().rstrip("=")
            # Characters that also carry bits of neighbouring bytes differ from text to text.
            whole = (offset + len(raw)) // 3 * 4
            yield padded[:whole][4 if offset else 0 :]
