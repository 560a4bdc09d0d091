"""Texts that look like keys, tokens or passwords; nothing here ever repeats what it found."""

from __future__ import annotations

import re
from typing import Final

_SHAPES: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("an AWS access key", re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])")),
    ("a GitHub token", re.compile(r"(?<!\w)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})")),
    ("a GitLab token", re.compile(r"(?<!\w)glpat-[\w-]{20,}")),
    ("a Slack token", re.compile(r"(?<!\w)xox[abeoprs]-[A-Za-z0-9-]{10,}")),
    ("a Stripe key", re.compile(r"(?<!\w)[rs]k_live_[A-Za-z0-9]{16,}")),
    ("a Google API key", re.compile(r"(?<![\w-])AIza[\w-]{35}(?![\w-])")),
    ("a JSON web token", re.compile(r"(?<![\w-])eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}")),
    ("a private key", re.compile(r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    (
        "an address with a password",
        re.compile(r"(?<![\w+.-])[A-Za-z][\w+.-]{0,30}://[^\s/:@]{0,200}:[^\s/:@${}<>*]{3,}@"),
    ),
)
_SECRET_NAMES: Final = frozenset({"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "ECS_ENGINE_AUTH_DATA"})


def key_shape(text: str, *, name: str = "") -> str | None:
    """What kind of secret ``text`` looks like, with its article; None if it looks like none.

    Args:
        text: the value, of any length.
        name: the name under which it is given, such as the name of an environment variable.
    """
    if name in _SECRET_NAMES and text:
        return "the value of a secret"
    return next((kind for kind, shape in _SHAPES if shape.search(text)), None)
