"""Logs that cannot be written."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import INITIALIZATION

_ARGUMENTS = "failed to validate logger args"

LOG_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="logs.no-route",
        cause="The task has no way through the network to CloudWatch Logs.",
        advice=(
            "In a private subnet add a NAT gateway, or the VPC endpoint for logs; in a public one set "
            "assignPublicIp to ENABLED. The security group must let TCP 443 out."
        ),
        source=INITIALIZATION,
        says=(
            ("connection issue", "cloudwatch"),
            (_ARGUMENTS, "signal: killed"),
            (_ARGUMENTS, "i/o timeout"),
            (_ARGUMENTS, "dial tcp"),
        ),
    ),
    Entry(
        id="logs.denied",
        cause="The execution role may not write to the {log_group}.",
        advice="Add this statement to the task definition's execution role: {statement}",
        source=INITIALIZATION,
        says=(("logs:create",), ("logs:put",), (_ARGUMENTS, "accessdenied")),
        allow=("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"),
    ),
    Entry(
        id="logs.group-missing",
        cause="The log group that the task definition names does not exist.",
        advice=(
            "Create it: `aws logs create-log-group --log-group-name NAME` with the awslogs-group of the "
            "container's logConfiguration."
        ),
        source=INITIALIZATION,
        says=(("log group does not exist",), ("cannot find the amazon cloudwatch log group",)),
    ),
    Entry(
        id="logs.driver-failed",
        cause="The container's log driver cannot start.",
        advice=(
            "Check the options in the container's logConfiguration: awslogs-group, awslogs-region and so on."
        ),
        source=INITIALIZATION,
        says=((_ARGUMENTS,), ("failed to initialize logging driver",)),
    ),
)
