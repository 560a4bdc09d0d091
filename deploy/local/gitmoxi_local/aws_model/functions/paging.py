"""Pages of lists: MaxItems and Marker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.state import Doc


def page(name: str, items: Sequence[Any], params: Mapping[str, Any], most: int) -> Doc:
    """One page of ``items`` under ``name``, with a ``NextMarker`` while there are more.

    Lambda takes any MaxItems and gives at most ``most`` all the same (API_ListFunctions).

    Raises:
        AwsError: the marker is not one of ours.
    """
    size = min(int(params.get("MaxItems") or most), most)
    start = _start(params.get("Marker"))
    answer: Doc = {name: list(items[start : start + size])}
    if start + size < len(items):
        answer["NextMarker"] = f"from-{start + size}"
    return answer


def _start(marker: str | None) -> int:
    if not marker:
        return 0
    number = marker.removeprefix("from-")
    if number == marker or not number.isdecimal():
        raise errors.invalid("Invalid marker")
    return int(number)
