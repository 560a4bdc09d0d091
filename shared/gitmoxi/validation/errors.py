"""The one error of validation."""

from __future__ import annotations

from gitmoxi.domain.findings import FindingsError


class ValidationFailed(FindingsError):  # noqa: N818  # reads as what happened, as pydantic's own does
    """AWS or Gitmoxi would refuse what was committed; nothing of the service object may be deployed."""
