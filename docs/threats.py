"""What an attacker may try, and what stands against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Threat:
    """One row: ``id`` is the word in its tests' names, ``attempt`` is tried, ``defence`` holds."""

    id: str
    attempt: str
    defence: str


def _rows(*rows: tuple[str, str, str]) -> tuple[Threat, ...]:
    return tuple(Threat(id=id_, attempt=attempt, defence=defence) for id_, attempt, defence in rows)


THREATS: Final = _rows(
    (
        "template_code",
        "A template reaches for Python's insides",
        "it is rendered in an immutable sandbox, over plain data",
    ),
    (
        "template_bomb",
        "A template that never ends, or takes all memory",
        "it is rendered in a process of its own with limits of time, memory and size",
    ),
    (
        "git_options",
        "A URL, a branch or a reference that Git would take for a command or an option",
        "no command line is involved; schemes and names are checked",
    ),
    (
        "git_contents",
        "Submodules, hooks, symlinks and names that leave the repository",
        "nothing is checked out; only regular files are read, by normalised paths",
    ),
    (
        "git_size",
        "A repository, file or answer that is too large, or that never ends",
        "bytes, files, depth and time have limits, and the disk has a quota",
    ),
    (
        "git_cache",
        "One repository is shown from what another's credentials fetched",
        "a mirror belongs to a URL and to who may read it",
    ),
    (
        "ssrf",
        "A URL that leads into our own network, at once, by a redirect or by a name that changes",
        "addresses are looked up once, checked, and connected to; no redirects to other hosts",
    ),
    (
        "forged_webhook",
        "A webhook that the host did not send, or that another repository's key signed",
        "the key of the repository in the path signs the raw body, and the body must name that repository",
    ),
    ("timing", "A signature that is guessed bit by bit", "comparisons take the same time; no key, no entry"),
    (
        "webhook_denial",
        "Webhooks that are huge, endless or nonsense",
        "bodies are cut while they arrive, and checked before they are parsed",
    ),
    ("replay", "A webhook that is sent again", "a delivery counts once, and twice would change nothing"),
    (
        "credentials",
        "A token that shows in a log, an error, a process list, a file or an answer",
        "tokens are read at use, handed over in memory, and masked wherever they would be written",
    ),
    (
        "channels",
        "A notification that lies to its readers, or that is sent where it may not be",
        "texts are escaped, addresses checked, bodies signed",
    ),
    (
        "foreign_request",
        "A page of somebody else's makes a browser ask our API",
        "origin and host are checked, and reading changes nothing",
    ),
    (
        "documents",
        "JSON with two values of one name, without an end, or as deep as a well",
        "it is refused with file and place",
    ),
)
