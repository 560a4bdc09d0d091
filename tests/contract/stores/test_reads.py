"""What is found again, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gitmoxi.domain.deployments import shard_of
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.feedback import GitProvider, NotificationKind, NotificationTarget
from gitmoxi.domain.records import AuditEntry, PushOutcome
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import ContentionError, InvalidInputError, InvariantError
from gitmoxi.ports.ledger import (
    DueDeployment,
    Ledger,
    PutBranch,
    PutCommand,
    PutCommit,
    PutOrphan,
    PutOutbox,
    PutOwnership,
    PutStep,
    PutTarget,
    UpdateDeployment,
    Write,
)
from gitmoxi.ports.watches import AlarmName, DeleteWatch, PutWatch, Watch
from tests.contract.stores.records import (
    ECS,
    FUNCTION,
    REPOSITORY,
    SHA,
    T0,
    a_branch,
    a_command,
    a_commit,
    a_deployment,
    a_push,
    a_repository,
    a_step,
    a_target,
    an_event,
    an_orphan,
    an_ownership,
    at,
    created,
)


async def _store(ledger: Ledger, writes: Sequence[Write]) -> None:
    for start in range(0, len(writes), 100):
        await ledger.transact(writes[start : start + 100])


async def test_what_was_never_stored_is_absent_or_fresh(ledger: Ledger) -> None:
    assert await ledger.deployment("d-1") is None
    assert await ledger.plan("d-1") is None
    assert await ledger.steps("d-1") == []
    assert await ledger.commit(REPOSITORY, "main", 1) is None
    assert await ledger.ownership(REPOSITORY, "main", "prod/web") is None
    assert await ledger.repository(REPOSITORY) is None
    assert (await ledger.target(ECS)).revision == 0
    assert await ledger.branch(REPOSITORY, "main") == a_branch(0)


async def test_deployments_come_in_the_order_asked_for_without_the_missing(ledger: Ledger) -> None:
    names = [f"d-{number:03}" for number in range(230)]
    await _store(ledger, created(*(a_deployment(name) for name in names)))
    wanted = [*reversed(names), "d-unknown", names[0]]
    found = [deployment.id for deployment in await ledger.deployments(wanted)]
    assert found == [*reversed(names), names[0]]
    assert await ledger.deployments([]) == []


async def test_a_step_keeps_its_explanations(ledger: Ledger) -> None:
    told = Explanation(id="image.not-found", cause="c", evidence=("a", "b"), advice="d", source="", count=2)
    step = a_step(1, explanations=(told,))
    await ledger.transact([PutStep(step=step)])
    assert await ledger.steps("d-1") == [step]


async def test_steps_come_oldest_first_beyond_a_megabyte(ledger: Ledger) -> None:
    """DynamoDB's pages end at 1 MB: 30 steps of 60 kB need two."""
    steps = [a_step(version, because="x" * 60_000) for version in (*range(10, 30), *range(10))]
    for few in (steps[:10], steps[10:20], steps[20:]):
        await ledger.transact([PutStep(step=step) for step in few])
    found = await ledger.steps("d-1")
    assert [step.version for step in found] == list(range(30))
    assert found[3] == a_step(3, because="x" * 60_000)


async def test_a_step_is_replaced_by_the_same_key(ledger: Ledger) -> None:
    await ledger.transact([PutStep(step=a_step(because="first"))])
    await ledger.transact([PutStep(step=a_step(because="second"))])
    assert [step.because for step in await ledger.steps("d-1")] == ["second"]


async def test_commands_after_a_cursor_come_oldest_first(ledger: Ledger) -> None:
    names = [f"01JD{number:022}" for number in range(3)]
    await ledger.transact([PutCommand(command=a_command(name)) for name in reversed(names)])
    assert [command.id for command in await ledger.commands("d-1", "")] == names
    assert [command.id for command in await ledger.commands("d-1", names[0])] == names[1:]
    assert await ledger.commands("d-1", names[2]) == []
    assert await ledger.commands("d-2", "") == []


async def test_ownerships_of_a_branch_come_by_prefix(ledger: Ledger) -> None:
    await ledger.transact(
        [
            PutOwnership(ownership=an_ownership("prod/web")),
            PutOwnership(ownership=an_ownership("prod/api", target=FUNCTION)),
            PutOwnership(ownership=an_ownership("aaa", branch="next")),
            PutOwnership(ownership=an_ownership("aaa", repository_id="r-other")),
        ]
    )
    found = await ledger.ownerships(REPOSITORY, "main")
    assert found == [an_ownership("prod/api", target=FUNCTION), an_ownership("prod/web")]


async def test_what_was_set_aside_is_due_again_once_it_is_written(ledger: Ledger) -> None:
    head = a_deployment()
    await ledger.transact(created(head))
    assert head.next_at is not None
    due = (head.owner, shard_of(head.id), head.next_at, 10)

    assert [await ledger.set_aside(head.id), await ledger.set_aside(head.id)] == [True, False]
    assert await ledger.due(*due) == []

    again = replace(head, version=head.version + 1)
    await ledger.transact([UpdateDeployment(deployment=again, expected_version=head.version)])
    assert [one.deployment_id for one in await ledger.due(*due)] == [head.id]


