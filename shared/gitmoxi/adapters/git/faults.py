"""Says in our words, without credentials, what libgit2 found wrong with a server."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

from gitmoxi.adapters.git.limits import TransferLimits
from gitmoxi.domain.repositories import scrub_credentials
from gitmoxi.errors import GitmoxiError
from gitmoxi.ports.git import (
    GitCredentials,
    RepositoryAccessError,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
    RepositoryUnreachableError,
)

_ABSENT = ("failed to resolve path", "could not find repository", "status code: 404", "status code: 410")
_MOVED = ("cannot redirect from", "too many redirects", "proxy authentication required")
_REFUSED = ("status code: 401", "status code: 403", "authentication")
_FULL = ("No space left on device", "Disk quota exceeded")
"""How libgit2 words it; whatever it words otherwise is taken as worth a retry."""

_LONGEST = 300
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]+")


class CredentialsRefusedError(RepositoryAccessError):
    """The server refused what it was given; newer credentials may open it."""


def translated(url: str, credentials: GitCredentials | None, error: Exception) -> GitmoxiError:
    """Our error for one of libgit2's."""
    text = scrubbed(str(error), credentials)
    if any(sign in text for sign in _ABSENT):
        return RepositoryNotFoundError(
            f"there is no repository at {url}, or our credentials may not see it ({text}): "
            "check the URL, and what the token may read"
        )
    if any(sign in text for sign in _MOVED):
        return RepositoryNotFoundError(f"{url} is elsewhere: register the URL that it redirects to ({text})")
    if any(sign in text for sign in _REFUSED):
        return refused(url, credentials, text)
    if any(sign in text for sign in _FULL):
        return RepositoryUnreachableError(
            f"{url} cannot be fetched: the disk of GITMOXI_GIT_FOLDER is full ({text}); "
            "give it more room than GITMOXI_GIT_QUOTA_BYTES"
        )
    return RepositoryUnreachableError(f"{url} cannot be read now ({text}); it is tried again")


def refused(url: str, credentials: GitCredentials | None, text: str) -> RepositoryAccessError:
    """What to do about a server that did not let us in."""
    if credentials is None:
        return CredentialsRefusedError(
            f"{url} refused to answer without credentials ({text}): register the ARN of its token"
        )
    return CredentialsRefusedError(
        f"{url} refused our credentials ({text}): check that the token is valid and may read the repository"
    )


def too_large(url: str, limits: TransferLimits) -> RepositoryTooLargeError:
    """The server sends more than it may."""
    return RepositoryTooLargeError(
        f"{url} sends more than {limits.total_bytes} bytes, the limit of one answer: "
        "move the definitions into a repository of their own"
    )


def too_slow(url: str, limits: TransferLimits) -> RepositoryUnreachableError:
    """The server takes longer than it may."""
    return RepositoryUnreachableError(
        f"{url} was still answering after {limits.seconds:g} s, the limit of one answer; it is tried again. "
        "If it stays so slow, register a smaller repository"
    )


def scrubbed(text: str, credentials: GitCredentials | None) -> str:
    """The text without credentials in any form that a server could send back, in one printable line."""
    clean = scrub_credentials(text)
    if credentials is not None:
        for form in _forms(credentials):
            clean = clean.replace(form, "***")
    return _UNPRINTABLE.sub(" ", clean)[:_LONGEST].strip()


def _forms(credentials: GitCredentials) -> list[str]:
    password = credentials.password
    pair = f"{credentials.username}:{password}"
    encoded = [base64.b64encode(text.encode()).decode().rstrip("=") for text in (pair, password)]
    return [form for form in (*encoded, quote(password, safe=""), password) if form]
