"""Day one with a hundred services that live: read through the real adapter, and nothing is sent to ECS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from gitmoxi.adapters.aws.ecs import AwsEcs
from gitmoxi.adapters.aws.rate_limits import RateLimits
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State, Worker
from tests.simulation.in_process_aws import InProcessAws
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, KilledError
from tests.unit.planner.live import HERE
from tests.unit.planner.stage import PlannerStage, a_service_document, a_task_definition, ecs_files

NAMES = [f"s{number:03}" for number in range(100)]
EQUAL, DIFFERENT, MISSING = NAMES[:60], NAMES[60:90], NAMES[90:]
TREE = {path: text for name in NAMES for path, text in ecs_files(f"prod/{name}", name).items()}


@pytest.fixture
async def stage() -> PlannerStage:
    """Sixty services run as they are wanted, thirty with another image, ten do not exist."""
    stage = PlannerStage()
    await stage.register(baseline=True)
    for name in (*EQUAL, *DIFFERENT):
        image = "web:1" if name in EQUAL else "web:0"
        stage.ecs.run(a_service_document(name), a_task_definition(name, image), ours=False)
    return stage


@pytest.fixture
def journal(stage: PlannerStage) -> InProcessAws:
    """The model behind the adapter that the planner has in production."""
    model = stage.ecs.model

    def call(operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        return model.call(operation, dict(params), HERE)

    aws = InProcessAws(models={"ecs": call})
    stage.ecs = AwsEcs(aws, RateLimits(stage.clock), collect_seconds=0)
    return aws


async def test_nothing_is_mutated_and_everything_is_reported(stage, journal):
    seq = await stage.ingest(TREE)
    planned = await stage.plan(seq)

    assert journal.mutations == []
    assert journal.reads
    assert planned.because == "100 deployments: 100 were compared."
    heads = (await stage.of(seq)).values()
    assert {head.state for head in heads} == {State.BASELINED}
    verbs = Counter([(await stage.plan_of(head)).verb for head in heads])
    assert verbs == {Verb.NOTHING: len(EQUAL), Verb.UPDATE: len(DIFFERENT), Verb.CREATE: len(MISSING)}
    assert len(await stage.owned()) == len(NAMES)


@pytest.mark.parametrize("edge", ["plan.after_render", "commit.before_publish", "plan.after_commit"])
async def test_scenario_2_a_planner_that_dies_in_a_baseline_leaves_nothing_to_another_but_reading(
    stage, journal, edge
):
    seq = await stage.ingest(TREE)

    def kill(name: str) -> None:
        if name == edge:
            raise KilledError

    with pytest.raises(KilledError):
        await stage.planner(edge=kill).commit(REPOSITORY, BRANCH, seq)
    await stage.plan(seq)
    await stage.courier().sweep(Worker.PLANNER)

    assert journal.mutations == []
    heads = (await stage.of(seq)).values()
    assert Counter(head.state for head in heads) == {State.BASELINED: len(NAMES)}
    assert {head.version for head in heads} == {2}


async def test_the_first_change_after_it_touches_its_own_target_alone(stage, journal):
    await stage.plan(await stage.ingest(TREE))

    heads = await stage.deploy(ecs_files("prod/s000", "s000", "web:2"))

    assert {prefix: (head.state, head.verb) for prefix, head in heads.items()} == {
        "prod/s000": (State.WAITING, Verb.UPDATE)
    }
    assert journal.mutations == []
