"""Dry runs at the planner: each object as a commit would plan it, in a report, and nothing else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from faststream_sqs import TestSQSBroker
from gitmoxi.adapters.codec import decode
from gitmoxi.contracts.messages import DryRunIngested
from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.domain.deployments import Verb
from gitmoxi.domain.dryruns import DryRun, DryRunObject, DryRunReport, DryRunState, Outcome
from gitmoxi.domain.sensitive import mask_of
from gitmoxi.domain.states import Worker
from gitmoxi.errors import AccessDeniedError, InvariantError, UnavailableError
from gitmoxi.ports.ledger import PutDryRun
from gitmoxi.runtime.dry_runs import DELAYS_SECONDS, DryRunHandler
from gitmoxi.runtime.service import Shell
from gitmoxi.workflow.dry_run_step import DryRunStep
from gitmoxi_ingestor.dry_runs import DryRunIngestor
from gitmoxi_planner.dry_runs import DryRunPlanner
from tests.unit.ingestor.shell import ShellStandIn, a_shell
from tests.unit.ingestor.stage import BRANCH, REPOSITORY, URL
from tests.unit.planner.stage import (
    PlannerStage,
    a_service_document,
    a_task_definition,
    ecs_files,
    ecs_target,
    gone,
    lambda_files,
)

ID = "dr-1"
WEB, API, JOB = ecs_files("prod/web", "web"), ecs_files("prod/api", "api"), ecs_files("prod/job", "job")
_UNTOUCHED = ("_deployments", "_plans", "_steps", "_targets", "_ownerships", "_branches", "_commits")
SECRET = "correct-horse-" + "battery"


async def ingested(stage: PlannerStage, **changes: Any) -> None:
    """A dry run of the branch's tip, as the ingestor leaves it."""
    now = stage.clock.now()
    values: dict[str, Any] = {
        "id": ID,
        "repository_id": REPOSITORY,
        "repository_url": URL,
        "branch": BRANCH,
        "requested_at": now,
        "expires_at": now + timedelta(days=1),
        "state": DryRunState.RECEIVED,
        "because": "Asked for.",
    }
    asked = DryRun(**values | changes)
    await stage.ledger.transact([PutDryRun(dry_run=asked, expected_state=None)])
    work = DryRunIngestor(
        ledger=stage.ledger, bodies=stage.bodies, git=stage.git, clock=stage.clock, ids=stage.ids
    )
    step = DryRunStep(
        worker=Worker.INGESTOR,
        ledger=stage.ledger,
        courier=stage.courier(),
        clock=stage.clock,
        ids=stage.ids,
        begins_in=DryRunState.RECEIVED,
        work=work,
    )
    await step.take(ID, patient=True)


def step_of(stage: PlannerStage) -> DryRunStep:
    work = DryRunPlanner(ledger=stage.ledger, bodies=stage.bodies, reader=stage.reader(), judge=stage.judge())
    return DryRunStep(
        worker=Worker.PLANNER,
        ledger=stage.ledger,
        courier=stage.courier(),
        clock=stage.clock,
        ids=stage.ids,
        begins_in=DryRunState.INGESTED,
        work=work,
    )


async def report_of(stage: PlannerStage) -> DryRunReport:
    found = await stage.ledger.dry_run(ID)
    assert found is not None
    assert found.state is DryRunState.PLANNED
    assert found.report is not None
    return decode(DryRunReport, await stage.bodies.get(found.report), key="report")


async def dry_run(stage: PlannerStage, changes: dict[str, Any], **asked: Any) -> dict[str, DryRunObject]:
    """What a commit of ``changes`` would do, by path-prefix."""
    stage.commit(changes)
    await ingested(stage, **asked)
    await step_of(stage).take(ID, patient=True)
    return {item.prefix: item for item in (await report_of(stage)).objects}


async def deployed(stage: PlannerStage, changes: dict[str, Any]) -> None:
    for head in (await stage.deploy(changes)).values():
        if not head.state.terminal:
            await stage.finish(head)


