"""Takes secrets out of everything that is logged: by type, name and shape, and by value once known."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from pydantic import SecretBytes, SecretStr

REDACTED = "[redacted]"

_SECRET_NAMES = frozenset(
    {"password", "passwd", "secret", "token", "authorization", "private_key", "secret_access_key"}
)
_SHORTEST_KNOWN_SECRET = 6
"""Shorter values would redact ordinary words."""

_DEEPEST = 12
"""Nesting below this is replaced as a whole: log entries are shallow, and a cycle must end."""

_SHAPE_PATTERNS = (
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS access key ids
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",  # GitHub tokens
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",  # GitHub's fine-grained tokens
    r"\bglpat-[A-Za-z0-9_.-]{20,}",  # GitLab tokens
    r"-----BEGIN [A-Z0-9 ]+-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)",  # PEM, cut ones too
    r"(?<=x-access-token:)[^@\s]+(?=@)",  # Git over HTTPS
    r"(?<=://)[^/\s@]+(?=@)",  # any URL's user and password
    r"(?i:(?<=bearer )|(?<=basic ))[A-Za-z0-9._~+/=-]{16,}",  # Authorization headers
    r"(?i:(?<=secret_access_key=)|(?<=secretaccesskey=))\S+",
)
_SHAPES = re.compile("|".join(_SHAPE_PATTERNS), re.DOTALL)


class Redactor:
    """Replaces secrets in log entries; secrets that the process has read can be made known by value."""

    def __init__(self) -> None:
        self._known: dict[str, frozenset[str]] = {}
        self._known_pattern: re.Pattern[str] | None = None

    def remember(self, secret: SecretStr) -> None:
        """From now on redact this value, also where it is base64- or URL-encoded."""
        value = secret.get_secret_value()
        if len(value) < _SHORTEST_KNOWN_SECRET or value in self._known:
            return
        self._known[value] = _spellings(value)
        longest_first = sorted(frozenset().union(*self._known.values()), key=len, reverse=True)
        self._known_pattern = re.compile("|".join(map(re.escape, longest_first)))

    def text(self, text: str) -> str:
        """The text without secrets."""
        if self._known_pattern is not None:
            text = self._known_pattern.sub(REDACTED, text)
        return _SHAPES.sub(REDACTED, text)

    def value(self, value: Any, depth: int = 0) -> Any:
        """The value without secrets, containers rebuilt; what JSON does not know becomes its ``str``."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, SecretStr | SecretBytes) or depth > _DEEPEST:
            return REDACTED
        if isinstance(value, Mapping):
            return {self.text(str(k)): self._named(str(k), v, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self.value(item, depth + 1) for item in value]
        return self.text(str(value))

    def __call__(self, _logger: Any, _method: str, entry: Any) -> dict[str, Any]:
        """A structlog processor."""
        return {key: self._named(key, value, 0) for key, value in entry.items()}

    def _named(self, name: str, value: Any, depth: int) -> Any:
        if name.lower().replace("-", "_") in _SECRET_NAMES and value:
            return REDACTED
        return self.value(value, depth)


def _spellings(secret: str) -> frozenset[str]:
    """The secret as it is, URL-encoded, and inside base64 at each of the three alignments."""
    raw = secret.encode()
    encoded = {secret, quote(secret, safe="")}
    for offset in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            padded = encode(b"\0" * offset + raw).decode().rstrip("=")
            # Characters that also carry bits of neighbouring bytes differ from text to text.
            whole = (offset + len(raw)) // 3 * 4
            encoded.add(padded[:whole][4 if offset else 0 :])
    return frozenset(spelling for spelling in encoded if len(spelling) >= _SHORTEST_KNOWN_SECRET)
