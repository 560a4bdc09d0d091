"""A commit that deletes too much deletes nothing until a person approves it; AWS and the journal say so."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import CLUSTER, ecs_files

Unique = Callable[[str], str]


def statuses(installation: Installation, names: list[str]) -> dict[str, str]:
    found = installation.client("ecs").describe_services(cluster=CLUSTER, services=names)["services"]
    return {service["serviceName"]: service["status"] for service in found}


def deletions(installation: Installation, since: int) -> list[object]:
    return installation.cloud.mutations("ecs", "DeleteService", since=since)


def test_five_of_six_services_are_deleted_only_once_that_is_approved(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    names = [unique("held") for _ in range(6)]
    doomed, stays = names[:5], names[5]
    repository.commit({p: c for name in names for p, c in ecs_files(f"prod/{name}").items()})
    assert (created := installation.deploy(repository)).code == 0, created.text
    before = installation.cloud.last_seq()

    gone = {path: None for name in doomed for path in ecs_files(f"prod/{name}")}
    sha = repository.commit({**gone, f"prod/{stays}_input.json": json.dumps({"image": "nginx:2"})})
    asked = installation.gmctl("commit", "dryrun", "-r", repository.url, "-b", "main")
    assert (asked.code, "5 held: needs approval" in asked.out) == (0, True), asked.text
    held = installation.deploy(repository)

    command = f"gmctl commit approve-deletes -c {sha[:12]} -r {repository.url} -b main"
    assert held.code == 1, held.text
    assert f"5 deletions are held until a person approves: {command}" in held.out
    assert {d["prefix"]: d["state"] for d in installation.deployments(sha)} == {
        **{f"prod/{name}": "HELD" for name in doomed},
        f"prod/{stays}": "SUCCEEDED",
    }
    assert deletions(installation, before) == []
    assert set(statuses(installation, names).values()) == {"ACTIVE"}
    assert command in installation.gmctl("commit", "get", "-r", repository.url, "-b", "main").out

    back = doomed[0]
    repository.commit(ecs_files(f"prod/{back}"))
    assert (mended := installation.deploy(repository)).code == 0, mended.text
    approved = installation.gmctl(*command.split()[1:], "--by", "ada", "--output", "json")
    assert approved.code == 0, approved.text
    carried_on = approved.json["deletions"]
    assert {item["prefix"] for item in carried_on} == {f"prod/{name}" for name in doomed[1:]}
    for item in carried_on:
        watched = installation.gmctl("deployment", "watch", item["deployment_id"], "--timeout", "100")
        assert watched.code == 0, watched.text

    assert len(deletions(installation, before)) == 4
    assert statuses(installation, names) == {
        **dict.fromkeys(doomed[1:], "INACTIVE"),
        back: "ACTIVE",
        stays: "ACTIVE",
    }
    assert "ada approved that commit" in installation.gmctl("event", "list").out
    again = installation.gmctl(*command.split()[1:])
    assert (again.code, len(deletions(installation, before))) == (0, 4), again.text
    [ended] = [d for d in installation.deployments(sha) if d["prefix"] == f"prod/{back}"]
    assert ended["state"] == "SUPERSEDED"


def test_scenario_24_a_forced_push_to_an_older_commit_deletes_nothing(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    first, later = unique("first"), unique("later")
    old = repository.commit(ecs_files(f"prod/{first}"))
    assert installation.deploy(repository).code == 0
    repository.commit(ecs_files(f"prod/{later}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()

    repository.rewind(old)
    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    assert "history was rewritten" in ran.out
    assert installation.cloud.mutations("ecs", since=before) == []
    assert statuses(installation, [first, later]) == {first: "ACTIVE", later: "ACTIVE"}
