"""Which target an event of Amazon ECS is about, and which alarm one of CloudWatch.

Events: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi.domain.targets import EcsTarget, cluster_name, parse_service_arn
from gitmoxi.ports.watches import AlarmName
from gitmoxi.strategies.ecs_events import DEPLOYMENT_STATE_CHANGE, SERVICE_ACTION, TASK_STATE_CHANGE

ALARM_EVENT = "CloudWatch Alarm State Change"

ECS_EVENTS = (
    TASK_STATE_CHANGE,
    SERVICE_ACTION,
    DEPLOYMENT_STATE_CHANGE,
    "ECS Hook State Change",
)


def ecs_target_of(
    detail_type: str, detail: Mapping[str, Any], headers: Mapping[str, Any]
) -> EcsTarget | None:
    """The service of an event; None for tasks of no service, and for what cannot be read.

    Task events name their service only by the task's group; all others have its ARN in ``resources``.
    """
    if detail_type == TASK_STATE_CHANGE:
        return _of_task(detail, headers)
    arns = headers.get("resources") or ()
    targets = (parse_service_arn(str(arn)) for arn in arns)
    return next((target for target in targets if target is not None), None)


def alarm_of(headers: Mapping[str, Any]) -> AlarmName | None:
    """The alarm of an event by its ARN in ``resources``; None for what cannot be read.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    for arn in headers.get("resources") or ():
        match str(arn).split(":", 6):
            case ["arn", _, "cloudwatch", region, account, "alarm", name]:
                return AlarmName(account=account, region=region, name=name)
    return None


def _of_task(detail: Mapping[str, Any], headers: Mapping[str, Any]) -> EcsTarget | None:
    kind, _, name = str(detail.get("group", "")).partition(":")
    account, region = headers.get("account"), headers.get("region")
    if kind != "service" or not name or not account or not region:
        return None
    return EcsTarget(
        account=str(account),
        region=str(region),
        cluster=cluster_name(detail.get("clusterArn")),
        service_name=name,
    )
