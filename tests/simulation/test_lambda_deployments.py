"""Whole deployments of Lambda functions: what is left behind, and what others do meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gitmoxi.domain.deployments import CommandKind
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import OWNER_TAG
from gitmoxi.strategies.lambda_steps import CODE_SHA256, VERSION
from tests.simulation.cloud import LAMBDA_TARGET
from tests.simulation.lambda_scenarios import (
    CODE,
    CREATE,
    DELETE,
    ended,
    greet,
    made_by_others,
    serving,
)
from tests.simulation.world import World


def configuration(world: World) -> dict[str, Any]:
    """$LATEST without what every change renews."""
    document: dict[str, Any] = world.function()["Configuration"]
    return {name: value for name, value in document.items() if name not in {"LastModified", "RevisionId"}}


async def test_after_a_failure_latest_is_as_it_was() -> None:
    world = World()
    await serving(world)
    before = configuration(world)

    broken = greet("broken.zip", Timeout=9, Environment={"Variables": {"BROKEN": "yes"}})
    head = await world.run(await world.push(broken))

    assert head.state is State.ROLLED_BACK
    assert "cannot be used" in (head.cause or "")
    assert configuration(world) == before


async def test_a_success_is_what_the_next_rollback_goes_back_to() -> None:
    world = World()
    await serving(world)
    await ended(world, greet("greet-2.zip"))

    record = await world.ledger.target(LAMBDA_TARGET)
    assert record.last_good is not None
    assert record.last_good.values == {
        VERSION: "2",
        CODE_SHA256: world.function()["Configuration"]["CodeSha256"],
    }


async def test_reverting_a_failed_commit_finds_everything_as_wanted() -> None:
    world = World()
    await serving(world)
    await world.run(await world.push(greet("broken.zip")))

    head = await world.run(await world.push(greet()))

    assert head.state is State.NO_CHANGE


async def test_an_adopted_function_gets_no_tag_of_ours_and_a_warning() -> None:
    world = World()
    await made_by_others(world)

    deployment = await world.push(greet("greet-2.zip"))
    await world.run(deployment)

    plan = await world.ledger.plan(deployment)
    assert plan is not None
    assert any("it is updated, but never deleted" in warning.text for warning in plan.warnings)
    assert OWNER_TAG not in world.function()["Tags"]
    assert (await world.run(await world.delete(LAMBDA_TARGET))).state is State.FAILED


async def test_another_installations_function_is_not_deleted() -> None:
    world = World()
    await serving(world)
    tags = {OWNER_TAG: "others"}
    world.functions.call("TagResource", {"Resource": LAMBDA_TARGET.function_arn, "Tags": tags})

    head = await world.run(await world.delete(LAMBDA_TARGET))

    assert head.state is State.FAILED
    assert DELETE not in world.aws.mutations


async def test_a_function_that_others_made_while_we_waited_is_never_removed_by_a_rollback() -> None:
    world = World()
    deployment = await world.push(greet("broken.zip"))
    await made_by_others_at_once(world)

    head = await world.run(deployment)

    assert head.state is State.ROLLED_BACK
    assert DELETE not in world.aws.mutations
    assert world.functions.exists("greet")


async def made_by_others_at_once(world: World) -> None:
    document = {**greet().function, "Code": {"S3Bucket": "code", "S3Key": "theirs.zip"}}
    world.functions.call(CREATE, document)


async def test_a_function_that_is_created_again_waits_until_the_old_one_is_gone() -> None:
    world = World()
    await serving(world)
    await world.run(await world.delete(LAMBDA_TARGET))
    await ended(world, greet())
    assert world.functions.exists("greet")


async def test_an_abort_before_the_alias_moved_restores_latest() -> None:
    world = World()
    await serving(world)
    before = configuration(world)
    deployment = await world.push(greet("greet-2.zip"))
    await world.run_until(deployment, "settle")

    await world.command(deployment, CommandKind.ABORT)
    head = await world.run(deployment)

    assert (head.state, world.alias(), world.versions()) == (State.CANCELLED, "1", ["1"])
    assert configuration(world) == before


async def test_what_is_sensitive_stands_in_no_text() -> None:
    world = World()
    await serving(world)
    canary = "s3cr3t-value"
    world.aws.refusals[CODE] = ("InvalidParameterValueException", f"cannot use {canary}")
    wanted = replace(greet("greet-2.zip"), sensitive_values=(canary,))

    head = await world.run(await world.push(wanted))

    assert head.state is State.FAILED
    assert "InvalidParameterValueException" in head.because
    texts = [head.because, head.cause or "", *(step.because for step in await world.ledger.steps(head.id))]
    assert not [text for text in texts if canary in text]
    assert not [fact for fact in world.facts if canary in fact.detail]


async def test_while_a_change_settles_only_the_function_is_read() -> None:
    world = World()
    await serving(world)
    deployment = await world.push(greet("greet-2.zip"))
    await world.run_until(deployment, "settle")
    world.aws.journal.clear()

    await world.pass_time(1.5)

    assert set(world.aws.reads) == {"GetFunction"}


async def test_reads_that_are_behind_publish_no_wrong_version() -> None:
    """GetFunction may show what was before the change: CodeSha256 keeps PublishVersion from the old code.

    It costs the deployment today; to wait until the new code's hash is read would save it.
    """
    world = World()
    await serving(world)
    world.functions.reads.seconds = 1

    head = await world.run(await world.push(greet("greet-2.zip")))

    assert (head.state, world.alias(), world.versions()) == (State.ROLLED_BACK, "1", ["1"])
    assert "is different from current CodeSHA256" in (head.cause or head.because)