class TestOutcomes:
    async def test_what_does_not_live_is_to_be_created(self, stage):
        web = (await dry_run(stage, WEB))["prod/web"]

        assert (web.outcome, web.target) == (Outcome.CREATE, ecs_target("web"))
        assert web.plan.verb is Verb.CREATE
        assert "ecs:CreateService" in {call.api for call in web.plan.calls}

    async def test_what_differs_is_to_be_updated(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"))

        web = (await dry_run(stage, WEB))["prod/web"]

        assert web.outcome is Outcome.UPDATE
        assert any("web:0 → web:1" in str(difference) for difference in web.plan.differences)

    async def test_what_is_as_wanted_is_left(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))

        assert (await dry_run(stage, WEB))["prod/web"].outcome is Outcome.NOTHING

    async def test_what_is_gone_from_git_is_to_be_deleted(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))
        await deployed(stage, WEB | API)

        web = (await dry_run(stage, gone(WEB)))["prod/web"]

        assert (web.outcome, web.target) == (Outcome.DELETE, ecs_target("web"))

    async def test_what_aws_cannot_change_is_to_be_replaced_which_is_refused(self, stage):
        service = {"serviceName": "web", "cluster": "prod", "launchType": "EC2"}
        tasks = a_task_definition("web") | {"networkMode": "bridge", "requiresCompatibilities": ["EC2"]}
        stage.ecs.run(service | {"desiredCount": 1}, tasks)
        daemon = service | {"schedulingStrategy": "DAEMON"}

        web = (await dry_run(stage, {"prod/web_svcdef.json": daemon, "prod/web_taskdef.json": tasks}))[
            "prod/web"
        ]

        assert web.outcome is Outcome.REPLACE
        assert web.failure is not None
        assert any(difference.path == "schedulingStrategy" for difference in web.plan.differences)

    async def test_what_was_never_deployed_is_not_deleted(self, stage):
        await stage.ingest(WEB | API)

        web = (await dry_run(stage, gone(WEB)))["prod/web"]

        assert (web.outcome, web.plan) == (Outcome.NOTHING, None)
        assert web.notes == ("prod/web was never deployed from here, so nothing is deleted.",)

    async def test_a_function_is_looked_at_too(self, stage):
        resize = (await dry_run(stage, lambda_files("prod/resize", "resize")))["prod/resize"]

        assert resize.outcome is Outcome.CREATE

    async def test_a_branch_without_news_has_no_objects(self, stage):
        await deployed(stage, WEB)
        await ingested(stage)

        await step_of(stage).take(ID, patient=True)

        assert (await report_of(stage)).objects == ()
        assert (await stage.ledger.dry_run(ID)).because == "No service object would be deployed."


