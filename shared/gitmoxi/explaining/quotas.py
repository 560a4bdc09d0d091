"""Limits of the account, and throttling."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import (
    CREATE_SERVICE,
    ECS_QUOTAS,
    LAMBDA_QUOTAS,
    PUT_CONCURRENCY,
    SERVICE_EVENTS,
)

_RAISE = "Ask for a higher quota in Service Quotas"

QUOTA_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="quota.tasks",
        cause="The account runs as many tasks as it may.",
        advice=f"{_RAISE} (AWS Fargate), or stop tasks that nobody needs.",
        source=SERVICE_EVENTS,
        says=(("limit on the number of tasks",),),
    ),
    Entry(
        id="quota.vcpus",
        cause="The account runs as many vCPUs on Fargate as it may.",
        advice=f"{_RAISE} (AWS Fargate, vCPU resource count), or stop tasks that nobody needs.",
        source=SERVICE_EVENTS,
        says=(("limit on the number of vcpus",),),
    ),
    Entry(
        id="quota.task-size",
        cause="The task asks for more CPU or memory than the account may use in one task.",
        advice=f"{_RAISE} (AWS Fargate), or lower cpu or memory in the task definition.",
        source=SERVICE_EVENTS,
        says=(("configuration is above your limit",),),
    ),
    Entry(
        id="quota.deployments",
        cause="The service has as many deployments or task sets at once as it may.",
        advice="Wait until the earlier ones have drained, then retry the deployment.",
        source=ECS_QUOTAS,
        says=(("deployments exist",),),
    ),
    Entry(
        id="quota.throttled",
        cause="AWS throttles the calls that start tasks.",
        advice="This passes by itself. If it lasts, deploy fewer services at once, or ask for a higher rate.",
        source=SERVICE_EVENTS,
        says=(("operations are being throttled",), ("rate exceeded",)),
        symptom=True,
    ),
    Entry(
        id="quota.unreserved-concurrency",
        cause="The reserved concurrency would leave too little for the account's other functions.",
        advice=f"Lower reservedConcurrency, or: {_RAISE} (AWS Lambda, concurrent executions).",
        source=PUT_CONCURRENCY,
        says=(("unreservedconcurrentexecution",),),
    ),
    Entry(
        id="quota.code-storage",
        cause="The account stores as much function code as it may.",
        advice=f"Delete old versions of functions and layers, or: {_RAISE} (AWS Lambda).",
        source=LAMBDA_QUOTAS,
        says=(("code storage limit exceeded",), ("codestorageexceeded",)),
    ),
    Entry(
        id="quota.code-size",
        cause="The function's code is larger than Lambda takes.",
        advice="Take files out of the package or its layers, or deliver the function as a container image.",
        source=LAMBDA_QUOTAS,
        says=(
            ("unzipped size must be smaller",),
            ("requestentitytoolarge",),
            ("request must be smaller",),
            ("requesttoolarge",),
        ),
    ),
    Entry(
        id="quota.exceeded",
        cause="A limit of the account is reached.",
        advice=f"{_RAISE}; AWS's words name the limit.",
        source=CREATE_SERVICE,
        says=(("limitexceeded",), ("servicequotaexceeded",), ("limit exceeded",), ("quota exceeded",)),
    ),
)
