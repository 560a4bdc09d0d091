"""Secrets that are JSON objects; an error of their parsing would show them, so there is none."""

from __future__ import annotations

import json
from typing import Any


def secret_document(text: str) -> dict[str, Any] | None:
    """The object that the secret's text is; None if it is anything else."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None  # raised from here, an error of ours would carry the text along in its context
    return document if isinstance(document, dict) else None
