"""Every failure of AWS's ends explained: cause, AWS's own words and advice are recorded and told."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from gitmoxi.contracts.messages import DeploymentFact
from gitmoxi.domain.deployments import Deployment
from gitmoxi.domain.explanations import Explanation
from gitmoxi.domain.history import told_in
from gitmoxi.domain.states import State
from gitmoxi.planning.desired import DesiredEcs
from gitmoxi_local.aws_model.base import ImageFault
from tests.simulation.cloud import ECS_TARGET, LAMBDA_TARGET
from tests.simulation.ecs_scenarios import CREATE, NATIVE_BREAKER, REGISTER, UPDATE, running, web
from tests.simulation.lambda_scenarios import CREATE as CREATE_FUNCTION
from tests.simulation.lambda_scenarios import PUBLISH, greet, serving
from tests.simulation.world import World

WORKER = "arn:aws:sts::111122223333:assumed-role/gitmoxi-deploy/worker"
EXECUTION = "arn:aws:iam::111122223333:role/execution"
TARGET_GROUP = "arn:aws:elasticloadbalancing:eu-central-1:111122223333:targetgroup/web/0123456789abcdef"


def denied(action: str, resource: str) -> str:
    """The form of AWS's denials (IAM user guide, "Troubleshoot access denied error messages")."""
    return (
        f"User: {WORKER} is not authorized to perform: {action} on resource: {resource} "
        "because no identity-based policy allows the action"
    )


def the_image(kind: str, **details: Any) -> Callable[[World], None]:
    def befall(world: World) -> None:
        world.faults.entries.append(ImageFault(match="web:2", kind=kind, **details))

    return befall


def refusing(operation: str, code: str, message: str) -> Callable[[World], None]:
    def befall(world: World) -> None:
        world.aws.refusals[operation] = (code, message)

    return befall


def nothing(world: World) -> None:
    """The wish itself is the fault."""