async def test_watchers_of_an_alarm_are_found_until_they_watch_no_more(ledger: Ledger) -> None:
    alarm = AlarmName(account="111122223333", region="eu-west-1", name="shop: errors # 5xx")
    others = [replace(alarm, name="shop"), replace(alarm, region="eu-central-1"), replace(alarm, account="2")]
    watches = [Watch(alarm=alarm, deployment_id=one) for one in ("d-2", "d-1")]
    await ledger.transact([PutWatch(watch=watch) for watch in watches])
    await ledger.transact([PutWatch(watch=watches[0])])
    await ledger.transact([PutWatch(watch=Watch(alarm=other, deployment_id="d-3")) for other in others])

    assert await ledger.watchers(alarm) == ["d-1", "d-2"]

    await ledger.transact([DeleteWatch(watch=watch) for watch in watches])
    await ledger.transact([DeleteWatch(watch=watches[0])])

    assert await ledger.watchers(alarm) == []
    assert await ledger.watchers(others[0]) == ["d-3"]


async def test_orphans_come_by_target_and_beside_their_targets_records(ledger: Ledger) -> None:
    assert await ledger.orphans() == []
    await ledger.transact(
        [
            PutOrphan(orphan=an_orphan(FUNCTION)),
            PutOrphan(orphan=an_orphan(ECS)),
            PutTarget(record=a_target(), expected_revision=0),
        ]
    )
    assert await ledger.orphans() == [an_orphan(ECS), an_orphan(FUNCTION)]
    assert await ledger.orphan(ECS) == an_orphan(ECS)


async def test_branches_do_not_meet(ledger: Ledger) -> None:
    names = ["main", "main#1", "feature/a"]
    await ledger.transact(
        [PutBranch(branch=a_branch(n, name=name), expected_seq=0) for n, name in enumerate(names, start=1)]
    )
    assert [(await ledger.branch(REPOSITORY, name)).seq for name in names] == [1, 2, 3]


async def test_commits_come_newest_first(ledger: Ledger) -> None:
    await _store(ledger, [PutCommit(commit=a_commit(seq)) for seq in (9, 10, 2, 101)])
    await ledger.transact([PutCommit(commit=a_commit(500, branch="next"))])
    assert [commit.seq for commit in await ledger.commits(REPOSITORY, "main", 3)] == [101, 10, 9]
    assert [commit.seq for commit in await ledger.commits(REPOSITORY, "main", 10)] == [101, 10, 9, 2]


@pytest.mark.parametrize("length", [7, 12, 40])
async def test_commits_are_found_by_a_prefix_of_their_hash(ledger: Ledger, length: int) -> None:
    neighbour = SHA[:7] + "0" * 33
    await ledger.transact(
        [
            PutCommit(commit=a_commit(1)),
            PutCommit(commit=a_commit(2, branch="next")),
            PutCommit(commit=a_commit(3, sha=neighbour)),
            PutCommit(commit=a_commit(4, sha="f" * 40)),
        ]
    )
    found = {(commit.branch, commit.seq) for commit in await ledger.commits_by_sha(SHA[:length])}
    assert found == {("main", 1), ("next", 2)} | ({("main", 3)} if length == 7 else set())


async def test_a_hash_too_short_to_tell_commits_apart_is_refused(ledger: Ledger) -> None:
    with pytest.raises(InvalidInputError, match="at least 7 characters"):
        await ledger.commits_by_sha(SHA[:6])


async def test_due_deployments_come_oldest_first_for_their_owner_and_shard(ledger: Ledger) -> None:
    deployments = [a_deployment(f"d-{n}", next_at=at(60 - n), version=n + 1) for n in range(40)]
    foreign = a_deployment("d-foreign", owner=Worker.ROLLBACK, next_at=at(0))
    await _store(ledger, created(*deployments, foreign))
    for shard in range(4):
        found = await ledger.due(Worker.ECS_DEPLOYER, shard, at(50), 100)
        expected = [
            DueDeployment(deployment_id=deployment.id, version=deployment.version, due_at=at(60 - n))
            for n, deployment in reversed(list(enumerate(deployments)))
            if shard_of(deployment.id) == shard and n >= 10
        ]
        assert found == expected
        assert await ledger.due(Worker.ECS_DEPLOYER, shard, at(50), 2) == expected[:2]


async def test_a_deployment_is_due_once_and_no_more_when_it_has_ended(ledger: Ledger) -> None:
    shard = shard_of("d-1")
    await ledger.transact(created(a_deployment(next_at=at(1))))
    handed_over = a_deployment(version=2, state=State.ROLLING_BACK, owner=Worker.ROLLBACK, next_at=at(5))
    await ledger.transact([UpdateDeployment(deployment=handed_over, expected_version=1)])
    assert await ledger.due(Worker.ECS_DEPLOYER, shard, at(9), 10) == []
    due = await ledger.due(Worker.ROLLBACK, shard, at(9), 10)
    assert due == [DueDeployment(deployment_id="d-1", version=2, due_at=at(5))]
    ended = a_deployment(version=3, state=State.ROLLED_BACK, owner=Worker.ROLLBACK)
    await ledger.transact([UpdateDeployment(deployment=ended, expected_version=2)])
    assert await ledger.due(Worker.ROLLBACK, shard, at(9), 10) == []


