"""GetPolicy, which ministack answers with the statements of all qualifiers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import AwsError


def policy_of(record: Mapping[str, Any], qualifier: str) -> dict[str, Any]:
    """GetPolicy's answer: the statements of exactly one resource.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html

    Raises:
        AwsError: it has none.
    """
    config, policy = record["config"], record["policy"]
    arn = config["FunctionArn"] + (f":{qualifier}" if qualifier else "")
    statements = [item for item in policy.get("Statement", []) if item.get("Resource") == arn]
    if not statements:
        raise AwsError("ResourceNotFoundException", "The resource you requested does not exist.", 404)
    return {"Policy": json.dumps({**policy, "Statement": statements}), "RevisionId": config["RevisionId"]}
