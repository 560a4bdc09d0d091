"""What a repository and a branch may be called, and when two spellings of a URL mean the same repository."""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, urlsplit

from gitmoxi.errors import InvalidInputError

_ID_HEX_DIGITS = 16
_LONGEST_BRANCH = 244
"""Git servers commonly refuse longer ones: ``refs/heads/`` and the name must fit into a file's name."""

_HTTPS_PORT = 443
_PRINTABLE = re.compile(r"[!-~]+")
_USERINFO = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_BRANCH = re.compile(r"[\w.][\w./+@=#,-]*")
_BRANCH_FAULTS = (
    (re.compile(r"\.\."), "holds '..'"),
    (re.compile(r"//|/$|^/"), "holds an empty component"),
    (re.compile(r"(^|/)\."), "has a component that begins with '.'"),
    (re.compile(r"\.(/|$)"), "has a component that ends with '.'"),
    (re.compile(r"\.lock(/|$)"), "has a component that ends with '.lock'"),
    (re.compile(r"^@$"), "is '@'"),
)
"""Git's own rules (git-check-ref-format), as far as the characters allowed here can break them."""


class RepositoryUrlError(InvalidInputError):
    """The URL cannot be used; the message says why and never repeats credentials."""


class BranchNameError(InvalidInputError):
    """The branch's name is none that Git would accept from us."""


def normalise_url(url: str) -> str:
    """The one spelling of a repository's URL: host in lower case, no default port, ``.git`` or last slash.

    ``https://host[:port]/path`` and ``file:///path`` are understood; whether files are allowed is the
    mirror's to decide.

    Raises:
        RepositoryUrlError: another scheme, credentials in the URL, or anything that is no plain URL.
    """
    parts = _split(url)
    if parts.scheme == "file":
        return f"file://{_path(parts)}"
    return f"https://{_host(parts)}{_path(parts)}"


def repository_id(url: str) -> str:
    """``r-`` and 16 hex digits, equal for all spellings of one URL.

    Raises:
        RepositoryUrlError: as :func:`normalise_url`.
    """
    digest = hashlib.sha256(normalise_url(url).encode()).hexdigest()
    return f"r-{digest[:_ID_HEX_DIGITS]}"


def check_branch(name: str) -> str:
    """The name itself, if it is a branch's.

    Raises:
        BranchNameError: says what is wrong with it.
    """
    if len(name) > _LONGEST_BRANCH:
        raise BranchNameError(f"a branch name has at most {_LONGEST_BRANCH} characters, this has {len(name)}")
    if not _BRANCH.fullmatch(name):
        raise BranchNameError(
            f"{name!r} is no branch name: letters, digits and . _ / + @ = # , - are understood, '-' not first"
        )
    for pattern, fault in _BRANCH_FAULTS:
        if pattern.search(name):
            raise BranchNameError(f"{name!r} is no branch name: it {fault}")
    return name


def scrub_credentials(text: str) -> str:
    """The text without the user and password of any URL in it."""
    return _USERINFO.sub("***", text)


def _split(url: str) -> SplitResult:
    if not _PRINTABLE.fullmatch(url):
        raise RepositoryUrlError("a repository URL holds printable ASCII characters only, and no spaces")
    shown = scrub_credentials(url)
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise RepositoryUrlError(f"{shown} is no URL: {error}") from error
    if parts.scheme not in {"https", "file"}:
        raise RepositoryUrlError(f"{shown} is not supported: use https://host/path")
    if "@" in parts.netloc:
        raise RepositoryUrlError(
            f"{shown} carries credentials: leave them out, and register the ARN of a secret instead"
        )
    if parts.query or parts.fragment or "\\" in url:
        raise RepositoryUrlError(f"{shown} is not supported: no '?', '#' or '\\' in a repository's URL")
    return parts


def _host(parts: SplitResult) -> str:
    shown = parts.geturl()
    try:
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise RepositoryUrlError(f"{shown} is no URL: {error}") from error
    if not host or host.startswith("-"):
        raise RepositoryUrlError(f"{shown} has no host: use https://host/path")
    bracketed = f"[{host}]" if ":" in host else host.rstrip(".")
    return bracketed if port in {None, _HTTPS_PORT} else f"{bracketed}:{port}"


def _path(parts: SplitResult) -> str:
    shown = parts.geturl()
    if parts.scheme == "file" and parts.netloc not in {"", "localhost"}:
        raise RepositoryUrlError(f"{shown} is not supported: a file URL has no host, as in file:///path")
    path = parts.path.rstrip("/").removesuffix(".git").rstrip("/")
    segments = path.split("/")[1:]
    if not segments:
        raise RepositoryUrlError(f"{shown} names no repository: the path is missing")
    if any(segment in {"", ".", ".."} or segment.startswith("-") for segment in segments):
        raise RepositoryUrlError(f"{shown} is not supported: '//', '.', '..' or a leading '-' in the path")
    return path
