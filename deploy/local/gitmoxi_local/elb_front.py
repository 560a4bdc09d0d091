"""Stands before Elastic Load Balancing: ECS tasks are targets with the health that ECS gives them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape

from gitmoxi_local.aws_model.base import AwsEvent
from gitmoxi_local.aws_model.ecs import EcsModel
from gitmoxi_local.aws_model.ecs.target_health import Target
from gitmoxi_local.calls import AwsCall, Reply
from gitmoxi_local.faults import CallFault
from gitmoxi_local.gateway import Forward
from gitmoxi_local.model_host import ModelHost
from gitmoxi_local.operations import params_of, recognise

_NAMESPACE = "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"


class ElbFront:
    """Passes every call on, and answers DescribeTargetHealth of groups that ECS tasks stand behind.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetHealth.html
    """

    def __init__(self, host: ModelHost[EcsModel, AwsEvent]) -> None:
        self._host = host

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply of ministack, or ours about tasks."""
        del fault
        reply = await forward(call.request)
        if call.operation != "DescribeTargetHealth" or reply.status != 200:  # noqa: PLR2004  # HTTP: success
            return reply
        params = params_of(call.request, recognise(call.request))
        group = params.get("TargetGroupArn", "")
        targets = self._host.ask(lambda model: model.targets(call.account, call.region, group))
        if not targets:
            return reply
        asked = {
            value for name, value in params.items() if name.startswith("Targets.") and name.endswith(".Id")
        }
        return _reply([target for target in targets if not asked or target.address in asked])


def _reply(targets: Sequence[Target]) -> Reply:
    request_id = str(uuid.uuid4())
    members = "".join(_member(target) for target in targets)
    document = (
        f'<DescribeTargetHealthResponse xmlns="{_NAMESPACE}"><DescribeTargetHealthResult>'
        f"<TargetHealthDescriptions>{members}</TargetHealthDescriptions></DescribeTargetHealthResult>"
        f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
        "</DescribeTargetHealthResponse>"
    )
    return Reply(
        status=200,
        headers={"content-type": "text/xml", "x-amzn-requestid": request_id},
        body=document.encode(),
    )


def _member(target: Target) -> str:
    why = {"Reason": target.reason, "Description": target.description}
    health = {"State": target.state} | {name: text for name, text in why.items() if text}
    place = {"Id": target.address, "Port": str(target.port), "AvailabilityZone": target.zone}
    return (
        f"<member><Target>{_elements(place)}</Target><HealthCheckPort>{target.port}</HealthCheckPort>"
        f"<TargetHealth>{_elements(health)}</TargetHealth></member>"
    )


def _elements(members: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in members.items())
