"""Sensitive values in what people read: each gives way to its mask."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gitmoxi.domain.sensitive import mask_of
from gitmoxi.planning.differences import Mask
from gitmoxi.planning.documents import Json

SHORTEST_PART = 4
"""A shorter sensitive value is masked only where it stands alone: ``1`` is part of nearly every text."""


def masking(sensitive_values: Iterable[str]) -> Mask:
    """A function that masks these values in texts, in numbers and, at any depth, in lists and objects."""
    values = sorted({value for value in sensitive_values if value}, key=lambda v: (-len(v), v))
    if not values:
        return lambda value: value

    def mask(value: Json) -> Json:
        if isinstance(value, Mapping):
            return {mask(key): mask(member) for key, member in value.items()}
        if isinstance(value, list):
            return [mask(item) for item in value]
        if isinstance(value, str):
            return _masked_text(value, values)
        if isinstance(value, int | float) and not isinstance(value, bool) and str(value) in values:
            return mask_of(str(value))
        return value

    return mask


def _masked_text(text: str, values: list[str]) -> str:
    if text in values:
        return mask_of(text)
    # One pass over the original, so that no value is looked for inside another one's mask.
    pieces: list[tuple[str, bool]] = [(text, False)]
    for value in values:
        if len(value) >= SHORTEST_PART:
            pieces = [part for piece in pieces for part in _split(piece, value)]
    return "".join(piece for piece, _ in pieces)


def _split(piece: tuple[str, bool], value: str) -> list[tuple[str, bool]]:
    text, is_masked = piece
    if is_masked or value not in text:
        return [piece]
    parts: list[tuple[str, bool]] = []
    for part in text.split(value):
        parts += [(part, False), (mask_of(value), True)]
    return parts[:-1]