async def test_the_outbox_keeps_the_order_until_events_are_deleted(ledger: Ledger) -> None:
    events = [an_event(f"01JD{n:022}") for n in range(20)]
    await ledger.transact([PutOutbox(event=event) for event in reversed(events)])
    await ledger.transact([PutOutbox(event=an_event("0", owner=Worker.ROLLBACK))])
    for shard in range(4):
        expected = [event for event in events if shard_of(event.id) == shard]
        assert await ledger.outbox(Worker.PLANNER, shard, 100) == expected
        assert await ledger.outbox(Worker.PLANNER, shard, 2) == expected[:2]
        await ledger.delete_outbox(expected[0])
        await ledger.delete_outbox(expected[0])
        assert await ledger.outbox(Worker.PLANNER, shard, 100) == expected[1:]


async def test_repositories_are_registered_changed_listed_and_forgotten(ledger: Ledger) -> None:
    web, api = a_repository("r-2"), a_repository("r-1", url="https://git.example.com/team/api")
    await ledger.put_repository(web)
    await ledger.put_repository(api)
    await ledger.transact([PutBranch(branch=a_branch(repository_id="r-2"), expected_seq=0)])
    assert await ledger.repositories() == [api, web]
    changed = a_repository(
        "r-2",
        branches=("main", "next"),
        token_arn="arn:aws:ssm:x",
        path_globs=("prod/**",),
        max_deletes=0,
        baseline=True,
        webhook_secret_arn="arn:aws:ssm:y",
        provider=GitProvider.GITLAB,
        feedback=True,
        notifications=(NotificationTarget(kind=NotificationKind.SNS, address="arn:aws:sns:x"),),
        revision=2,
    )
    await ledger.put_repository(changed, expected_revision=1)
    assert await ledger.repository("r-2") == changed
    await ledger.delete_repository("r-2")
    await ledger.delete_repository("r-2")
    assert await ledger.repositories() == [api]
    assert await ledger.repository("r-2") is None


async def test_of_two_who_change_a_registration_that_they_read_one_is_told_to_look_again(
    ledger: Ledger,
) -> None:
    await ledger.put_repository(a_repository())
    ours = a_repository(branches=("main", "ours"), revision=2)
    theirs = a_repository(branches=("main", "theirs"), revision=2)
    await ledger.put_repository(theirs, expected_revision=1)
    with pytest.raises(ContentionError, match=REPOSITORY):
        await ledger.put_repository(ours, expected_revision=1)
    assert await ledger.repository(REPOSITORY) == theirs


@pytest.mark.parametrize("expected", [0, 1, 2], ids=["none", "the first revision", "another revision"])
async def test_a_registration_is_written_over_what_was_expected_alone(ledger: Ledger, expected: int) -> None:
    if expected == 0:
        await ledger.put_repository(a_repository(branches=("other",)))
    with pytest.raises(ContentionError):
        await ledger.put_repository(a_repository(revision=expected + 1), expected_revision=expected)


async def test_a_registration_whose_revision_does_not_rise_is_a_bug(ledger: Ledger) -> None:
    await ledger.put_repository(a_repository())
    with pytest.raises(InvariantError, match="revision 1, expected above 1"):
        await ledger.put_repository(a_repository(), expected_revision=1)


async def test_a_branch_keeps_its_number_when_its_repository_is_registered_again(ledger: Ledger) -> None:
    await ledger.put_repository(a_repository())
    await ledger.transact([PutBranch(branch=a_branch(7), expected_seq=0)])
    await ledger.delete_repository(REPOSITORY)
    await ledger.put_repository(a_repository())
    assert (await ledger.branch(REPOSITORY, "main")).seq == 7


async def test_a_push_is_answered_anew(ledger: Ledger) -> None:
    assert await ledger.push("delivery-1") is None
    await ledger.put_push(a_push())
    answer = a_push(outcome=PushOutcome.INGESTED, because="done", seq=7, sha=SHA)
    await ledger.put_push(answer)
    assert await ledger.push("delivery-1") == answer


async def test_a_delivery_s_id_may_be_anything(ledger: Ledger) -> None:
    odd = "\N{SNOWMAN}#/ " + "x" * 5_000
    await ledger.put_push(a_push(odd))
    assert await ledger.push(odd) == a_push(odd)


async def test_the_audit_trail_comes_newest_first(ledger: Ledger) -> None:
    entries = [
        AuditEntry(id=f"a{n}", at=T0, kind="push.ignored", summary="unknown", details={"n": str(n)})
        for n in range(5)
    ]
    for entry in entries:
        await ledger.put_audit(entry)
    await ledger.put_audit(entries[-1])
    assert await ledger.audit(3) == [entries[4], entries[3], entries[2]]
    assert await ledger.audit(100) == entries[::-1]
