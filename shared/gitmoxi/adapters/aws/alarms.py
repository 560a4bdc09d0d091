"""CloudWatch alarms (Amazon CloudWatch API Reference, DescribeAlarms)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gitmoxi.adapters.aws.calls import Operation, ServiceCalls
from gitmoxi.adapters.aws.rate_limits import ApiGroup, RateLimits
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.ports.alarms import Alarm, AlarmsPort

if TYPE_CHECKING:
    from types_aiobotocore_cloudwatch import CloudWatchClient

_READS: Mapping[str, Operation] = {"DescribeAlarms": Operation(group=ApiGroup.CLOUDWATCH_ALARM_READS)}

_MOST_NAMES: Final = 100
"""Names in one call; as many records fit into its answer."""


class AwsAlarms(AlarmsPort):
    """The alarms port over AWS's API."""

    def __init__(self, clients: ClientSource, limits: RateLimits) -> None:
        self._calls = ServiceCalls("cloudwatch", _READS, clients=clients, limits=limits)

    async def alarms(self, *, account: str, region: str, names: Sequence[str]) -> tuple[Alarm, ...]:
        """``DescribeAlarms``, 100 names at a time; ``AlarmTypes`` brings composite ones too."""
        asked, found = list(dict.fromkeys(names)), list[Alarm]()
        for start in range(0, len(asked), _MOST_NAMES):
            async with self._calls.calling("DescribeAlarms", account=account, region=region) as client:
                cloudwatch: CloudWatchClient = client
                answer = await cloudwatch.describe_alarms(
                    AlarmNames=asked[start : start + _MOST_NAMES],
                    AlarmTypes=["MetricAlarm", "CompositeAlarm"],
                    MaxRecords=_MOST_NAMES,
                )
            found += _alarms(answer.get("MetricAlarms", ()))
            found += _alarms(answer.get("CompositeAlarms", ()))
        return tuple(found)


def _alarms(described: Iterable[Any]) -> Iterable[Alarm]:
    return (
        Alarm(name=one["AlarmName"], state=one["StateValue"], reason=one.get("StateReason", ""))
        for one in described
    )
