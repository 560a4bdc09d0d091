"""Numbers with the word for what they count."""

from __future__ import annotations


def counted(number: int, what: str) -> str:
    """``1 step``, ``2 steps``."""
    return f"{number} {what}{'' if number == 1 else 's'}"
