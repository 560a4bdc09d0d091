"""Targets are found by what people call them; rollbacks and undeletions are asked of the planner."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.deployments import Deployment, ObjectChange, Verb
from gitmoxi.domain.records import Claim, LastGood, Ownership, TargetRecord
from gitmoxi.domain.states import State, Worker
from gitmoxi.domain.targets import EcsTarget
from gitmoxi.errors import UnavailableError
from gitmoxi.planning.desired import DesiredEcs, to_bytes
from gitmoxi.ports.ledger import CreateDeployment, PutOwnership, PutTarget
from tests.unit.api.stage import ECS, FUNCTION, REPOSITORY, SHA, T0, URL, Stage, a_deployment

ADA = {"by": "ada", "request_id": "request-1"}
TARGET = f"/v1/targets/{ECS.id}"


async def past(
    stage: Stage, *versions: tuple[str, int, State] | Deployment, good: str | None = None, **record: Any
) -> list[Deployment]:
    """A history of the service: each deployment a minute after the one before, with the image it wanted."""
    heads = []
    for minute, version in enumerate(versions):
        if isinstance(version, Deployment):
            heads.append(version)
            continue
        name, number, state = version
        heads.append(
            a_deployment(
                name,
                state=state,
                desired=await stage.bodies.put(to_bytes(wanted(number))),
                created_at=T0 + timedelta(minutes=minute),
                started_at=T0 + timedelta(minutes=minute),
                ended_at=T0 + timedelta(minutes=minute, seconds=30) if state.terminal else None,
            )
        )
    await stage.ledger.transact([CreateDeployment(deployment=head) for head in heads])
    by_id = {head.id: head for head in heads}
    last = None
    if good is not None:
        last = LastGood(deployment_id=good, commit_sha=SHA, desired=by_id[good].desired, at=T0)
    stored = TargetRecord(target=ECS, revision=1, claim=CLAIM, last_good=last, last_seq=7, **record)
    await stage.ledger.transact([PutTarget(record=stored, expected_revision=0)])
    return heads


CLAIM = Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web")


def wanted(number: int) -> DesiredEcs:
    return DesiredEcs(
        target=ECS,
        service={"serviceName": "web", "cluster": "prod", "desiredCount": 1},
        task_definition={
            "family": "web",
            "containerDefinitions": [
                {
                    "name": "web",
                    "image": f"web:{number}",
                    "environment": [{"name": "TOKEN", "value": f"s3cret-{number}"}],
                }
            ],
        },
        sensitive_values=(f"s3cret-{number}",),
    )


def asked(stage: Stage) -> list[dict[str, Any]]:
    return [
        json.loads(e.detail) for e in stage.publisher.published if e.detail_type == "deployment.requested.v1"
    ]


class TestFinding:
    @pytest.fixture
    async def owned(self, stage):
        await stage.register(branches=("main", "next"))
        twin = EcsTarget(account="111122223333", region="eu-west-1", cluster="test", service_name="web")
        for branch, prefix, target in (
            ("main", "prod/web", ECS),
            ("next", "test/web", twin),
            ("main", "prod/resize", FUNCTION),
        ):
            ownership = Ownership(repository_id=REPOSITORY, branch=branch, prefix=prefix, target=target)
            await stage.ledger.transact([PutOwnership(ownership=ownership)])

    @pytest.mark.parametrize(
        ("name", "found"),
        [
            pytest.param(ECS.id, ["prod/web"], id="its id"),
            pytest.param(ECS.service_arn, ["prod/web"], id="its ARN"),
            pytest.param("test/web", ["test/web"], id="cluster and service, which is a prefix too"),
            pytest.param("web", ["prod/web", "test/web"], id="a name that two have"),
            pytest.param("resize", ["prod/resize"], id="a function's name"),
            pytest.param("prod/resize", ["prod/resize"], id="a path-prefix"),
            pytest.param("/prod/resize/", ["prod/resize"], id="with slashes around it"),
        ],
    )
    async def test_a_target_is_found_by_what_people_call_it(self, api, stage, owned, name, found):
        reply = (await api.get("/v1/targets", params={"name": name})).json()

        assert [item["prefix"] for item in reply["targets"]] == found
        assert {item["owned"] for item in reply["targets"]} == {True}

    async def test_without_a_name_all_that_are_owned_are_listed(self, api, stage, owned):
        assert len((await api.get("/v1/targets")).json()["targets"]) == 3

    async def test_what_looks_alike_is_offered(self, api, stage, owned):
        reply = (await api.get("/v1/targets", params={"name": "rezise"})).json()

        assert (reply["targets"], reply["similar"]) == ([], ["resize"])

    @pytest.mark.parametrize("name", [ECS.id, "prod/web", "web", "shop/web"])
    async def test_what_nobody_owns_any_more_is_found_by_its_past(self, api, stage, name):
        await stage.register()
        await past(stage, a_deployment(state=State.SUCCEEDED, prefix="shop/web"))

        reply = (await api.get("/v1/targets", params={"name": name})).json()

        assert [(i["target"]["id"], i["owned"]) for i in reply["targets"]] == [(ECS.id, False)]


class TestRevisions:
    async def test_each_says_what_it_runs_and_which_one_a_rollback_takes(self, api, stage):
        await past(
            stage,
            ("d-1", 1, State.SUCCEEDED),
            ("d-failed", 9, State.ROLLED_BACK),
            ("d-2", 2, State.SUCCEEDED),
            good="d-2",
        )
        reply = (await api.get(f"{TARGET}/revisions")).json()

        assert [(r["deployment_id"], r["artifacts"], r["running"]) for r in reply["revisions"]] == [
            ("d-2", ["web:2"], True),
            ("d-1", ["web:1"], False),
        ]
        assert (reply["suggested"], reply["active"], reply["deleted_by"]) == ("d-1", None, None)
        assert reply["because"] == "d-2 runs now; d-1 is the last other one that succeeded before it."

    async def test_the_same_again_is_shown_once(self, api, stage):
        await past(
            stage,
            ("d-1", 1, State.SUCCEEDED),
            ("d-2", 2, State.SUCCEEDED),
            ("d-forced", 2, State.SUCCEEDED),
            good="d-forced",
        )
        reply = (await api.get(f"{TARGET}/revisions")).json()

        assert [r["deployment_id"] for r in reply["revisions"]] == ["d-forced", "d-1"]
        assert reply["suggested"] == "d-1"

    @pytest.mark.parametrize("state", [State.FAILED, State.ROLLBACK_FAILED, State.RUNNING])
    async def test_where_the_last_one_left_a_mess_or_runs_it_is_the_last_good_one(self, api, stage, state):
        active = {"active_id": "d-3"} if not state.terminal else {}
        await past(
            stage,
            ("d-1", 1, State.SUCCEEDED),
            ("d-2", 2, State.SUCCEEDED),
            ("d-3", 3, state),
            good="d-2",
            **active,
        )
        reply = (await api.get(f"{TARGET}/revisions")).json()

        assert reply["suggested"] == "d-2"
        assert reply["because"].startswith("d-3 ")
        assert not any(r["running"] for r in reply["revisions"])

    async def test_one_that_came_back_runs_once_in_the_list(self, api, stage):
        heads = [("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED), ("d-3", 1, State.SUCCEEDED)]
        await past(stage, *heads, good="d-3")

        reply = (await api.get(f"{TARGET}/revisions")).json()

        assert [(r["deployment_id"], r["running"]) for r in reply["revisions"]] == [
            ("d-3", True),
            ("d-2", False),
            ("d-1", False),
        ]

    async def test_asked_again_after_a_rollback_it_goes_further_back(self, api, stage):
        heads = [("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED), ("d-3", 3, State.SUCCEEDED)]
        again = a_deployment(
            "d-4",
            state=State.SUCCEEDED,
            change=ObjectChange.REQUESTED,
            verb=Verb.ROLLBACK,
            restores="d-2",
            desired=await stage.bodies.put(to_bytes(wanted(2))),
            created_at=T0 + timedelta(minutes=9),
        )
        await past(stage, *heads, again, good="d-4")

        assert (await api.get(f"{TARGET}/revisions")).json()["suggested"] == "d-1"

    async def test_one_of_them_says_what_would_change_and_hides_what_is_sensitive(self, api, stage):
        await past(stage, ("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED), good="d-2")
        answer = await api.get(f"{TARGET}/revisions/d-1")

        assert {d["path"]: (d["before"], d["after"]) for d in answer.json()["differences"]}[
            "containerDefinitions[web].image"
        ] == ("web:2", "web:1")
        assert "s3cret" not in answer.text

    async def test_of_what_was_never_deployed_there_are_none(self, api, stage):
        answer = await api.get(f"{TARGET}/revisions")

        assert (answer.status_code, "Nothing was ever deployed to" in answer.text) == (404, True)

    async def test_what_is_no_target_is_said_to_be_none(self, api, stage):
        answer = await api.get("/v1/targets/web/revisions")

        assert (answer.status_code, "is no target id" in answer.json()["detail"]) == (422, True)


class TestRollingBack:
    @pytest.fixture
    async def heads(self, stage):
        return await past(stage, ("d-1", 1, State.SUCCEEDED), ("d-2", 2, State.SUCCEEDED), good="d-2")

    async def test_the_planner_is_asked_under_the_id_that_is_answered(self, api, stage, heads):
        answer = await api.post(f"{TARGET}/rollback", json=ADA)

        reply = answer.json()
        assert answer.status_code == 202
        assert (reply["kind"], reply["restores"], reply["behind"]) == ("rollback", "d-1", None)
        assert answer.headers["location"] == f"/v1/deployments/{reply['deployment_id']}"
        assert asked(stage) == [
            {
                "kind": "rollback",
                "target": ECS.id,
                "deployment_id": "d-1",
                "new_deployment_id": reply["deployment_id"],
                "by": "ada",
            }
        ]
        assert await stage.ledger.deployment(reply["deployment_id"]) is None, "the planner makes it"

    async def test_it_is_audited_with_who_and_what(self, api, stage, heads):
        new = (await api.post(f"{TARGET}/rollback", json=ADA)).json()["deployment_id"]

        (entry,) = await stage.ledger.audit(5)
        assert entry.kind == "rollback.requested"
        assert entry.summary == (
            f"ada asked to roll {ECS} back to the revision of d-1 ({SHA[:12]}); deployment {new} does it."
        )

    async def test_what_cannot_be_audited_is_not_done(self, api, stage, heads, monkeypatch):
        async def down(_entry):
            raise UnavailableError("the audit table is away")

        monkeypatch.setattr(stage.ledger, "put_audit", down)

        assert (await api.post(f"{TARGET}/rollback", json=ADA)).status_code == 503
        assert asked(stage) == []

    async def test_a_bus_that_is_away_delays_it(self, api, stage, heads):
        stage.publisher.fault = UnavailableError("EventBridge is away")
        assert (await api.post(f"{TARGET}/rollback", json=ADA)).status_code == 202

        left = [event for shard in range(4) for event in await stage.ledger.outbox(Worker.PLANNER, shard, 9)]
        assert [event.detail_type for event in left] == ["deployment.requested.v1"]

    async def test_the_same_request_again_names_the_same_deployment(self, api, stage, heads):
        first = (await api.post(f"{TARGET}/rollback", json=ADA)).json()
        again = (await api.post(f"{TARGET}/rollback", json=ADA)).json()

        assert again == first

    async def test_once_it_is_made_it_is_not_asked_for_again(self, api, stage, heads):
        new = (await api.post(f"{TARGET}/rollback", json=ADA)).json()["deployment_id"]
        made = a_deployment(new, state=State.SUCCEEDED, verb=Verb.ROLLBACK, restores="d-1")
        await stage.ledger.transact([CreateDeployment(deployment=made)])

        assert (await api.post(f"{TARGET}/rollback", json=ADA)).json()["deployment_id"] == new
        assert len(asked(stage)) == 1
        other = await api.post(f"{TARGET}/rollback", json=ADA | {"deployment_id": "d-2"})
        assert (other.status_code, "used before, for d-1" in other.text) == (409, True)

    async def test_without_a_request_id_each_is_a_request_of_its_own(self, api, stage, heads):
        ids = {
            (await api.post(f"{TARGET}/rollback", json={"by": "ada"})).json()["deployment_id"]
            for _ in range(2)
        }
        assert len(ids) == 2

    async def test_a_running_deployment_is_named_and_not_touched(self, api, stage):
        running = ("d-3", 3, State.RUNNING)
        await past(stage, ("d-1", 1, State.SUCCEEDED), running, good="d-1", active_id="d-3")

        reply = (await api.post(f"{TARGET}/rollback", json=ADA)).json()

        assert (reply["restores"], reply["behind"]) == ("d-1", "d-3")
        assert await stage.ledger.commands("d-3", "") == []


class TestRefusingARollback:
    @pytest.mark.parametrize(
        ("to", "status", "told"),
        [
            pytest.param("d-x", 404, "There is no deployment d-x of ECS service web", id="unknown"),
            pytest.param("d-other", 404, "There is no deployment d-other of", id="of another target"),
            pytest.param("d-failed", 409, "ended as FAILED, so its revision never ran well", id="failed"),
            pytest.param("d-gone", 409, "deleted ECS service web", id="a deletion"),
            pytest.param("d-now", 409, "has not ended, it is RUNNING", id="under way"),
        ],
    )
    async def test_a_revision_that_is_none_is_refused_with_the_reason(self, api, stage, to, status, told):
        await past(
            stage,
            ("d-1", 1, State.SUCCEEDED),
            ("d-failed", 2, State.FAILED),
            a_deployment(
                "d-gone", state=State.SUCCEEDED, verb=Verb.DELETE, created_at=T0 - timedelta(days=1)
            ),
            a_deployment("d-other", state=State.SUCCEEDED, target=FUNCTION),
            ("d-now", 3, State.RUNNING),
            good="d-1",
        )
        answer = await api.post(f"{TARGET}/rollback", json=ADA | {"deployment_id": to})

        assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
        assert asked(stage) == []

    async def test_nothing_earlier_is_known(self, api, stage):
        await past(stage, ("d-1", 1, State.SUCCEEDED), good="d-1")

        answer = await api.post(f"{TARGET}/rollback", json=ADA)

        assert answer.status_code == 409
        assert "No revision before the one that runs now (d-1) is known" in answer.json()["detail"]

    @pytest.mark.parametrize("place", ["active_id", "waiting_id"])
    async def test_one_that_goes_back_already_is_not_doubled(self, api, stage, place):
        back = a_deployment("d-4", state=State.WAITING, verb=Verb.ROLLBACK, restores="d-1", because="Soon.")
        await past(
            stage,
            ("d-1", 1, State.SUCCEEDED),
            ("d-2", 2, State.SUCCEEDED),
            back,
            good="d-2",
            **{place: "d-4"},
        )
        answer = await api.post(f"{TARGET}/rollback", json=ADA)

        assert answer.status_code == 409
        assert "is on its way back already: d-4 is WAITING. Soon." in answer.json()["detail"]

    async def test_what_was_deleted_is_undeleted(self, api, stage):
        gone = a_deployment(
            "d-2", state=State.SUCCEEDED, verb=Verb.DELETE, created_at=T0 + timedelta(minutes=5)
        )
        await past(stage, ("d-1", 1, State.SUCCEEDED), gone)

        answer = await api.post(f"{TARGET}/rollback", json=ADA)
        assert (answer.status_code, f"`gmctl undelete {ECS.id}`" in answer.text) == (409, True)

        undelete = await api.post(f"{TARGET}/undelete", json=ADA)
        assert (undelete.status_code, undelete.json()["restores"]) == (202, "d-1")
        assert asked(stage)[0]["kind"] == "undelete"


class TestRetrying:
    async def retry(self, api, name="d-1"):
        return await api.post(f"/v1/deployments/{name}/retry", json=ADA)

    @pytest.mark.parametrize(
        "state", [State.FAILED, State.ROLLED_BACK, State.ROLLBACK_FAILED, State.CANCELLED]
    )
    async def test_what_failed_is_asked_for_again(self, api, stage, state):
        await past(stage, ("d-1", 1, state))
        answer = await self.retry(api)

        assert (answer.status_code, answer.json()["kind"]) == (202, "retry")
        (message,) = asked(stage)
        assert (message["kind"], message["deployment_id"]) == ("retry", "d-1")
        (entry,) = await stage.ledger.audit(5)
        assert entry.summary.startswith(f"ada asked to try d-1 ({SHA[:12]}) of {ECS} again; deployment d-")

    async def test_also_if_its_target_was_never_known(self, api, stage):
        await past(stage, a_deployment("d-1", state=State.FAILED, target=None, verb=None))

        assert (await self.retry(api)).json()["target"] is None
        assert asked(stage)[0]["target"] == ""

    async def test_a_rollback_that_failed_is_a_rollback_again(self, api, stage):
        back = a_deployment(
            "d-2",
            state=State.ROLLBACK_FAILED,
            change=ObjectChange.REQUESTED,
            verb=Verb.ROLLBACK,
            restores="d-1",
        )
        await past(stage, ("d-1", 1, State.SUCCEEDED), back, good="d-1")
        await self.retry(api, "d-2")

        (message,) = asked(stage)
        assert (message["kind"], message["deployment_id"]) == ("rollback", "d-1")

    @pytest.mark.parametrize(
        ("state", "told"),
        [
            pytest.param(State.RUNNING, "d-1 has not ended, it is RUNNING", id="runs"),
            pytest.param(State.SUCCEEDED, "d-1 did not fail, it ended as SUCCEEDED", id="succeeded"),
            pytest.param(State.SUPERSEDED, "d-1 did not fail, it ended as SUPERSEDED", id="superseded"),
        ],
    )
    async def test_what_did_not_fail_is_not_tried_again(self, api, stage, state, told):
        await past(stage, ("d-1", 1, state))
        answer = await self.retry(api)

        assert (answer.status_code, told in answer.json()["detail"]) == (409, True)

    async def test_beside_a_newer_commit_it_is_refused(self, api, stage):
        newer = a_deployment("d-2", state=State.FAILED, seq=8, sha="b" * 40)
        await past(stage, ("d-1", 1, State.FAILED), newer)
        answer = await self.retry(api)

        assert answer.status_code == 409
        assert f"Commit {'b' * 12} of main is newer and changed prod/web too (d-2, FAILED)" in answer.text
        assert (await self.retry(api, "d-2")).status_code == 202

    async def test_an_unknown_one_is_not_found(self, api, stage):
        assert (await self.retry(api, "d-x")).status_code == 404
