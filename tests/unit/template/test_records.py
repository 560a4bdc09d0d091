"""Each service may do with records what its stores ask of DynamoDB, and the API no more than it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from fnmatch import fnmatchcase
from typing import Any

import pytest

from gitmoxi.adapters.dynamodb.ledger import DynamoLedger
from gitmoxi.adapters.dynamodb.reachability import DynamoReachability
from gitmoxi.adapters.dynamodb.told import DynamoToldStore
from gitmoxi.adapters.dynamodb.wire import Tables
from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.drift import LookRound
from gitmoxi.domain.reachability import RepositoryHealth
from gitmoxi.domain.telling import Told
from gitmoxi.ports.ledger import DeleteOrphan, PutBranch, PutCommand, PutDryRun, PutOrphan, PutOutbox
from gitmoxi.ports.targets import DeleteDrift, PutLookRound
from tests.contract.stores.records import (
    ECS,
    a_branch,
    a_command,
    a_dry_run,
    a_repository,
    an_event,
    an_orphan,
    at,
)
from tests.unit.template.conftest import TEMPLATE, parsed

TABLES = Tables(
    **{
        name: f"{name.title()}Table"
        for name in ("repositories", "commits", "deployments", "targets", "outbox", "audit")
    }
)
"""Called as the template calls them."""

CLOCK = FakeClock()
NOTIFIER = TEMPLATE.with_name("notifier.yaml")


class Recording:
    """A client of DynamoDB in which there is nothing, and which notes what right each call takes."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def _note(self, action: str, table: str, key: Any) -> dict[str, Any]:
        self.asked.append((f"dynamodb:{action}", table, key["pk"]["S"]))
        return {}

    async def get_item(self, **asked: Any) -> dict[str, Any]:
        return self._note("GetItem", asked["TableName"], asked["Key"])

    async def put_item(self, **asked: Any) -> dict[str, Any]:
        return self._note("PutItem", asked["TableName"], asked["Item"])

    async def delete_item(self, **asked: Any) -> dict[str, Any]:
        return self._note("DeleteItem", asked["TableName"], asked["Key"])

    async def update_item(self, **asked: Any) -> dict[str, Any]:
        return self._note("UpdateItem", asked["TableName"], asked["Key"])

    async def query(self, **asked: Any) -> dict[str, Any]:
        values = asked["ExpressionAttributeValues"]
        self._note("Query", asked["TableName"], {"pk": next(iter(values.values()))})
        return {"Items": []}

    async def batch_get_item(self, *, RequestItems: Any) -> dict[str, Any]:  # noqa: N803 - the API's own spelling
        for table, wanted in RequestItems.items():
            self._note("BatchGetItem", table, wanted["Keys"][0])
        return {"Responses": {}, "UnprocessedKeys": {}}

    async def transact_write_items(self, *, TransactItems: Any, **_: Any) -> dict[str, Any]:  # noqa: N803 - the same
        for part in TransactItems:
            [(kind, asked)] = part.items()
            self._note(f"{kind}Item", asked["TableName"], asked.get("Item") or asked["Key"])
        return {}


HEALTH = RepositoryHealth(repository_id="r-1", checked_at=at(0), ok=True, because="It answers.", revision=1)


async def reachability_of_the_ingestor(client: Any) -> None:
    store = DynamoReachability(client, TABLES)
    await store.health("r-1")
    await store.healths()
    await store.put_health(HEALTH)
    await store.claim(3, now=at(0), until=at(1))


async def reachability_of_the_api(client: Any) -> None:
    store = DynamoReachability(client, TABLES)
    await store.health("r-1")
    await store.healths()
    await store.forget("r-1")


async def branches_of_the_ingestor(client: Any) -> None:
    ledger = DynamoLedger(client, TABLES, CLOCK)
    await ledger.transact([PutBranch(branch=a_branch(), expected_seq=0), PutOutbox(event=an_event("e"))])


async def registrations_of_the_api(client: Any) -> None:
    ledger = DynamoLedger(client, TABLES, CLOCK)
    await ledger.put_repository(a_repository(), expected_revision=0)
    await ledger.repositories()
    await ledger.delete_repository("r-1")
    await ledger.transact([PutOrphan(orphan=an_orphan())])
    await ledger.transact([DeleteOrphan(target=ECS)])


