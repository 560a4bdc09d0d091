"""Text that others wrote, made harmless to show."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text without what could steer a terminal: commit messages and logs are written by others."""
    return "".join(
        char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text
    )
