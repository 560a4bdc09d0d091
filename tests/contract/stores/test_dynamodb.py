"""What only the real stores have: their layout, their repeats, and records that others spoiled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.adapters.dynamodb.audit import AuditTrail
from gitmoxi.adapters.dynamodb.items import repository_item
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.domain.deployments import Deployment, shard_of
from gitmoxi.domain.records import AuditEntry
from gitmoxi.domain.states import State
from gitmoxi.errors import (
    ContentionError,
    InvariantError,
    OutcomeUnknownError,
    ThrottledError,
    UnavailableError,
)
from gitmoxi.ports.leases import LeaseGrant
from gitmoxi.ports.ledger import CreateDeployment, Ledger, PutTarget, UpdateDeployment
from gitmoxi_local.faults import CallFaultSpec
from gitmoxi_local.process import LocalCloudProcess
from tests.contract.stores.conftest import Stores
from tests.contract.stores.records import (
    ECS,
    T0,
    a_busy_deployment,
    a_deployment,
    a_push,
    a_repository,
    a_target,
    created,
)


async def _item(dynamodb: Any, table: str, pk: str, sk: str) -> dict[str, Any]:
    answer = await dynamodb.get_item(TableName=table, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    return dict(answer["Item"])


async def _scan(dynamodb: Any, table: str, index: str | None = None) -> list[dict[str, Any]]:
    place = {"IndexName": index} if index else {}
    return list((await dynamodb.scan(TableName=table, **place))["Items"])


async def test_head_stays_within_two_kilobytes_while_everything_is_set(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    deployment = a_busy_deployment()
    await dynamo_stores.ledger.transact(created(deployment))
    item = await _item(dynamodb, tables.deployments, f"D#{deployment.id}", "HEAD")
    size = sum(len(name) + len(str(next(iter(value.values())))) for name, value in item.items())
    assert size < 2 * 1024


async def test_an_ended_deployment_leaves_the_due_index(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    await dynamo_stores.ledger.transact(created(a_deployment(), a_deployment("d-2")))
    ended = a_deployment(version=2, state=State.SUCCEEDED)
    await dynamo_stores.ledger.transact([UpdateDeployment(deployment=ended, expected_version=1)])
    [entry] = await _scan(dynamodb, tables.deployments, "due")
    assert entry["pk"] == {"S": "D#d-2"}
    assert {"version", "owner"} <= set(entry)


async def test_the_answer_to_a_push_is_kept_for_a_month(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    await dynamo_stores.ledger.put_push(a_push(at=T0))
    [item] = await _scan(dynamodb, tables.commits)
    assert item["expires_at"] == {"N": str(int((T0 + timedelta(days=30)).timestamp()))}


async def test_the_lease_lies_on_the_target_s_item(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    await dynamo_stores.leases.take(ECS, owner="w", nonce="n1", seen=None)
    await dynamo_stores.ledger.transact([PutTarget(record=a_target(), expected_revision=0, lease_epoch=1)])
    [item] = await _scan(dynamodb, tables.targets)
    assert (item["pk"], item["sk"]) == ({"S": f"T#{ECS.id}"}, {"S": "T"})
    assert (item["lease_owner"], item["lease_nonce"], item["lease_epoch"]) == (
        {"S": "w"},
        {"S": "n1"},
        {"N": "1"},
    )
    assert item["revision"] == {"N": "1"}


async def test_a_transaction_whose_answer_is_lost_once_is_repeated_as_the_same(
    dynamo_stores: Stores, cloud: LocalCloudProcess
) -> None:
    await dynamo_stores.ledger.transact(created(a_deployment()))
    _drop(cloud, "TransactWriteItems", times=1)
    await dynamo_stores.ledger.transact(
        [UpdateDeployment(deployment=a_deployment(version=2), expected_version=1)]
    )
    assert await dynamo_stores.ledger.deployment("d-1") == a_deployment(version=2)


async def test_a_transaction_that_is_never_answered_has_an_unknown_outcome(
    dynamo_stores: Stores, cloud: LocalCloudProcess
) -> None:
    _drop(cloud, "TransactWriteItems")
    with pytest.raises(OutcomeUnknownError, match="dynamodb:TransactWriteItems"):
        await dynamo_stores.ledger.transact(created(a_deployment()))
    cloud.client.clear_faults()
    with pytest.raises(ContentionError):
        await dynamo_stores.ledger.transact(created(a_deployment()))


async def test_a_lease_whose_answer_is_lost_once_is_still_ours(
    dynamo_stores: Stores, cloud: LocalCloudProcess
) -> None:
    _drop(cloud, "UpdateItem", times=1)
    grant = await dynamo_stores.leases.take(ECS, owner="w", nonce="n1", seen=None)
    assert isinstance(grant, LeaseGrant)
    assert grant.epoch == 1


async def test_a_registration_whose_answer_is_lost_once_is_written(
    dynamo_stores: Stores, cloud: LocalCloudProcess
) -> None:
    _drop(cloud, "PutItem", times=1)
    await dynamo_stores.ledger.put_repository(a_repository())
    changed = a_repository(branches=("main", "next"), revision=2)
    await dynamo_stores.ledger.put_repository(changed, expected_revision=1)
    assert await dynamo_stores.ledger.repository(changed.id) == changed


async def test_a_registration_from_before_there_were_revisions_can_be_changed(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    old = {name: value for name, value in repository_item(a_repository()).items() if name != "revision"}
    await dynamodb.put_item(TableName=tables.repositories, Item=old)
    changed = a_repository(branches=("main", "next"), revision=2)
    await dynamo_stores.ledger.put_repository(changed, expected_revision=1)
    assert await dynamo_stores.ledger.repository(changed.id) == changed


async def test_throttling_is_told_as_such(dynamo_stores: Stores, cloud: LocalCloudProcess) -> None:
    cloud.client.add_faults(calls=[CallFaultSpec(service="dynamodb", kind="throttle")])
    with pytest.raises(ThrottledError):
        await dynamo_stores.ledger.transact(created(a_deployment()))
    with pytest.raises(ThrottledError):
        await dynamo_stores.ledger.steps("d-1")


async def test_a_read_that_fails_may_be_tried_again(dynamo_stores: Stores, cloud: LocalCloudProcess) -> None:
    cloud.client.add_faults(calls=[CallFaultSpec(service="dynamodb", kind="error500")])
    with pytest.raises(UnavailableError, match="dynamodb:GetItem"):
        await dynamo_stores.ledger.deployment("d-1")


def _drop(cloud: LocalCloudProcess, action: str, times: int | None = None) -> None:
    fault = CallFaultSpec(service="dynamodb", action=action, kind="drop_reply", times=times)
    cloud.client.add_faults(calls=[fault])


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param({"record": {"S": "{"}}, id="no JSON"),
        pytest.param({"record": {"S": '{"id":"d-1"}'}}, id="fields are missing"),
        pytest.param({}, id="no record at all"),
    ],
)
async def test_a_spoiled_record_is_named_by_its_key(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables, spoiled: dict[str, Any]
) -> None:
    key = {"pk": {"S": "D#d-1"}, "sk": {"S": "HEAD"}}
    await dynamodb.put_item(TableName=tables.deployments, Item=key | spoiled)
    with pytest.raises(InvariantError, match="D#d-1 / HEAD"):
        await dynamo_stores.ledger.deployment("d-1")


async def test_scenario_18_a_spoilt_deployment_leaves_the_due_list_and_hides_no_other(
    dynamo_stores: Stores, dynamodb: Any, tables: Tables
) -> None:
    ledger, spoilt, whole = dynamo_stores.ledger, a_deployment("d-1"), a_deployment("d-2")
    await ledger.transact([CreateDeployment(deployment=one) for one in (spoilt, whole)])
    await dynamodb.update_item(
        TableName=tables.deployments,
        Key={"pk": {"S": "D#d-1"}, "sk": {"S": "HEAD"}},
        UpdateExpression="SET #record = :spoilt REMOVE version",
        ExpressionAttributeNames={"#record": "record"},
        ExpressionAttributeValues={":spoilt": {"S": "{"}},
    )

    assert await _due(ledger, spoilt) == ["d-1"]
    assert await ledger.deployments(["d-1", "d-2"]) == [whole]
    assert [await ledger.set_aside("d-1"), await ledger.set_aside("d-1")] == [True, False]
    assert await _due(ledger, spoilt) == []
    assert await _due(ledger, whole) == ["d-2"]


async def _due(ledger: Ledger, deployment: Deployment) -> list[str]:
    assert deployment.next_at is not None
    found = await ledger.due(deployment.owner, shard_of(deployment.id), deployment.next_at, 10)
    return [due.deployment_id for due in found if due.deployment_id == deployment.id]


async def test_a_record_too_large_is_refused_and_nothing_written(dynamo_stores: Stores) -> None:
    large = a_deployment("d-2", because="x" * 500_000)
    with pytest.raises(Exception, match=r"size|ValidationException"):
        await dynamo_stores.ledger.transact([CreateDeployment(deployment=a_deployment()), *created(large)])
    assert await dynamo_stores.ledger.deployment("d-1") is None


@pytest.fixture
def trail(dynamodb: Any, tables: Tables) -> AuditTrail:
    return AuditTrail(dynamodb, tables.audit)


def _entry(number: int) -> AuditEntry:
    return AuditEntry(id=f"a{number}", at=T0, kind="push.ignored", summary=f"entry {number}")


async def test_an_untouched_chain_is_whole(trail: AuditTrail) -> None:
    assert await trail.broken_at() is None
    await asyncio.gather(*(trail.append(_entry(number)) for number in range(5)))
    assert await trail.broken_at() is None
    assert len(await trail.newest(10)) == 5


Tamper = Callable[[Any, str, list[dict[str, Any]]], Awaitable[None]]


async def _edit(dynamodb: Any, table: str, rows: list[dict[str, Any]]) -> None:
    await dynamodb.put_item(TableName=table, Item={**rows[2], "record": rows[1]["record"]})


async def _delete(dynamodb: Any, table: str, rows: list[dict[str, Any]]) -> None:
    await dynamodb.delete_item(TableName=table, Key={"pk": rows[2]["pk"], "sk": rows[2]["sk"]})


async def _swap(dynamodb: Any, table: str, rows: list[dict[str, Any]]) -> None:
    for one, other in ((rows[2], rows[3]), (rows[3], rows[2])):
        await dynamodb.put_item(TableName=table, Item={**other, "sk": one["sk"]})


@pytest.mark.parametrize("tamper", [_edit, _delete, _swap])
async def test_tampering_with_the_third_entry_shows(
    trail: AuditTrail, dynamodb: Any, tables: Tables, tamper: Tamper
) -> None:
    for number in range(5):
        await trail.append(_entry(number))
    rows = sorted(await _scan(dynamodb, tables.audit), key=lambda row: row["sk"]["S"])
    await tamper(dynamodb, tables.audit, rows)
    assert await trail.broken_at() == 3