class TestRefused:
    async def test_mistakes_in_files_are_findings_and_the_other_objects_are_planned(self, stage):
        wrong = {"prod/api_svcdef.json": a_service_document("api", launchTyp="FARGATE")}

        found = await dry_run(stage, WEB | API | wrong)

        assert found["prod/web"].outcome is Outcome.CREATE
        api = found["prod/api"]
        assert (api.outcome, api.failure) == (Outcome.REFUSED, "Its files have 1 error.")
        (finding,) = api.findings
        assert (finding.file, finding.line) == ("prod/api_svcdef.json", 1)
        assert "launchTyp" in finding.message + finding.json_path
        assert json.loads(api.rendered["prod/api_svcdef.json"])["launchTyp"] == "FARGATE"
        assert (api.target, api.label) == (None, "api")

    @pytest.mark.parametrize(
        ("files", "label"),
        [
            pytest.param({"prod/x_lambdadef.json": {"FunctionName": "resize"}}, "resize", id="a function"),
            pytest.param(
                {"prod/x_svcdef.json": {"serviceName": "{{ name }}"}, "prod/x_input.json": {"name": "web"}},
                "web",
                id="a name from a template",
            ),
            pytest.param({"prod/x_svcdef.json": {"serviceNam": "web"}}, None, id="no name"),
            pytest.param({"prod/x_svcdef.json": {"serviceName": ["web"]}}, None, id="no text"),
            pytest.param({"prod/x_svcdef.json": {"serviceName": ""}}, None, id="empty"),
            pytest.param({"prod/x_svcdef.json": ["web"]}, None, id="no document"),
            pytest.param({"prod/x_svcdef.json": "{"}, None, id="no JSON"),
        ],
    )
    async def test_an_object_without_target_is_called_as_its_file_calls_it(self, stage, files, label):
        item = (await dry_run(stage, files))["prod/x"]

        assert (item.outcome, item.target, item.label) == (Outcome.REFUSED, None, label)

    async def test_two_prefixes_that_want_one_target(self, stage):
        found = await dry_run(stage, WEB | ecs_files("prod/twin", "web"))

        assert {item.outcome for item in found.values()} == {Outcome.REFUSED}
        assert "claimed by prod/twin and by prod/web" in found["prod/web"].failure

    async def test_a_target_that_belongs_to_another_prefix(self, stage):
        await deployed(stage, WEB)

        found = await dry_run(stage, ecs_files("prod/twin", "web"))

        assert found["prod/twin"].outcome is Outcome.REFUSED
        assert "belongs to prod/web" in found["prod/twin"].failure

    async def test_a_deletion_of_everything(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))
        await deployed(stage, WEB)

        web = (await dry_run(stage, gone(WEB)))["prod/web"]

        assert web.outcome is Outcome.REFUSED
        assert "leaves no definition file at all" in web.failure

    async def test_a_look_that_aws_denies_comes_with_advice(self, stage):
        action = "ecs:DescribeServices"
        stage.ecs.faults["web"] = [AccessDeniedError(operation=action, code="AccessDenied", reason="Denied.")]

        web = (await dry_run(stage, WEB))["prod/web"]

        assert web.failure == "ecs:DescribeServices was refused by AWS: AccessDenied: Denied."
        assert any(f'"Action": "{action}"' in note for note in web.notes)

    async def test_an_object_that_aws_tells_nothing_of_is_tried_again_and_then_told(self, stage):
        stage.ecs.faults["web"] = [UnavailableError("ECS does not answer")] * 2
        stage.commit(WEB | API)
        await ingested(stage)

        with pytest.raises(UnavailableError):
            await step_of(stage).take(ID, patient=True)
        await step_of(stage).take(ID, patient=False)

        found = {item.prefix: item for item in (await report_of(stage)).objects}
        assert found["prod/api"].outcome is Outcome.CREATE
        assert (found["prod/web"].outcome, found["prod/web"].failure) == (
            Outcome.REFUSED,
            "ECS does not answer",
        )


class TestHeld:
    async def test_deletions_that_would_wait_for_approval_are_told_with_their_plan(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))
        await deployed(stage, WEB | API)
        stage.delete_limits = DeleteLimits(at_most=0, percent=0)

        web = (await dry_run(stage, gone(WEB)))["prod/web"]

        assert (web.outcome, web.failure, web.plan.verb) == (Outcome.HELD, None, Verb.DELETE)
        assert web.held == (
            "The commit deletes 1 of the branch's 2 targets, more than the 0 that may go without approval."
        )
        assert (await stage.ledger.dry_run(ID)).because == "1 held: needs approval."

    async def test_another_branch_s_tree_is_no_rewritten_history(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))
        await deployed(stage, WEB | API)
        stage.git.point(URL, "feature", await stage.git.resolve_tip(URL, BRANCH))
        stage.commit(gone(WEB), branch="feature")
        await deployed(stage, ecs_files("prod/api", "api", "web:2"))

        web = (await dry_run(stage, JOB, head="feature"))["prod/web"]

        assert web.outcome is Outcome.DELETE


