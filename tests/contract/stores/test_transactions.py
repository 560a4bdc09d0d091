"""What a transaction carries out, and what it refuses."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError
from gitmoxi.ports.leases import LeaseGrant, LeaseStore
from gitmoxi.ports.ledger import (
    CheckLease,
    CreateDeployment,
    DeleteOrphan,
    DeleteOwnership,
    Ledger,
    PutBranch,
    PutCommand,
    PutCommit,
    PutOrphan,
    PutOutbox,
    PutOwnership,
    PutPlan,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from tests.contract.stores.records import (
    ECS,
    REPOSITORY,
    a_branch,
    a_busy_deployment,
    a_command,
    a_commit,
    a_deployment,
    a_plan,
    a_step,
    a_target,
    an_event,
    an_orphan,
    an_ownership,
    created,
)


async def _take(leases: LeaseStore, nonce: str) -> int:
    grant = await leases.take(ECS, owner="w", nonce=nonce, seen=None)
    assert isinstance(grant, LeaseGrant)
    return grant.epoch


async def test_every_kind_of_record_comes_back_as_it_was_written(ledger: Ledger, leases: LeaseStore) -> None:
    epoch = await _take(leases, "n1")
    deployment, target = a_busy_deployment(), a_target()
    await ledger.transact(
        [
            CreateDeployment(deployment=deployment),
            PutStep(step=a_step()),
            PutPlan(plan=a_plan()),
            PutCommand(command=a_command("c1")),
            PutTarget(record=target, expected_revision=0, lease_epoch=epoch),
            PutOwnership(ownership=an_ownership()),
            PutBranch(branch=a_branch(), expected_seq=0),
            PutCommit(commit=a_commit(), create=True),
            PutOutbox(event=an_event("e1")),
        ]
    )
    assert await ledger.deployment(deployment.id) == deployment
    assert await ledger.steps("d-1") == [a_step()]
    assert await ledger.plan("d-1") == a_plan()
    assert await ledger.commands("d-1", "") == [a_command("c1")]
    assert await ledger.target(ECS) == target
    assert await ledger.ownership(REPOSITORY, "main", "prod/web") == an_ownership()
    assert await ledger.branch(REPOSITORY, "main") == a_branch()
    assert await ledger.commit(REPOSITORY, "main", 1) == a_commit()
    outboxes = [await ledger.outbox(Worker.PLANNER, shard, 10) for shard in range(4)]
    assert [event for outbox in outboxes for event in outbox] == [an_event("e1")]


async def test_an_empty_transaction_does_nothing(ledger: Ledger) -> None:
    await ledger.transact([])


@pytest.mark.parametrize(
    ("stored", "refused", "named"),
    [
        pytest.param(
            created(a_deployment()),
            CreateDeployment(deployment=a_deployment(because="again")),
            "deployment d-1",
            id="a deployment is created once",
        ),
        pytest.param(
            created(a_deployment(version=2)),
            UpdateDeployment(deployment=a_deployment(version=9), expected_version=1),
            "deployment d-1",
            id="an update expects the stored version",
        ),
        pytest.param(
            [],
            UpdateDeployment(deployment=a_deployment(version=2), expected_version=1),
            "deployment d-1",
            id="an update expects a stored deployment",
        ),
        pytest.param(
            [PutTarget(record=a_target(), expected_revision=0)],
            PutTarget(record=a_target(revision=1, waiting_id="d-2"), expected_revision=0),
            f"target {ECS.id}",
            id="a target is written first once",
        ),
        pytest.param(
            [PutTarget(record=a_target(revision=3), expected_revision=0)],
            PutTarget(record=a_target(revision=9), expected_revision=2),
            f"target {ECS.id}",
            id="a target expects the stored revision",
        ),
        pytest.param(
            [],
            PutTarget(record=a_target(revision=2), expected_revision=1),
            f"target {ECS.id}",
            id="a target expects to be stored",
        ),
        pytest.param(
            [],
            CheckLease(target_id=ECS.id, lease_epoch=1),
            f"target {ECS.id}",
            id="a lease that was never taken is nobody's",
        ),
        pytest.param(
            [],
            PutTarget(record=a_target(), expected_revision=0, lease_epoch=1),
            f"target {ECS.id}",
            id="a target expects the lease to have been taken",
        ),
        pytest.param(
            [PutBranch(branch=a_branch(3), expected_seq=0)],
            PutBranch(branch=a_branch(3), expected_seq=2),
            f"branch main of repository {REPOSITORY}",
            id="a branch expects the stored number",
        ),
        pytest.param(
            [],
            PutBranch(branch=a_branch(3), expected_seq=2),
            f"branch main of repository {REPOSITORY}",
            id="a branch expects to be stored",
        ),
        pytest.param(
            [PutCommit(commit=a_commit(), create=True)],
            PutCommit(commit=a_commit(because="again"), create=True),
            f"commit 1 on main of repository {REPOSITORY}",
            id="a commit's number is given once",
        ),
    ],
)
async def test_a_failed_condition_names_its_record_and_stops_all(
    ledger: Ledger, stored: list[Write], refused: Write, named: str
) -> None:
    await ledger.transact(stored)
    before = await _all_of(ledger)
    with pytest.raises(ContentionError, match=named):
        await ledger.transact(
            [PutStep(step=a_step(deployment="d-9")), refused, PutOutbox(event=an_event("e9"))]
        )
    assert await _all_of(ledger) == before


async def _all_of(ledger: Ledger) -> list[object]:
    return [
        await ledger.deployment("d-1"),
        await ledger.target(ECS),
        await ledger.branch(REPOSITORY, "main"),
        await ledger.commits(REPOSITORY, "main", 10),
        await ledger.steps("d-9"),
        [await ledger.outbox(Worker.PLANNER, shard, 10) for shard in range(4)],
    ]


async def test_writes_pass_while_the_lease_has_the_epoch(ledger: Ledger, leases: LeaseStore) -> None:
    epoch = await _take(leases, "n1")
    await ledger.transact([PutTarget(record=a_target(), expected_revision=0, lease_epoch=epoch)])
    await leases.release(ECS, nonce="n1")
    await ledger.transact([CheckLease(target_id=ECS.id, lease_epoch=epoch), *created(a_deployment())])
    assert await ledger.deployment("d-1") == a_deployment()


async def test_writes_are_fenced_once_the_lease_went_to_another(ledger: Ledger, leases: LeaseStore) -> None:
    epoch = await _take(leases, "n1")
    await leases.release(ECS, nonce="n1")
    await _take(leases, "n2")
    with pytest.raises(ContentionError, match=ECS.id):
        await ledger.transact([CheckLease(target_id=ECS.id, lease_epoch=epoch), *created(a_deployment())])
    with pytest.raises(ContentionError, match=ECS.id):
        await ledger.transact([PutTarget(record=a_target(), expected_revision=0, lease_epoch=epoch)])
    assert await ledger.deployment("d-1") is None
    assert (await ledger.target(ECS)).revision == 0


async def test_the_target_and_its_lease_are_written_apart(ledger: Ledger, leases: LeaseStore) -> None:
    await ledger.transact([PutTarget(record=a_target(), expected_revision=0)])
    epoch = await _take(leases, "n1")
    assert await ledger.target(ECS) == a_target()
    moved = a_target(revision=2, active_id="d-1", waiting_id=None)
    await ledger.transact([PutTarget(record=moved, expected_revision=1, lease_epoch=epoch)])
    standing = await leases.take(ECS, owner="x", nonce="n2", seen=None)
    assert not isinstance(standing, LeaseGrant)
    assert (standing.owner, standing.epoch, standing.nonce) == ("w", epoch, "n1")


async def test_an_update_replaces_the_whole_deployment(ledger: Ledger) -> None:
    await ledger.transact(created(a_deployment()))
    ended = a_deployment(state=State.FAILED, version=2, target=None, cause="it did not start")
    await ledger.transact([UpdateDeployment(deployment=ended, expected_version=1)])
    assert await ledger.deployment("d-1") == ended


async def test_a_branch_may_move_on_without_a_new_number(ledger: Ledger) -> None:
    await ledger.transact([PutBranch(branch=a_branch(1), expected_seq=0)])
    processed = a_branch(1, last_processed="4f1c0de")
    await ledger.transact([PutBranch(branch=processed, expected_seq=1)])
    assert await ledger.branch(REPOSITORY, "main") == processed


async def test_a_commit_is_changed_without_create(ledger: Ledger) -> None:
    await ledger.transact([PutCommit(commit=a_commit(), create=True)])
    await ledger.transact([PutCommit(commit=a_commit(deployment_count=3))])
    assert await ledger.commit(REPOSITORY, "main", 1) == a_commit(deployment_count=3)


async def test_an_ownership_is_replaced_and_forgotten(ledger: Ledger) -> None:
    other = an_ownership(target=replace(ECS, service_name="web-2"))
    await ledger.transact([PutOwnership(ownership=an_ownership())])
    await ledger.transact([PutOwnership(ownership=other)])
    assert await ledger.ownership(REPOSITORY, "main", "prod/web") == other
    await ledger.transact([DeleteOwnership(ownership=other)])
    await ledger.transact([DeleteOwnership(ownership=other)])
    assert await ledger.ownership(REPOSITORY, "main", "prod/web") is None


async def test_an_orphan_is_replaced_and_forgotten(ledger: Ledger) -> None:
    later = an_orphan(because="Its deletion was refused.", deployment_id="d-7", unregistered=True)
    await ledger.transact([PutOrphan(orphan=an_orphan())])
    await ledger.transact([PutOrphan(orphan=later)])
    assert await ledger.orphan(ECS) == later
    await ledger.transact([DeleteOrphan(target=ECS)])
    await ledger.transact([DeleteOrphan(target=ECS)])
    assert await ledger.orphan(ECS) is None


async def test_a_hundred_writers_of_one_deployment_have_one_winner(ledger: Ledger) -> None:
    await ledger.transact(created(a_deployment()))
    rivals = [a_deployment(version=2, because=f"writer {number}") for number in range(100)]
    outcomes = await asyncio.gather(
        *(
            ledger.transact(
                [
                    UpdateDeployment(deployment=rival, expected_version=1),
                    PutStep(step=a_step(2, because=rival.because)),
                ]
            )
            for rival in rivals
        ),
        return_exceptions=True,
    )
    winners = [rival for rival, outcome in zip(rivals, outcomes, strict=True) if outcome is None]
    losers = [outcome for outcome in outcomes if isinstance(outcome, ContentionError)]
    assert (len(winners), len(losers)) == (1, 99)
    assert await ledger.deployment("d-1") == winners[0]
    assert [step.because for step in await ledger.steps("d-1")] == [winners[0].because]


async def test_a_full_transaction_is_carried_out_whole(ledger: Ledger) -> None:
    names = [f"d-{number:03}" for number in range(100)]
    await ledger.transact(created(*(a_deployment(name) for name in names)))
    assert [deployment.id for deployment in await ledger.deployments(names)] == names


async def test_a_target_with_thousands_of_task_definitions_is_stored(ledger: Ledger) -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:"
    many = {f"{number:064x}": f"{arn}{number}" for number in range(2_000)}
    await ledger.transact([PutTarget(record=a_target(task_definitions=many), expected_revision=0)])
    assert (await ledger.target(ECS)).task_definitions == many