async def questions_of_the_api(client: Any) -> None:
    ledger = DynamoLedger(client, TABLES, CLOCK)
    await ledger.transact(
        [PutDryRun(dry_run=a_dry_run(), expected_state=None), PutOutbox(event=an_event("e"))]
    )
    await ledger.transact([PutCommand(command=a_command("c"))])


async def status_of_the_api(client: Any) -> None:
    ledger = DynamoLedger(client, TABLES, CLOCK)
    await ledger.ownerships("r-1", "main")
    await ledger.targets([ECS])
    await ledger.deployments(["d-1"])
    await ledger.drifts()
    await ledger.orphans()


async def looks_of_the_planner(client: Any) -> None:
    ledger = DynamoLedger(client, TABLES, CLOCK)
    await ledger.drifts()
    await ledger.look_rounds()
    await ledger.targets([ECS])
    await ledger.transact([PutLookRound(round=LookRound(group=1, begun_at=at(0)), expected=None)])
    await ledger.transact([DeleteDrift(target=ECS)])


async def memory_of_the_notifier(client: Any) -> None:
    store = DynamoToldStore(client, TABLES.commits, CLOCK)
    await store.told("r-1", "status/main/1")
    await store.put(Told(repository_id="r-1", about="status/main/1", revision=1))


@pytest.mark.parametrize(
    ("role", "asks"),
    [
        pytest.param("IngestorRole", reachability_of_the_ingestor, id="ingestor: what looks found"),
        pytest.param("IngestorRole", branches_of_the_ingestor, id="ingestor: how far a branch is"),
        pytest.param("ApiRole", reachability_of_the_api, id="api: what looks found"),
        pytest.param("ApiRole", registrations_of_the_api, id="api: registrations"),
        pytest.param("ApiRole", questions_of_the_api, id="api: commands and dry runs"),
        pytest.param("ApiRole", status_of_the_api, id="api: the status of all targets"),
        pytest.param("PlannerRole", looks_of_the_planner, id="planner: looks for drift"),
        pytest.param("Role", memory_of_the_notifier, id="notifier: what was told"),
    ],
)
async def test_a_service_may_do_what_its_stores_ask(
    template, role: str, asks: Callable[[Any], Awaitable[None]]
):
    client = Recording()
    await asks(client)
    statements = list(statements_of(template if role != "Role" else parsed(NOTIFIER), role))
    assert client.asked
    refused = [asked for asked in client.asked if not any(permits(one, *asked) for one in statements)]
    assert refused == []


@pytest.mark.parametrize("action", ["dynamodb:PutItem", "dynamodb:DeleteItem"])
@pytest.mark.parametrize("key", ["T#ecs", "O#r-1#main", "DRIFTS"])
def test_the_api_changes_no_target_no_ownership_and_no_drift(template, action, key):
    statements = statements_of(template, "ApiRole")
    assert not [one for one in statements if permits(one, action, "TargetsTable", key)]


def statements_of(template: Any, role: str) -> Any:
    """The statements of the role, and of the managed policies that it holds."""
    properties = template.properties("IAM::Role")[role]
    for policy in properties["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]
    managed = template.properties("IAM::ManagedPolicy")
    for reference in properties.get("ManagedPolicyArns", []):
        yield from managed[reference["Ref"]]["PolicyDocument"]["Statement"]


def permits(statement: Any, action: str, table: str, key: str) -> bool:
    """Whether the statement allows the action on the item; of conditions, those on leading keys are known."""
    actions, resources = (
        one if isinstance(one, list) else [one] for one in (statement["Action"], statement["Resource"])
    )
    named = any(_is_table(resource, table) for resource in resources)
    return action in actions and named and _fits(statement.get("Condition"), key)


def _is_table(resource: Any, table: str) -> bool:
    [(function, text)] = resource.items()
    if function == "Fn::GetAtt":
        return bool(text == f"{table}.Arn")
    return bool(text.endswith(f"/{table}}}}}"))


def _fits(condition: Any, key: str) -> bool:
    if condition is None:
        return True
    [(operator, keys)] = condition.items()
    patterns = keys["dynamodb:LeadingKeys"]
    assert operator in {"ForAllValues:StringEquals", "ForAllValues:StringLike"}
    return any(fnmatchcase(key, pattern) for pattern in patterns)
