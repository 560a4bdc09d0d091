"""Takes secrets out of everything that is logged: by type, name and shape, and by value once known."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import SecretBytes, SecretStr

from gitmoxi.runtime.spellings import KnownSecrets

REDACTED = "[redacted]"

_SECRET_NAMES = frozenset(
    {
        "access_token",
        "authorization",
        "aws_session_token",
        "passwd",
        "password",
        "private_key",
        "private_token",
        "secret",
        "secret_access_key",
        "session_token",
        "token",
        "x_amz_security_token",
        "x_gitlab_token",
    }
)

_DEEPEST = 12
"""Nesting below this is replaced as a whole: log entries are shallow, and a cycle must end."""

_SHAPE_PATTERNS = (
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS access key ids
    r"\bgh[pousr]_[A-Za-z0-9]{20,}",  # GitHub tokens
    r"\bgithub_pat_[A-Za-z0-9_]{20,}",  # GitHub's fine-grained tokens
    r"\bgl(?:pat|dt|oas)-[A-Za-z0-9_.-]{20,}",  # GitLab's personal, project, deploy and application tokens
    r"\bAT(?:ATT|BB|CTT)[A-Za-z0-9_=.-]{20,}",  # Bitbucket's API tokens, app passwords and access tokens
    r"\b\d{8}T\d{6}Z[0-9a-f]{64}\b",  # CodeCommit's passwords: a time and a signature
    r"\b(?:IQoJb3JpZ2lu|F[wQ]oGZXIvYXdz)[A-Za-z0-9+/=%_-]{20,}",  # AWS session tokens
    r"(?i:(?<=x-amz-security-token=)|(?<=x-amz-security-token: )|(?<=session_token=)|(?<=sessiontoken=))\S+",
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
        self._known = KnownSecrets()

    def remember(self, secret: str) -> None:
        """From now on redact this value, however it is encoded; of very many, the last ones."""
        self._known.add(secret)

    def text(self, text: str) -> str:
        """The text without secrets."""
        return _SHAPES.sub(REDACTED, self._known.replaced(text, REDACTED))

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
