"""Keeps sensitive values out of what people read: each occurrence gives way to a mask of it."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from gitmoxi.domain.findings import Finding

_FREE_STANDING_BELOW = 4
"""Shorter values are masked only as whole words: masking every ``1`` would make all texts unreadable."""

_SHOWN = 400
"""Characters of one text of a finding: enough for a sentence, too few for a whole document."""


_KEY: Final = secrets.token_bytes(32)
"""This process's own and kept nowhere: whoever reads a mask cannot try values out (ADR 10)."""

_DIGITS: Final = 12
"""Hexadecimal digits of a mask: enough to tell different values apart."""


def mask_of(value: str) -> str:
    """What is shown in the place of ``value``: equal values have equal masks, in one process only."""
    digest = hmac.digest(_KEY, value.encode(errors="surrogatepass"), "sha256").hex()
    return f"[sensitive {digest[:_DIGITS]}]"


def redact(text: str, sensitive_values: Iterable[str]) -> str:
    """``text`` with every sensitive value masked, as it stands and as it is escaped in JSON."""
    masks: dict[str, str] = {}
    for value in sensitive_values:
        if value:
            escaped = (json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (False, True))
            masks |= dict.fromkeys((value, *escaped), mask_of(value))
    if not masks:
        return text
    longest_first = sorted(masks, key=len, reverse=True)
    pattern = re.compile("|".join(_pattern(value) for value in longest_first))
    return pattern.sub(lambda match: masks[match[0]], text)


def _pattern(value: str) -> str:
    escaped = re.escape(value)
    return rf"(?<!\w){escaped}(?!\w)" if len(value) < _FREE_STANDING_BELOW else escaped


def presentable(finding: Finding, sensitive_values: Iterable[str]) -> Finding:
    """The finding with every text that could quote a value masked first and shortened then."""
    values = tuple(sensitive_values)

    def show(text: str) -> str:
        masked = redact(text, values)
        return masked if len(masked) <= _SHOWN else masked[: _SHOWN - 1] + "…"

    return replace(
        finding,
        message=show(finding.message),
        found=show(finding.found),
        expected=show(finding.expected),
        advice=show(finding.advice),
        json_path=show(finding.json_path),
    )
