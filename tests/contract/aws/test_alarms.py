"""Every implementation of the alarms port answers the same: in memory, and AWS's over the local cloud."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

import pytest

from gitmoxi.adapters.aws.alarms import AwsAlarms
from gitmoxi.adapters.memory.alarms import MemoryAlarms
from gitmoxi.ports.alarms import Alarm, AlarmsPort
from tests.contract.aws.conftest import REGION

Put = Callable[[Alarm], Awaitable[None]]


@pytest.fixture(params=["memory", "aws"])
def port(request, clients, limits) -> AlarmsPort:
    return MemoryAlarms() if request.param == "memory" else AwsAlarms(clients, limits)


@pytest.fixture
async def put(port, clients, cloud) -> Put:
    """Make an alarm of the account and region, in a state."""
    cloudwatch = await clients.client("cloudwatch")

    async def in_memory(alarm: Alarm) -> None:
        port.put(alarm, account=cloud.account, region=REGION)

    async def at_aws(alarm: Alarm) -> None:
        await cloudwatch.put_metric_alarm(
            AlarmName=alarm.name,
            Namespace=alarm.name,
            MetricName="errors",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1.0,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="ignore",
        )
        await cloudwatch.set_alarm_state(
            AlarmName=alarm.name, StateValue=alarm.state, StateReason=alarm.reason
        )

    return in_memory if isinstance(port, MemoryAlarms) else at_aws


@pytest.fixture
def ask(port, cloud):
    async def alarms(*names: str) -> tuple[Alarm, ...]:
        return await port.alarms(account=cloud.account, region=REGION, names=names)

    return alarms


async def test_alarms_are_answered_by_name_and_unknown_ones_left_out(put, ask):
    ours = f"ours-{secrets.token_hex(4)}"
    await put(Alarm(name=ours, state="ALARM", reason="too many"))

    [alarm] = await ask(ours, "nobody made this one")

    assert (alarm.name, alarm.state, alarm.red, alarm.reason) == (ours, "ALARM", True, "too many")


async def test_a_name_that_is_asked_twice_is_answered_once(put, ask):
    ours = f"ours-{secrets.token_hex(4)}"
    await put(Alarm(name=ours, state="OK"))
    assert [alarm.red for alarm in await ask(ours, ours)] == [False]


async def test_more_names_than_one_call_takes_are_asked_all(put, ask):
    ours = f"ours-{secrets.token_hex(4)}"
    await put(Alarm(name=ours, state="OK"))
    assert [alarm.name for alarm in await ask(*(f"none-{n}" for n in range(120)), ours)] == [ours]


async def test_no_names_are_no_alarms(ask):
    assert await ask() == ()


async def test_composite_alarms_are_answered_too(clients, limits, cloud):
    cloudwatch, name = await clients.client("cloudwatch"), f"any-{secrets.token_hex(4)}"
    await cloudwatch.put_composite_alarm(AlarmName=name, AlarmRule="FALSE")
    port = AwsAlarms(clients, limits)
    [alarm] = await port.alarms(account=cloud.account, region=REGION, names=[name])
    assert alarm.name == name
