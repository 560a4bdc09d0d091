"""What becomes of one changed object: created, updated, deleted, left as it is, or failed with the reason."""

from __future__ import annotations

import pytest

from gitmoxi.contracts.messages import DeploymentFact, DeploymentPlanned
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.states import State, Worker
from gitmoxi.errors import AccessDeniedError, NotFoundError
from tests.unit.planner.stage import (
    a_service_document,
    a_task_definition,
    ecs_files,
    ecs_target,
    function_target,
    gone,
    lambda_files,
)

WEB = ecs_files("prod/web", "web")


async def test_a_service_that_does_not_exist_is_to_be_created(stage):
    head = (await stage.deploy(WEB))["prod/web"]

    assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.ECS_DEPLOYER, Verb.CREATE)
    assert head.target == ecs_target("web")
    assert head.because == f"{ecs_target('web')} does not exist and is created."
    record = await stage.record("web")
    assert (record.waiting_id, record.active_id, record.last_seq) == (head.id, None, 1)
    assert record.claim is not None
    assert record.claim.prefix == "prod/web"
    assert await stage.owned() == {"prod/web": "web"}
    assert "create the service" in (await stage.plan_of(head)).steps


async def test_the_deployer_is_told(stage):
    head = (await stage.deploy(WEB))["prod/web"]

    told = [e for e in stage.publisher.published if e.detail_type == DeploymentPlanned.DETAIL_TYPE]

    assert [DeploymentPlanned.model_validate_json(event.detail) for event in told] == [
        DeploymentPlanned(deployment_id=head.id, version=head.version, worker=Worker.ECS_DEPLOYER)
    ]
    assert head.next_at == stage.clock.now()


