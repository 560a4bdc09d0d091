"""All targets at a glance: what is listed of each, filters, order, pages, and answers that did not change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gitmoxi.domain.bodies import ref_of
from gitmoxi.domain.deployments import PlannedDifference, Verb
from gitmoxi.domain.drift import Drift, DriftVerdict
from gitmoxi.domain.outcomes import LastOutcome
from gitmoxi.domain.records import Claim, LastGood, Orphan, Ownership, TargetRecord
from gitmoxi.domain.states import State
from gitmoxi.domain.targets import Target
from gitmoxi.ports.ledger import CreateDeployment, PutOrphan, PutOwnership, PutTarget
from gitmoxi.ports.targets import PutDrift
from tests.unit.api.stage import ECS, FUNCTION, REPOSITORY, SHA, T0, URL, Stage, a_deployment

API = replace(ECS, service_name="api")
JOBS = replace(ECS, cluster="batch", service_name="jobs", account="444455556666")
ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:12"


def an_outcome(state: State = State.SUCCEEDED, **changes: Any) -> LastOutcome:
    values: dict[str, Any] = {
        "deployment_id": "d-1",
        "commit_sha": SHA,
        "seq": 3,
        "state": state,
        "at": T0,
        "because": "It runs.",
        "verb": Verb.UPDATE,
    }
    return LastOutcome(**values | changes)


async def a_target(stage: Stage, target: Target, **changes: Any) -> None:
    """A target that was deployed well once, but for what a test says."""
    prefix = f"prod/{target.name}"
    good = LastGood(
        deployment_id="d-1",
        commit_sha=SHA,
        desired=ref_of(b"x"),
        at=T0,
        values={"task_definition": ARN},
    )
    values: dict[str, Any] = {
        "claim": Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix=prefix),
        "last_good": good,
        "last": an_outcome(),
    }
    record = TargetRecord(target=target, revision=1, **values | changes)
    ownership = Ownership(repository_id=REPOSITORY, branch="main", prefix=prefix, target=target)
    await stage.ledger.transact(
        [PutTarget(record=record, expected_revision=0), PutOwnership(ownership=ownership)]
    )


async def a_drift(stage: Stage, target: Target, **changes: Any) -> None:
    values: dict[str, Any] = {
        "verdict": DriftVerdict.DIFFERS,
        "because": "It differs in 1 place from what its last good deployment left.",
        "against": "d-1",
        "since": T0 + timedelta(minutes=5),
        "checked_at": T0 + timedelta(minutes=5),
        "revision": 1,
        "differences": (PlannedDifference(document="service", path="desiredCount", before="5", after="2"),),
        "count": 1,
    }
    drift = Drift(target=target, **values | changes)
    await stage.ledger.transact([PutDrift(drift=drift, expected_revision=0)])


@pytest.fixture
async def fleet(stage):
    """A drifted service, a failed one, a waiting one, a function as wanted."""
    await stage.register()
    await a_target(stage, ECS)
    await a_drift(stage, ECS)
    failed = an_outcome(State.FAILED, deployment_id="d-2", at=T0 + timedelta(minutes=1), because="No image.")
    await a_target(stage, API, last=failed)
    waiting = a_deployment("d-3", state=State.WAITING, target=JOBS)
    await stage.ledger.transact([CreateDeployment(deployment=waiting)])
    await a_target(stage, JOBS, waiting_id="d-3")
    await a_target(stage, FUNCTION, last=None)
    return stage


async def listed(api, **query: Any) -> list[str]:
    reply = (await api.get("/v1/status", params=query)).json()
    return [item["target"]["name"] for item in reply["targets"]]


async def test_each_target_says_where_from_what_runs_how_it_ended_and_whether_it_drifted(api, fleet):
    reply = (await api.get("/v1/status", params={"name": "web"})).json()

    [web] = reply["targets"]
    assert (web["repository"], web["branch"], web["prefix"]) == (URL, "main", "prod/web")
    assert web["condition"] == "drifted"
    assert (web["revision"]["name"], web["revision"]["commit"]) == ("web:12", SHA)
    assert (web["last"]["state"], web["last"]["status"]) == ("SUCCEEDED", "PROCESSED_SUCCESS")
    assert (web["drift"]["drifted"], web["drift"]["places"]) == (True, ["service desiredCount"])
    assert web["under_way"] == []


@pytest.mark.parametrize(
    ("verb", "because", "condition", "why_no_drift"),
    [
        pytest.param(Verb.NOTHING, "web equals it.", "as wanted", "No deployment of it ever", id="equal"),
        pytest.param(Verb.UPDATE, "web differs.", "differs", "not deployed since. web differs.", id="other"),
        pytest.param(Verb.CREATE, "No web yet.", "differs", "not deployed since. No web yet.", id="missing"),
    ],
)
async def test_a_baseline_says_how_its_targets_compared(api, stage, verb, because, condition, why_no_drift):
    await stage.register()
    last = an_outcome(State.BASELINED, verb=verb, because=because)
    await a_target(stage, ECS, last=last, last_good=None)

    [web] = (await api.get("/v1/status")).json()["targets"]

    assert (web["condition"], web["last"]["state"], web["drift"]["drifted"]) == (condition, "BASELINED", None)
    assert why_no_drift in web["drift"]["because"]


async def test_an_orphan_is_listed_with_why_nobody_wants_it(api, stage):
    claim = Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web")
    record = TargetRecord(target=ECS, revision=1, last=an_outcome())
    orphan = Orphan(target=ECS, claim=claim, since=T0, because="Its definition file is gone.")
    await stage.ledger.transact([PutTarget(record=record, expected_revision=0), PutOrphan(orphan=orphan)])
    [found] = (await api.get("/v1/status")).json()["targets"]
    assert (found["condition"], found["orphaned"], found["prefix"]) == (
        "orphaned",
        "Its definition file is gone.",
        "prod/web",
    )


async def test_an_orphan_whose_deletion_was_refused_counts_as_failed(api, stage):
    claim = Claim(repository_id=REPOSITORY, repository_url=URL, branch="main", prefix="prod/web")
    record = TargetRecord(target=ECS, revision=1, last=an_outcome(State.FAILED))
    orphan = Orphan(target=ECS, claim=claim, since=T0, because="Its deletion was refused.")
    await stage.ledger.transact([PutTarget(record=record, expected_revision=0), PutOrphan(orphan=orphan)])
    assert (await api.get("/v1/status")).json()["counts"] == {"failed": 1}


async def test_counts_are_of_all_that_match(api, fleet):
    reply = (await api.get("/v1/status", params={"limit": 1})).json()
    assert (reply["total"], len(reply["targets"])) == (4, 1)
    assert reply["counts"] == {"as wanted": 1, "drifted": 1, "failed": 1, "under way": 1}


async def test_what_is_under_way_is_named_and_its_drift_is_not_known_meanwhile(api, fleet):
    [jobs] = (await api.get("/v1/status", params={"cluster": "batch"})).json()["targets"]
    [standing] = jobs["under_way"]
    assert (standing["deployment_id"], standing["place"], standing["state"]) == ("d-3", "waiting", "WAITING")
    assert (jobs["drift"]["drifted"], jobs["drift"]["because"]) == (None, "It is being deployed.")


@pytest.mark.parametrize(
    ("query", "names"),
    [
        pytest.param({}, ["api", "jobs", "resize", "web"], id="all, by name"),
        pytest.param({"name": "prod/*"}, ["api", "jobs", "resize", "web"], id="a glob over prefixes"),
        pytest.param({"name": "prod/web"}, ["web"], id="cluster and name"),
        pytest.param({"name": ECS.id}, ["web"], id="an id"),
        pytest.param({"name": "we?"}, ["web"], id="a glob over names"),
        pytest.param({"name": "nothing"}, [], id="nothing is called so"),
        pytest.param({"repository": URL, "branch": "main", "kind": "lambda"}, ["resize"], id="a kind"),
        pytest.param({"repository": "https://git.example.com/other/one"}, [], id="another repository"),
        pytest.param({"account": "444455556666"}, ["jobs"], id="an account"),
        pytest.param({"region": "eu-west-1", "cluster": "prod"}, ["api", "web"], id="a cluster"),
        pytest.param({"service": "web"}, ["web"], id="a service"),
        pytest.param({"function": "resize"}, ["resize"], id="a function"),
        pytest.param({"state": "FAILED"}, ["api"], id="how it ended"),
        pytest.param({"status": "PROCESSING"}, ["jobs"], id="under way"),
        pytest.param({"status": "PROCESSED_SUCCESS"}, ["resize", "web"], id="went well"),
        pytest.param({"drift": "yes"}, ["web"], id="drifted"),
        pytest.param({"drift": "unknown"}, ["api", "jobs", "resize"], id="nobody knows"),
        pytest.param({"condition": "failed"}, ["api"], id="in one word"),
        pytest.param({"sort": "outcome"}, ["api", "web", "jobs", "resize"], id="what needs somebody first"),
        pytest.param({"sort": "age"}, ["api", "jobs", "web", "resize"], id="newest outcome first"),
        pytest.param({"sort": "environment"}, ["resize", "api", "web", "jobs"], id="by account"),
    ],
)
async def test_filters_and_orders(api, fleet, query, names):
    assert sorted(await listed(api, **query)) == sorted(names)
    if "sort" in query:
        found = await listed(api, **query)
        assert found == names if query["sort"] != "age" else found[0] == "api"


@pytest.mark.parametrize("sort", ["name", "age", "outcome", "environment"])
async def test_pages_hold_everything_once(api, fleet, sort):
    found, cursor = [], None
    for _ in range(4):
        query = {"sort": sort, "limit": 1} | ({"cursor": cursor} if cursor else {})
        reply = (await api.get("/v1/status", params=query)).json()
        found += [item["target"]["name"] for item in reply["targets"]]
        cursor = reply["cursor"]
    assert cursor is None
    assert found == await listed(api, sort=sort)
    assert len(set(found)) == 4


async def test_a_cursor_of_somebody_else_is_refused(api, fleet):
    reply = await api.get("/v1/status", params={"cursor": "nonsense"})
    assert reply.status_code == 422
    assert "first page" in reply.json()["detail"]


async def test_an_answer_that_did_not_change_is_not_sent_again(api, fleet):
    first = await api.get("/v1/status")
    again = await api.get("/v1/status", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")

    fleet.clock.advance(2)
    await a_drift(fleet, FUNCTION, verdict=DriftVerdict.GONE)
    changed = await api.get("/v1/status", headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_those_who_ask_within_a_second_share_one_read(api, fleet):
    await listed(api)
    await a_target(fleet, replace(ECS, service_name="new"))
    assert "new" not in await listed(api)
    fleet.clock.advance(1.1)
    assert "new" in await listed(api)


async def test_one_target_says_what_differs(api, fleet):
    details = (await api.get(f"/v1/status/{ECS.id}")).json()
    assert details["status"]["condition"] == "drifted"
    assert details["differences"] == [
        {"document": "service", "path": "desiredCount", "before": "5", "after": "2"}
    ]


async def test_what_nobody_owns_is_not_found(api, fleet):
    reply = await api.get(f"/v1/status/{replace(ECS, service_name='gone').id}")
    assert reply.status_code == 404
    assert "gmctl status" in reply.json()["detail"]


@pytest.mark.parametrize(
    ("record", "drift", "because"),
    [
        pytest.param({}, None, "not looked at since", id="no look yet"),
        pytest.param({}, {"against": "d-0"}, "not looked at since", id="a look at another revision"),
        pytest.param(
            {"last": an_outcome(at=T0 + timedelta(minutes=9))},
            {},
            "not looked at since",
            id="a look before the last deployment ended",
        ),
        pytest.param({"last_good": None, "last": None}, {}, "ended well", id="never deployed well"),
        pytest.param(
            {}, {"verdict": DriftVerdict.UNKNOWN, "because": "You may not look."}, "may not", id="refused"
        ),
    ],
)
async def test_drift_that_is_not_known_says_why(api, stage, record, drift, because):
    await stage.register()
    await a_target(stage, ECS, **record)
    if drift is not None:
        await a_drift(stage, ECS, **drift)
    [web] = (await api.get("/v1/status")).json()["targets"]
    assert web["drift"]["drifted"] is None
    assert because in web["drift"]["because"]


async def test_a_failure_to_plan_hides_no_drift(api, stage):
    await stage.register()
    await a_target(stage, ECS, last=an_outcome(State.FAILED, verb=None, at=T0 + timedelta(minutes=9)))
    await a_drift(stage, ECS)
    [web] = (await api.get("/v1/status", params={"drift": "yes"})).json()["targets"]
    assert web["condition"] == "failed"


async def test_a_record_that_cannot_be_read_is_still_listed(api, fleet):
    fleet.ledger.unreadable.add(ECS.id)
    [web] = (await api.get("/v1/status", params={"name": "web"})).json()["targets"]
    assert (web["condition"], web["drift"]["because"]) == ("never deployed", "Its record cannot be read.")