def balanced(desired: DesiredEcs) -> DesiredEcs:
    """``desired`` behind a load balancer."""
    assert desired.task_definition is not None
    [container] = desired.task_definition["containerDefinitions"]
    open_container = {**container, "portMappings": [{"containerPort": 80}]}
    balancers = [{"targetGroupArn": TARGET_GROUP, "containerName": "web", "containerPort": 80}]
    return replace(
        desired,
        service={**desired.service, "loadBalancers": balancers},
        task_definition={**desired.task_definition, "containerDefinitions": [open_container]},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What befalls a deployment, and what of the first explanation is told."""

    befalls: Callable[[World], None]
    ends: State
    id: str
    cause: str
    evidence: str
    advice: str
    wish: Any = None
    prepare: Callable[[World], Awaitable[None]] = running


async def empty(world: World) -> None:
    """Nothing was deployed before."""


SERVICE_FAILURES = {
    "an image that does not exist": Failure(
        befalls=the_image("cannot_pull"),
        ends=State.ROLLED_BACK,
        id="image.not-found",
        cause="does not exist",
        evidence="CannotPullContainerError",
        advice="Push",
    ),
    "an image that does not exist, found by ECS's own breaker": Failure(
        befalls=the_image("cannot_pull"),
        wish=web("web:2", {}, **NATIVE_BREAKER),
        ends=State.ROLLED_BACK,
        id="image.not-found",
        cause="does not exist",
        evidence="CannotPullContainerError",
        advice="Push",
    ),
    "no network interface left": Failure(
        befalls=the_image("eni"),
        ends=State.ROLLED_BACK,
        id="network.interface-limit",
        cause="network interface",
        evidence="RESOURCE:ENI",
        advice="instance",
    ),
    "no capacity": Failure(
        befalls=the_image("no_capacity"),
        ends=State.ROLLED_BACK,
        id="capacity.fargate-unavailable",
        cause="no capacity",
        evidence="Capacity is unavailable",
        advice="fallbackCapacityProviderStrategy",
    ),
    "a program that ends with an error": Failure(
        befalls=the_image("crash", exit_code=1),
        ends=State.ROLLED_BACK,
        id="container.error",
        cause="container web ended with an error of its program (exit code 1)",
        evidence="container web: exit code 1",
        advice="log",
    ),
    "a program that is not found": Failure(
        befalls=the_image("crash", exit_code=127),
        ends=State.ROLLED_BACK,
        id="container.command-not-found",
        cause="container web",
        evidence="container web: exit code 127",
        advice="entryPoint",
    ),
    "a health check of the load balancer that never passes": Failure(
        befalls=the_image("unhealthy"),
        wish=balanced(web("web:2")),
        ends=State.ROLLED_BACK,
        id="target.unhealthy",
        cause="cannot connect to the targets",
        evidence=f"is unhealthy in (target-group {TARGET_GROUP}) due to (reason Health checks failed)",
        advice="security groups",
    ),
    "a health check that is answered with an error": Failure(
        befalls=the_image("unhealthy", http_code=502),
        wish=balanced(web("web:2")),
        ends=State.ROLLED_BACK,
        id="target.wrong-status",
        cause="502",
        evidence="Health checks failed with these codes: [502]",
        advice="5xx an error inside",
    ),
    "a health check that nobody answers": Failure(
        befalls=the_image("unreachable"),
        wish=balanced(web("web:2")),
        ends=State.ROLLED_BACK,
        id="target.timeout",
        cause="does not answer the health check",
        evidence="due to (reason Request timed out)",
        advice="security group",
    ),
    "a create that is denied": Failure(
        prepare=empty,
        befalls=refusing(
            CREATE, "AccessDeniedException", denied("ecs:CreateService", ECS_TARGET.service_arn)
        ),
        ends=State.FAILED,
        id="access.denied",
        cause=f"ecs:CreateService on {ECS_TARGET.service_arn} is denied to {WORKER}",
        evidence="AccessDeniedException: User:",
        advice=json.dumps(
            {"Effect": "Allow", "Action": "ecs:CreateService", "Resource": ECS_TARGET.service_arn}
        ),
    ),
    "a terse denial": Failure(
        befalls=refusing(UPDATE, "AccessDeniedException", "Access denied."),
        ends=State.FAILED,
        id="access.denied",
        cause="ecs:UpdateService",
        evidence="AccessDeniedException: Access denied.",
        advice=json.dumps(
            {"Effect": "Allow", "Action": "ecs:UpdateService", "Resource": ECS_TARGET.service_arn}
        ),
    ),
    "a role that may not be passed": Failure(
        befalls=refusing(REGISTER, "AccessDeniedException", denied("iam:PassRole", EXECUTION)),
        ends=State.FAILED,
        id="role.not-passable",
        cause=EXECUTION,
        evidence="iam:PassRole",
        advice='"iam:PassedToService": ["ecs-tasks.amazonaws.com"]',
    ),
    "a look that is denied": Failure(
        befalls=refusing(
            "DescribeServices",
            "AccessDeniedException",
            denied("ecs:DescribeServices", ECS_TARGET.service_arn),
        ),
        ends=State.FAILED,
        id="access.denied",
        cause="ecs:DescribeServices",
        evidence="AccessDeniedException",
        advice='"Action": "ecs:DescribeServices"',
    ),
    "words that nobody knows": Failure(
        befalls=refusing(UPDATE, "NovelException", "The moon is in the way."),
        ends=State.FAILED,
        id="unknown",
        cause="does not know",
        evidence="NovelException: The moon is in the way.",
        advice="AWS's words",
    ),
}

FUNCTION_FAILURES = {
    "code that is not in S3": Failure(
        prepare=serving,
        wish=greet("missing.zip"),
        befalls=nothing,
        ends=State.FAILED,
        id="code.object-missing",
        cause="code",
        evidence="NoSuchKey",
        advice="S3Key",
    ),
    "a create whose role cannot be assumed": Failure(
        prepare=empty,
        befalls=refusing(
            CREATE_FUNCTION,
            "InvalidParameterValueException",
            "The role defined for the function cannot be assumed by Lambda.",
        ),
        ends=State.FAILED,
        id="role.function-role-cannot-be-assumed",
        cause="role",
        evidence="cannot be assumed by Lambda",
        advice="lambda.amazonaws.com",
    ),
    "a version that may not be published": Failure(
        prepare=serving,
        befalls=refusing(
            PUBLISH,
            "AccessDeniedException",
            denied("lambda:PublishVersion", LAMBDA_TARGET.function_arn),
        ),
        ends=State.ROLLED_BACK,
        id="access.denied",
        cause="lambda:PublishVersion",
        evidence="AccessDeniedException",
        advice=json.dumps(
            {
                "Effect": "Allow",
                "Action": "lambda:PublishVersion",
                "Resource": LAMBDA_TARGET.function_arn,
            }
        ),
    ),
    "code that cannot be used": Failure(
        prepare=serving,
        wish=greet("broken.zip"),
        befalls=nothing,
        ends=State.ROLLED_BACK,
        id="unknown",
        cause="does not know",
        evidence="The image or archive cannot be used.",
        advice="AWS's words",
    ),
}


async def failed(world: World, failure: Failure, wish: Any) -> Deployment:
    await failure.prepare(world)
    deployment = await world.push(failure.wish or wish)
    failure.befalls(world)
    return await world.run(deployment)


def last_fact(world: World) -> DeploymentFact:
    """What was told of the end to everybody on the bus."""
    facts = [one for one in world.facts if '"explanations"' in one.detail]
    return DeploymentFact.model_validate_json(facts[-1].detail)


async def told(world: World, deployment: Deployment) -> tuple[Explanation, ...]:
    return told_in(await world.ledger.steps(deployment.id))


async def check(world: World, failure: Failure, wish: Any) -> None:
    head = await failed(world, failure, wish)

    assert head.state is failure.ends, head.because
    first, *_ = await told(world, head)
    assert first.id == failure.id
    assert failure.cause in first.cause
    assert failure.evidence in "\n".join(first.evidence)
    assert failure.advice in first.advice
    fact = last_fact(world)
    assert (fact.state, fact.cause) == (head.state, head.cause)
    assert (fact.explanations[0].id, fact.explanations[0].advice) == (first.id, first.advice)


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in SERVICE_FAILURES])
async def test_a_service_that_fails_is_explained(name: str) -> None:
    await check(World(), SERVICE_FAILURES[name], web("web:2"))


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in FUNCTION_FAILURES])
async def test_a_function_that_fails_is_explained(name: str) -> None:
    await check(World(), FUNCTION_FAILURES[name], greet("greet-2.zip"))


async def test_why_a_task_stopped_is_recorded_while_the_deployment_goes_on() -> None:
    """AWS forgets stopped tasks after an hour; there is no breaker, and the timeout is longer."""
    world = World()
    await running(world)
    the_image("cannot_pull")(world)
    deployment = await world.push(web("web:2", {"stabilityCheck": {"timeout": 7200}}))
    await world.run_until(deployment, "follow")
    await world.pass_time(600)

    steps = [step for step in await world.ledger.steps(deployment) if step.explanations]
    assert [(step.state, step.name) for step in steps] == [(State.RUNNING, "notice a failure")]
    assert [one.id for one in steps[0].explanations] == ["image.not-found"]
    assert "The image web:2 does not exist" in steps[0].because

    world.faults.entries.clear()
    head = await world.run(deployment)
    assert head.state is State.SUCCEEDED
    assert head.cause is None


async def test_each_new_reason_is_recorded_once_and_no_more_than_a_few() -> None:
    world = World()
    await running(world)
    the_image("cannot_pull")(world)
    deployment = await world.push(web("web:2", {"stabilityCheck": {"timeout": 7200}}))
    await world.run_until(deployment, "follow")
    for code in (1, 127, 3, 4, 5, 6, 7, 8):
        await world.pass_time(100)
        world.faults.entries[:] = [ImageFault(match="web:2", kind="crash", exit_code=code)]
    await world.pass_time(200)

    noticed = [one.cause for step in await world.ledger.steps(deployment) for one in step.explanations]
    assert len(set(noticed)) == len(noticed) == 6


async def test_stopped_tasks_are_read_only_when_something_goes_wrong() -> None:
    world = World()
    await running(world)
    world.aws.journal.clear()

    head = await world.run(await world.push(web("web:2")))

    assert head.state is State.SUCCEEDED
    assert not {"ListTasks", "DescribeTasks"} & set(world.aws.reads)


async def test_before_a_timeout_ends_a_deployment_its_stopped_tasks_are_read_once() -> None:
    world = World()
    await running(world)
    the_image("slow_start", after_seconds=7200)(world)
    world.aws.journal.clear()

    head = await world.run(await world.push(web("web:2", {"stabilityCheck": {"timeout": 60}})))

    assert head.state is State.ROLLED_BACK
    assert world.aws.reads.count("ListTasks") == 1


async def test_what_is_sensitive_is_in_no_explanation() -> None:
    """Line breaks are shown as blanks, which must not save a value from being masked."""
    world = World()
    await running(world)
    canary = "s3cr3t\nvalue"
    world.aws.refusals[UPDATE] = ("NovelException", f"the value {canary} is wrong")
    wanted = replace(web("web:2"), sensitive_values=(canary,))

    head = await world.run(await world.push(wanted))

    (explained,) = await told(world, head)
    texts = [explained.cause, *explained.evidence, explained.advice, *(one.detail for one in world.facts)]
    assert not [text for text in texts if "s3cr3t" in text]


async def test_a_rollback_that_fails_too_is_explained_after_what_it_undoes() -> None:
    world = World()
    await running(world)
    deployment = await world.push(web("web:2"))
    the_image("cannot_pull")(world)
    while UPDATE not in world.aws.mutations[2:]:
        await world.step()
    refusing(UPDATE, "AccessDeniedException", denied("ecs:UpdateService", ECS_TARGET.service_arn))(world)

    head = await world.run(deployment)

    assert head.state is State.ROLLBACK_FAILED
    ids = [one.id for one in await told(world, head)]
    assert ids.index("image.not-found") < ids.index("access.denied")
