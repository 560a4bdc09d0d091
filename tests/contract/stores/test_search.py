"""What people find when they list deployments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gitmoxi.domain.states import State, Status
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind
from gitmoxi.ports.ledger import DeploymentFilter, Ledger, UpdateDeployment
from tests.contract.stores.conftest import Stores
from tests.contract.stores.records import ECS, SHA, a_deployment, an_origin, created

_API = EcsTarget(account="444455556666", region="us-east-1", cluster="staging", service_name="api")
_RESIZE = LambdaTarget(account="111122223333", region="eu-west-1", function_name="web")

_DEPLOYMENTS = (
    a_deployment("d-a", created=1),
    a_deployment("d-b", created=2, state=State.SUCCEEDED, origin=an_origin(branch="next")),
    a_deployment("d-c", created=3, state=State.FAILED, target=_API, origin=an_origin(commit_sha="b" * 40)),
    a_deployment("d-d", created=4, kind=TargetKind.LAMBDA, target=_RESIZE),
    a_deployment("d-e", created=5, state=State.SUPERSEDED, origin=an_origin(repository_id="r-other")),
    a_deployment("d-f", created=6, state=State.RECEIVED, target=None),
)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param({}, "fedcba", id="everything"),
        pytest.param({"commit_sha": SHA}, "fedba", id="a commit"),
        pytest.param({"commit_sha": SHA, "repository_id": "r-other"}, "e", id="a commit in one repository"),
        pytest.param({"commit_sha": "c" * 40}, "", id="an unknown commit"),
        pytest.param({"target_id": ECS.id}, "eba", id="a target"),
        pytest.param({"target_id": ECS.id, "status": Status.PROCESSING}, "a", id="a target's live ones"),
        pytest.param({"status": Status.PROCESSING}, "fda", id="processing"),
        pytest.param({"status": Status.PROCESSED_SUCCESS}, "eb", id="processed with success"),
        pytest.param({"status": Status.PROCESSED_ERROR}, "c", id="processed with an error"),
        pytest.param({"branch": "next"}, "b", id="a branch"),
        pytest.param({"repository_id": "r-other"}, "e", id="a repository"),
        pytest.param({"account": "444455556666"}, "c", id="an account"),
        pytest.param({"region": "eu-west-1"}, "edba", id="a region"),
        pytest.param({"cluster": "staging"}, "c", id="a cluster"),
        pytest.param({"kind": "lambda"}, "d", id="a kind"),
        pytest.param({"name": "web"}, "edba", id="a name, of a service or a function"),
        pytest.param({"name": "web", "kind": "ecs", "status": Status.PROCESSING}, "a", id="all at once"),
    ],
)
async def test_a_filter_narrows_to_what_matches_newest_first(
    ledger: Ledger, wanted: dict[str, Any], expected: str
) -> None:
    await ledger.transact(created(*_DEPLOYMENTS))
    found = await ledger.search(DeploymentFilter(**wanted), 10)
    assert [deployment.id for deployment in found] == [f"d-{letter}" for letter in expected]


async def test_only_so_many_as_asked_for_are_found(ledger: Ledger) -> None:
    many = [a_deployment(f"d-{n:03}", created=n, state=list(State)[n % len(State)]) for n in range(250)]
    for start in range(0, len(many), 100):
        await ledger.transact(created(*many[start : start + 100]))
    assert await ledger.search(DeploymentFilter(), 130) == many[:119:-1]
    assert await ledger.search(DeploymentFilter(commit_sha=SHA), 130) == many[:119:-1]
    assert await ledger.search(DeploymentFilter(), 0) == []


async def test_a_deployment_is_found_as_it_stands_now(ledger: Ledger) -> None:
    await ledger.transact(created(a_deployment()))
    ended = a_deployment(version=2, state=State.FAILED)
    await ledger.transact([UpdateDeployment(deployment=ended, expected_version=1)])
    assert await ledger.search(DeploymentFilter(status=Status.PROCESSING), 10) == []
    assert await ledger.search(DeploymentFilter(), 10) == [ended]


async def test_a_list_reaches_back_over_the_turn_of_the_year(stores: Stores) -> None:
    months = [datetime(2026, month, 15, tzinfo=UTC) for month in (2, 11, 12)] + [
        datetime(2027, 1, 1, tzinfo=UTC)
    ]
    deployments = [
        a_deployment(f"d-{n}", created_at=moment, next_at=moment) for n, moment in enumerate(months)
    ]
    stores.clock.jump((datetime(2027, 1, 2, tzinfo=UTC) - stores.clock.now()).total_seconds())
    await stores.ledger.transact(created(*deployments))
    assert await stores.ledger.search(DeploymentFilter(), 10) == deployments[::-1]
    assert await stores.ledger.search(DeploymentFilter(status=Status.PROCESSING), 2) == deployments[:1:-1]
