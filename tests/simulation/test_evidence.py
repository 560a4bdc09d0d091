"""What tells more about a failure is read while AWS still has it: container logs, the health of targets."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gitmoxi.domain.history import told_in
from gitmoxi.domain.states import State
from gitmoxi.errors import AccessDeniedError, ThrottledError
from gitmoxi.explaining.signs import TargetState
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi.ports.evidence import LogStream
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET
from tests.simulation.ecs_scenarios import running, web
from tests.simulation.test_explanations import EXECUTION, TARGET_GROUP, balanced
from tests.simulation.world import World

GROUP = "/ecs/web"


def logging(desired: DesiredEcs) -> DesiredEcs:
    """``desired`` with its container's output in CloudWatch Logs."""
    assert desired.task_definition is not None
    [container] = desired.task_definition["containerDefinitions"]
    options = {"awslogs-group": GROUP, "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app"}
    loud = {**container, "logConfiguration": {"logDriver": "awslogs", "options": options}}
    task_definition = {**desired.task_definition, "containerDefinitions": [loud]}
    return replace(desired, task_definition={**task_definition, "executionRoleArn": EXECUTION})


class Everywhere(dict[LogStream, tuple[str, ...]]):
    """The same lines in whichever stream is asked for; ``asked`` remembers which."""

    def __init__(self, *lines: str) -> None:
        self.asked: list[LogStream] = []
        self._lines = lines

    def get(self, stream, default=()):
        self.asked.append(stream)
        return self._lines


async def crashing(world: World, desired: DesiredEcs):
    await running(world)
    world.faults.entries.append(ImageFault(match="web:2", kind="crash"))
    return await world.run(await world.push(desired))


async def told(world: World, deployment_id: str) -> str:
    explanations = told_in(await world.ledger.steps(deployment_id))
    return "\n".join(line for one in explanations for line in one.evidence)


async def test_the_last_lines_of_a_container_that_exited_stand_with_its_exit_code():
    world = World()
    world.logs.lines = Everywhere("starting", "KeyError: 'DATABASE_URL'")
    head = await crashing(world, logging(web("web:2")))

    assert head.state is State.ROLLED_BACK
    assert "log: KeyError: 'DATABASE_URL'" in await told(world, head.id)
    stream = world.logs.lines.asked[0]
    assert (stream.account, stream.region, stream.group) == (ECS_TARGET.account, "eu-central-1", GROUP)
    assert stream.name.startswith("app/web/")


async def test_a_log_is_read_once_for_each_task_however_often_it_is_looked_at():
    world = World()
    world.logs.lines = Everywhere("bye")
    await crashing(world, logging(web("web:2")))
    asked = [stream.name for stream in world.logs.lines.asked]
    assert asked
    assert len(asked) == len(set(asked))


async def test_sensitive_values_in_a_log_are_masked():
    world = World()
    world.logs.lines = Everywhere("cannot log in with hunter2-hunter2")
    secret = replace(logging(web("web:2")), sensitive_values=("hunter2-hunter2",))
    head = await crashing(world, secret)
    evidence = await told(world, head.id)
    assert "cannot log in with" in evidence
    assert "hunter2-hunter2" not in evidence


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(
            AccessDeniedError(operation="logs:GetLogEvents", code="AccessDeniedException", reason="no"),
            "cannot be read",
            id="denied",
        ),
        pytest.param(ThrottledError("later"), "exit code 1", id="throttled"),
    ],
)
async def test_a_log_that_cannot_be_read_changes_no_outcome(error, says):
    class Broken(Everywhere):
        def get(self, stream, default=()):
            raise error

    world = World()
    world.logs.lines = Broken()
    head = await crashing(world, logging(web("web:2")))
    assert head.state is State.ROLLED_BACK
    assert says in await told(world, head.id)


async def test_targets_that_answer_with_another_status_are_told_with_it():
    world = World()
    world.target_health.states = {
        TARGET_GROUP: (
            TargetState(
                state="unhealthy",
                code="Target.ResponseCodeMismatch",
                description="Health checks failed with these codes: [502]",
                target_group=TARGET_GROUP,
            ),
            TargetState(state="initial", code="Elb.InitialHealthChecking", target_group=TARGET_GROUP),
        )
    }
    head = await crashing(world, balanced(web("web:2")))
    explanations = told_in(await world.ledger.steps(head.id))
    assert "target.wrong-status" in {one.id for one in explanations}
    assert "target.not-yet-checked" not in {one.id for one in explanations}
    assert "[502]" in await told(world, head.id)
