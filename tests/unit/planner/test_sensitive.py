"""Values that Terraform marks sensitive lie in the bodies alone: no plan, record or event holds one."""

from __future__ import annotations

from typing import Any

import pytest

from gitmoxi.domain.states import State
from tests.unit.planner.stage import PlannerStage, a_service_document, a_task_definition

OLD, NEW = "correct-horse-" + "battery", "staple-" + "of-the-year"
REFERENCE = {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}}


def terraform(password: str) -> dict[str, Any]:
    return {"db_password": {"value": password, "sensitive": True}, "port": {"value": 80}}


def files(password: str, environment: list[dict[str, str]], **service: Any) -> dict[str, Any]:
    return {
        "infra/tf.json": terraform(password),
        "prod/web_input.json": REFERENCE,
        "prod/web_svcdef.json": a_service_document("web", **service),
        "prod/web_taskdef.json": a_task_definition("web", environment=environment),
    }


def with_password(name: str = "DB_PASSWORD", value: str = "{{ db_password }}") -> list[dict[str, str]]:
    return [{"name": name, "value": value}]


@pytest.fixture
async def stage(stage: PlannerStage) -> PlannerStage:
    """The old password lives, and was sensitive in the last good revision."""
    await stage.finish((await stage.deploy(files(OLD, with_password())))["prod/web"])
    live = a_task_definition("web", environment=with_password(value=OLD))
    stage.ecs.run(a_service_document("web"), live)
    return stage


def assert_nothing_shows(stage: PlannerStage) -> None:
    told = f"{vars(stage.ledger)}{stage.publisher.published}"
    assert OLD not in told
    assert NEW not in told


@pytest.mark.parametrize(
    "environment",
    [
        pytest.param(with_password(), id="a rotated password"),
        pytest.param([], id="a password that is taken out"),
        pytest.param(with_password(value="plain"), id="a password that is replaced by a plain value"),
        pytest.param(with_password("URL", "pg://app:{{ db_password }}@db"), id="a password within a text"),
        pytest.param(with_password("{{ db_password }}", "x"), id="a password as a name"),
    ],
)
async def test_a_plan_shows_that_it_differs_and_not_the_value(stage, environment):
    head = (await stage.deploy(files(NEW, environment)))["prod/web"]

    plan = await stage.plan_of(head)
    assert any("environment" in difference.path for difference in plan.differences)
    assert_nothing_shows(stage)


async def test_a_finding_shows_no_value(stage):
    head = (await stage.deploy(files(NEW, [], desiredCount="{{ db_password }}")))["prod/web"]

    assert head.state is State.FAILED
    assert "desiredCount" in head.because
    assert_nothing_shows(stage)
