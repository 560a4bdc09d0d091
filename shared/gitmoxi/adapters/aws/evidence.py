"""Container logs (CloudWatch Logs API Reference) and target health (Elastic Load Balancing API Reference)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.errors import error_code
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.explaining.signs import TargetState
from gitmoxi.ports.evidence import LogsPort, LogStream, TargetHealthPort

if TYPE_CHECKING:
    from types_aiobotocore_elbv2 import ElasticLoadBalancingv2Client
    from types_aiobotocore_logs import CloudWatchLogsClient

_LOG_READS: Mapping[str, Operation] = {"GetLogEvents": Operation()}
_HEALTH_READS: Mapping[str, Operation] = {"DescribeTargetHealth": Operation(group=ApiGroup.ELB_READS)}


class AwsLogs(LogsPort):
    """The logs port over AWS's API."""

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("logs", _LOG_READS, clients=clients, limits=limits)

    async def last_lines(self, stream: LogStream, limit: int) -> tuple[str, ...]:
        """``GetLogEvents`` from the end."""
        calling = self._calls.calling("GetLogEvents", account=stream.account, region=stream.region)
        async with calling as client:
            logs: CloudWatchLogsClient = client
            try:
                answer = await logs.get_log_events(
                    logGroupName=stream.group, logStreamName=stream.name, limit=limit, startFromHead=False
                )
            except ClientError as error:
                if error_code(error) == "ResourceNotFoundException":
                    return ()
                raise
        return tuple(event.get("message", "") for event in answer.get("events", ()))[-limit:]


class AwsTargetHealth(TargetHealthPort):
    """The target health port over AWS's API."""

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("elbv2", _HEALTH_READS, clients=clients, limits=limits)

    async def target_health(
        self, *, account: str, region: str, target_group_arn: str
    ) -> tuple[TargetState, ...]:
        """``DescribeTargetHealth`` of all targets."""
        async with self._calls.calling("DescribeTargetHealth", account=account, region=region) as client:
            balancing: ElasticLoadBalancingv2Client = client
            try:
                answer = await balancing.describe_target_health(TargetGroupArn=target_group_arn)
            except ClientError as error:
                if error_code(error) == "TargetGroupNotFound":
                    return ()
                raise
        return tuple(
            TargetState.from_aws(described, target_group_arn)
            for described in answer.get("TargetHealthDescriptions", ())
        )