async def test_a_live_service_that_differs_is_to_be_updated(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"))

    head = (await stage.deploy(WEB))["prod/web"]

    assert (head.state, head.verb) == (State.WAITING, Verb.UPDATE)
    assert head.because == f"{ecs_target('web')} differs in 1 place."
    assert any("web:0 → web:1" in str(d) for d in (await stage.plan_of(head)).differences)


async def test_a_live_service_that_is_as_wanted_ends_as_no_change_and_is_what_is_gone_back_to(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web"))

    head = (await stage.deploy(WEB))["prod/web"]

    assert (head.state, head.verb, head.next_at) == (State.NO_CHANGE, Verb.NOTHING, None)
    assert head.because == f"{ecs_target('web')} already is as wanted."
    record = await stage.record("web")
    assert (record.waiting_id, record.last_seq) == (None, 1)
    assert record.last_good is not None
    assert record.last_good.deployment_id == head.id
    assert await stage.owned() == {"prod/web": "web"}
    assert (await stage.ledger.steps(head.id))[-1].because == head.because


async def test_a_revision_that_is_still_rolled_out_is_followed_by_the_deployer(stage):
    task_definition = stage.ecs.call("RegisterTaskDefinition", **a_task_definition("web"))["taskDefinition"]
    stage.ecs.call(
        "CreateService", **a_service_document("web"), taskDefinition=task_definition["taskDefinitionArn"]
    )

    head = (await stage.deploy(WEB))["prod/web"]

    assert head.state is State.WAITING
    record = await stage.record("web")
    assert (record.waiting_id, record.last_good) == (head.id, None)


async def test_a_service_that_somebody_else_made_is_updated_with_a_warning(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"), ours=False)

    head = (await stage.deploy(WEB))["prod/web"]

    assert any("was not made by Gitmoxi" in str(w) for w in (await stage.plan_of(head)).warnings)


async def test_the_deletion_of_what_somebody_else_made_is_refused_before_it_is_announced(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"), ours=False)
    await stage.finish((await stage.deploy(WEB | ecs_files("prod/stays", "stays")))["prod/web"])

    head = (await stage.deploy(gone(WEB)))["prod/web"]

    assert head.state is State.FAILED
    assert "was not made by Gitmoxi and is not deleted" in head.because


async def test_a_cluster_that_does_not_exist_is_named_with_what_to_do(stage):
    stage.ecs.call("DeleteCluster", cluster="prod")

    head = (await stage.deploy(WEB))["prod/web"]

    assert head.state is State.FAILED
    assert "The cluster prod does not exist" in head.because
    assert "gmctl commit deploy -f" in head.because


async def test_a_function_is_planned_for_its_own_deployer(stage):
    head = (await stage.deploy(lambda_files("prod/greet", "greet")))["prod/greet"]

    assert (head.state, head.owner, head.verb) == (State.WAITING, Worker.LAMBDA_DEPLOYER, Verb.CREATE)
    assert head.target == function_target("greet")


async def test_shifting_is_warned_of(stage):
    files = lambda_files("prod/greet", "greet", trafficShiftingConfig={"type": "LINEAR"})

    head = (await stage.deploy(files))["prod/greet"]

    (warning,) = (await stage.plan_of(head)).warnings
    assert (
        warning.text
        == "trafficShiftingConfig asks for LINEAR: in this version the alias is moved ALL_AT_ONCE"
    )


async def test_event_sources_are_warned_of(stage):
    files = lambda_files("prod/greet", "greet") | {
        "prod/greet_lambdaeventsourcedef.json": {
            "PullEventSources": {
                "EventSourceMapping": {"EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:jobs"}
            }
        }
    }

    head = (await stage.deploy(files))["prod/greet"]

    warnings = (await stage.plan_of(head)).warnings
    assert any("event sources are not yet supported by this version" in str(warning) for warning in warnings)


async def test_the_depdef_says_where(stage):
    there = {"environment": {"account": "444455556666", "region": "us-east-1"}}

    head = (await stage.deploy(lambda_files("prod/greet", "greet", **there)))["prod/greet"]

    assert (head.target.account, head.target.region) == ("444455556666", "us-east-1")


class TestFailed:
    """An object that cannot be planned ends with a message that helps, and holds up no other."""

    async def failed(self, stage, files) -> str:
        heads = await stage.deploy({**files, **ecs_files("prod/fine", "fine")})
        head = heads["prod/web"]
        assert (head.state, head.next_at) == (State.FAILED, None)
        assert head.cause == head.because
        assert (await stage.ledger.steps(head.id))[-1].because == head.because
        told = [e.detail_type for e in stage.publisher.published if head.id in e.detail]
        assert told == ["deployment.failed.v1"]
        assert heads["prod/fine"].state is State.WAITING
        assert "prod/web" not in await stage.owned()
        return head.because

    async def test_an_undefined_name_with_file_and_line(self, stage):
        files = WEB | {"prod/web_taskdef.json": '{\n "family": "{{ famly }}"\n}'}

        because = await self.failed(stage, files)

        assert "prod/web_taskdef.json:2" in because
        assert "famly" in because

    async def test_a_missing_reference_file(self, stage):
        files = WEB | {"prod/web_input.json": {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}}}

        because = await self.failed(stage, files)

        assert "prod/web_input.json:1" in because
        assert "there is no infra/tf.json in the repository" in because

    async def test_what_aws_would_reject(self, stage):
        files = WEB | {"prod/web_svcdef.json": a_service_document("web", desiredCount="one", colour=1)}

        because = await self.failed(stage, files)

        assert "desiredCount" in because
        assert "colour" in because

    async def test_broken_json(self, stage):
        assert "prod/web_svcdef.json:1" in await self.failed(stage, WEB | {"prod/web_svcdef.json": "{"})

    async def test_no_task_definition_at_all(self, stage):
        files = {"prod/web_svcdef.json": a_service_document("web")}

        assert "taskDefinition" in await self.failed(stage, files)

    async def test_a_task_definition_that_does_not_exist(self, stage):
        files = {"prod/web_svcdef.json": a_service_document("web", taskDefinition="nofam:77")}

        because = await self.failed(stage, files)

        assert because.startswith(
            f"{ecs_target('web')} is to run the task definition nofam:77, which does not exist in "
        )
        assert because.endswith("Name another one in the svcdef, or add a _taskdef.json beside it")

    async def test_a_task_definition_that_is_not_active_any_more(self, stage):
        stage.ecs.call("RegisterTaskDefinition", **a_task_definition("web"))
        stage.ecs.call("DeregisterTaskDefinition", taskDefinition="web:1")
        files = {"prod/web_svcdef.json": a_service_document("web", taskDefinition="web:1")}

        assert "is INACTIVE: ECS starts no tasks from it" in await self.failed(stage, files)

    async def test_both_ecs_and_lambda(self, stage):
        because = await self.failed(stage, WEB | {"prod/web_lambdadef.json": "{}"})

        assert all(path in because for path in (*WEB, "prod/web_lambdadef.json"))

    async def test_what_cannot_be_reached_from_what_lives(self, stage):
        files = WEB | {
            "prod/web_svcdef.json": a_service_document("web", deploymentController={"type": "CODE_DEPLOY"})
        }

        assert "CODE_DEPLOY" in await self.failed(stage, files)

    async def test_a_snapshot_that_is_gone(self, stage):
        seq = await stage.ingest(WEB | ecs_files("prod/fine", "fine"))
        head = (await stage.of(seq))["prod/web"]
        del stage.bodies.contents[head.snapshot.sha256]

        await stage.plan(seq)

        heads = await stage.of(seq)
        assert heads["prod/web"].state is State.FAILED
        assert heads["prod/web"].because == f"no body {head.snapshot.sha256} is stored"
        assert heads["prod/fine"].state is State.WAITING

    async def test_a_failed_object_names_its_target_once_it_is_known(self, stage):
        stage.ecs.faults["web"] = [NotFoundError("the cluster prod is not there")]

        head = (await stage.deploy(WEB))["prod/web"]

        assert (head.state, head.target) == (State.FAILED, ecs_target("web"))


async def test_a_look_that_aws_denies_is_explained(stage):
    action = "ecs:DescribeServices"
    said = f"User: u is not authorized to perform: {action} on resource: {ecs_target('web').service_arn}"
    denied = AccessDeniedError(operation=action, code="AccessDeniedException", reason=said)
    stage.ecs.faults["web"] = [denied]

    head = (await stage.deploy(WEB))["prod/web"]

    assert (head.state, head.because) == (State.FAILED, str(denied))
    (explained,) = (await stage.ledger.steps(head.id))[-1].explanations
    assert (explained.id, explained.evidence) == ("access.denied", (f"AccessDeniedException: {said}",))
    assert f'"Action": "{action}"' in explained.advice
    fact = next(e for e in stage.publisher.published if e.detail_type == "deployment.failed.v1")
    assert DeploymentFact.model_validate_json(fact.detail).explanations[0].advice == explained.advice


class TestDeleted:
    """The definition file is gone."""

    @pytest.fixture
    async def stage(self, stage):
        for head in (await stage.deploy(WEB | ecs_files("prod/stays", "stays"))).values():
            await stage.finish(head)
        return stage

    async def test_the_recorded_target_is_deleted(self, stage):
        head = (await stage.deploy(gone(WEB)))["prod/web"]

        assert (head.state, head.verb, head.target) == (State.WAITING, Verb.DELETE, ecs_target("web"))
        assert head.because == f"The definition file was deleted, so {ecs_target('web')} is."
        assert await stage.owned() == {"prod/stays": "stays"}

    async def test_not_one_that_is_rendered_again(self, stage):
        head = (
            await stage.deploy(
                {"prod/web_svcdef.json": None, "prod/web_taskdef.json": a_task_definition("web", "web:9")}
            )
        )["prod/web"]

        assert (head.verb, head.target) == (Verb.DELETE, ecs_target("web"))
        assert stage.renderer.rendered.count("prod/web") == 1

    async def test_what_was_never_deployed_is_not_deleted(self, stage):
        await stage.deploy(ecs_files("prod/new", "new") | {"prod/new_taskdef.json": "{"})

        head = (await stage.deploy(gone(ecs_files("prod/new", "new"))))["prod/new"]

        assert (head.state, head.target) == (State.NO_CHANGE, None)
        assert head.because == "prod/new was never deployed from here, so nothing is deleted."

    async def test_what_is_deleted_comes_back_with_its_file(self, stage):
        deletion = (await stage.deploy(gone(WEB)))["prod/web"]

        head = (await stage.deploy(WEB))["prod/web"]

        assert head.state is State.WAITING
        assert (await stage.ledger.deployment(deletion.id)).state is State.SUPERSEDED
        assert await stage.owned() == {"prod/stays": "stays", "prod/web": "web"}
