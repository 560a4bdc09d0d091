"""The IAM statement that is missing, ready to be pasted into a policy.

Passed roles: IAM user guide, "Grant a user permissions to pass a role to an AWS service".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_PASSING = "iam:PassRole"

_PASSED_TO: Mapping[str, list[str]] = {
    "ecs:RegisterTaskDefinition": ["ecs-tasks.amazonaws.com"],
    "ecs": ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"],
    "lambda": ["lambda.amazonaws.com"],
}


def statement(allow: tuple[str, ...], on: str, names: Mapping[str, str]) -> str:
    """The statement as one line of JSON.

    ``allow`` and ``on`` are as in ``Entry``; names that AWS's words lack are left for the reader to fill in.
    """
    actions = list(allow) or [names.get("action") or names.get("call") or "<action>"]
    body: dict[str, Any] = {
        "Effect": "Allow",
        "Action": actions[0] if len(actions) == 1 else actions,
        "Resource": _resource(on, names),
    }
    if actions == [_PASSING] and (services := _passed_to(names.get("call", ""))):
        body["Condition"] = {"StringEquals": {"iam:PassedToService": services}}
    return json.dumps(body)


def _resource(on: str, names: Mapping[str, str]) -> str:
    if on == "*":
        return on
    known = (names.get(kind, "") for kind in (on, "resource"))
    return next(filter(_usable, known), f"<ARN of the {(on or 'resource').replace('_', ' ')}>")


def _usable(resource: str) -> bool:
    return resource == "*" or resource.startswith("arn:")


def _passed_to(call: str) -> list[str]:
    return _PASSED_TO.get(call) or _PASSED_TO.get(call.partition(":")[0]) or []