class TestSettingsOnly:
    """Deployment settings alone deploy nothing, but the next deployment stumbles over mistakes in them."""

    async def test_mistakes_in_them_are_told(self, stage):
        await deployed(stage, WEB)

        web = (await dry_run(stage, {"prod/web_depdef.json": {"enviroment": {}}}))["prod/web"]

        assert (web.outcome, web.failure, web.label) == (Outcome.REFUSED, "Its files have 1 error.", "web")
        assert web.files == ("prod/web_depdef.json",)
        assert [finding.file for finding in web.findings] == ["prod/web_depdef.json"]
        (warning,) = (await report_of(stage)).warnings
        assert warning == "prod/web: only its deployment settings changed, which deploys nothing"

    async def test_without_mistakes_there_is_nothing_to_deploy(self, stage):
        await deployed(stage, WEB)

        assert await dry_run(stage, {"prod/web_depdef.json": {"environment": {}}}) == {}
        assert (await stage.ledger.dry_run(ID)).because == "No service object would be deployed."

    async def test_settings_that_are_gone_have_no_mistakes(self, stage):
        await deployed(stage, WEB | {"prod/web_depdef.json": {}})

        assert await dry_run(stage, gone({"prod/web_depdef.json": {}})) == {}

    async def test_beside_a_change_they_refuse_nothing_else(self, stage):
        await deployed(stage, WEB)

        found = await dry_run(stage, {"prod/web_depdef.json": "{"} | API)

        assert {prefix: item.outcome for prefix, item in found.items()} == {
            "prod/api": Outcome.CREATE,
            "prod/web": Outcome.REFUSED,
        }

    async def test_a_push_looks_at_none_of_them(self, stage):
        await deployed(stage, WEB)

        assert await stage.deploy({"prod/web_depdef.json": "{"}) == {}


class TestNotes:
    async def test_a_renamed_prefix_takes_its_target_over(self, stage):
        stage.ecs.run(a_service_document("web"), a_task_definition("web"))
        await deployed(stage, WEB)

        found = await dry_run(stage, gone(WEB) | ecs_files("prod/site", "web"))

        assert found["prod/web"].notes == (f"prod/web is prod/site now: {ecs_target('web')} is not deleted.",)
        assert found["prod/site"].notes == (f"prod/site takes {ecs_target('web')} over from prod/web.",)

    async def test_a_prefix_that_moves_leaves_its_old_target_running(self, stage):
        await deployed(stage, WEB)

        web = (await dry_run(stage, ecs_files("prod/web", "web-2")))["prod/web"]

        assert web.outcome is Outcome.CREATE
        (note,) = web.notes
        assert "that one keeps running, orphaned, until you delete it with `gmctl orphan delete" in note
        assert not any("orphaned" in str(warning) for warning in web.plan.warnings)

    async def test_who_is_in_the_line_already(self, stage):
        active = await stage.start((await stage.deploy(WEB))["prod/web"])
        waiting = (await stage.deploy(ecs_files("prod/web", "web", "web:2")))["prod/web"]

        web = (await dry_run(stage, ecs_files("prod/web", "web", "web:3")))["prod/web"]

        before, behind = web.notes
        assert before.startswith(f"Deployment {active.id} of this target is under way: this one would wait")
        assert behind == f"Deployment {waiting.id} waits for this target: this one would take its place."


async def test_rendered_documents_show_no_sensitive_value(stage):
    reference = {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}}
    environment = [{"name": "DB", "value": "pg://{{ db_password }}@db"}]
    files = WEB | {
        "infra/tf.json": {"db_password": {"value": SECRET, "sensitive": True}},
        "prod/web_input.json": reference,
        "prod/web_taskdef.json": a_task_definition("web", environment=environment),
    }

    web = (await dry_run(stage, files))["prod/web"]

    shown = json.loads(web.rendered["prod/web_taskdef.json"])
    assert shown["containerDefinitions"][0]["environment"][0]["value"].startswith("pg://[sensitive ")
    report = (await stage.ledger.dry_run(ID)).report
    assert SECRET.encode() not in await stage.bodies.get(report)


