"""Pages of lists: maxResults and nextToken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gitmoxi_local.aws_model.ecs import errors
from gitmoxi_local.aws_model.ecs.state import Doc

_MOST = 100


def page(name: str, items: Sequence[Any], params: Mapping[str, Any], default: int = _MOST) -> Doc:
    """One page of ``items`` under ``name``, with a ``nextToken`` while there are more.

    Raises:
        AwsError: ``maxResults`` is out of 1 to 100, or the token is not one of ours.
    """
    size = params.get("maxResults", default)
    if not 1 <= size <= _MOST:
        raise errors.invalid("MaxResults must be between 1 and 100.")
    start = _start(params.get("nextToken"))
    answer: Doc = {name: list(items[start : start + size])}
    if start + size < len(items):
        answer["nextToken"] = f"from-{start + size}"
    return answer


def _start(token: str | None) -> int:
    if not token:
        return 0
    number = token.removeprefix("from-")
    if number == token or not number.isdecimal():
        raise errors.invalid("Invalid token in request.")
    return int(number)