async def test_a_refused_object_shows_no_sensitive_value(stage):
    files = WEB | {
        "infra/tf.json": {"db_password": {"value": SECRET, "sensitive": True}},
        "prod/web_input.json": {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}},
        "prod/web_svcdef.json": a_service_document("web", desiredCount="{{ db_password }}"),
    }

    web = (await dry_run(stage, files))["prod/web"]

    assert web.outcome is Outcome.REFUSED
    assert "desiredCount" in web.findings[0].json_path
    report = (await stage.ledger.dry_run(ID)).report
    assert SECRET.encode() not in await stage.bodies.get(report)


async def test_a_sensitive_name_is_no_label(stage):
    files = WEB | {
        "infra/tf.json": {"db_password": {"value": SECRET, "sensitive": True}},
        "prod/web_input.json": {"ref": {"file": ["infra/tf.json"], "type": "TERRAFORM"}},
        "prod/web_svcdef.json": a_service_document("web-{{ db_password }}", launchTyp="x"),
    }

    web = (await dry_run(stage, files))["prod/web"]

    assert web.label == f"web-{mask_of(SECRET)}"


async def test_nothing_but_the_dry_run_is_written(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"))
    await deployed(stage, WEB)
    before = {name: repr(vars(stage.ledger)[name]) for name in _UNTOUCHED}

    await dry_run(stage, ecs_files("prod/web", "web", "web:9") | JOB)

    assert {name: repr(vars(stage.ledger)[name]) for name in _UNTOUCHED} == before


async def test_what_it_says_is_what_the_push_then_does(stage):
    stage.ecs.run(a_service_document("web"), a_task_definition("web", "web:0"))
    told = await dry_run(stage, WEB | API)

    result = await stage.push()
    assert result.commit is not None
    await stage.plan(result.commit.seq)

    for prefix, head in (await stage.of(result.commit.seq)).items():
        plan = await stage.plan_of(head)
        dry = told[prefix].plan
        assert (plan.verb, plan.differences, plan.steps, plan.calls) == (
            dry.verb,
            dry.differences,
            dry.steps,
            dry.calls,
        )


async def test_a_spoilt_body_ends_it_and_is_raised(stage):
    stage.commit(WEB)
    await ingested(stage)
    for key in stage.bodies.contents:
        stage.bodies.contents[key] = b"spoilt"

    with pytest.raises(InvariantError):
        await step_of(stage).take(ID, patient=True)

    assert (await stage.ledger.dry_run(ID)).state is DryRunState.FAILED


async def test_delivered_twice_it_is_planned_once(stage):
    await dry_run(stage, WEB)
    stage.renderer.rendered.clear()

    found = await step_of(stage).take(ID, patient=True)

    assert found.state is DryRunState.PLANNED
    assert stage.renderer.rendered == []


class TestMessages:
    @pytest.fixture
    async def service(self, stage: PlannerStage) -> AsyncIterator[ShellStandIn]:
        def register(shell: Shell) -> None:
            DryRunHandler(shell=shell, kind=DryRunIngested, step=step_of(stage)).register()

        standin = a_shell(stage.courier(), stage.clock, register)
        async with TestSQSBroker(standin.broker):
            yield standin

    async def test_the_message_s_line_says_what_was_found(self, stage, service):
        sha = stage.commit(WEB | API)
        await ingested(stage)

        notes = await service.receive(DryRunIngested.DETAIL_TYPE, {"dryrun_id": ID})

        assert notes == {"dry_run": ID, "outcome": "PLANNED", "because": "2 to create.", "commit": sha}

    async def test_a_renderer_that_never_starts_ends_it(self, stage, service):
        stage.renderer.faults = [UnavailableError("no child starts")] * 10
        stage.commit(WEB)
        await ingested(stage)

        for attempt in range(len(DELAYS_SECONDS) + 1):
            await service.receive(
                DryRunIngested.DETAIL_TYPE, {"dryrun_id": ID}, headers={"attempt": str(attempt)}
            )

        found = await stage.ledger.dry_run(ID)
        assert (found.state, found.because) == (DryRunState.FAILED, "no child starts. Ask again later.")
