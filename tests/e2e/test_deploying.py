"""A push becomes running services and functions; the AWS side and the journal say so."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.e2e.installation import FactQueue, GitRepository, Installation
from tests.e2e.samples import CLUSTER, deleted, ecs_files, lambda_files

Unique = Callable[[str], str]


def service_of(installation: Installation, name: str) -> dict:
    [service] = installation.client("ecs").describe_services(cluster=CLUSTER, services=[name])["services"]
    return service


def image_of(installation: Installation, service: dict) -> str:
    found = installation.client("ecs").describe_task_definition(taskDefinition=service["taskDefinition"])
    return found["taskDefinition"]["containerDefinitions"][0]["image"]


def test_a_service_is_created_updated_left_alone_and_deleted(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("web")
    repository.commit(ecs_files(f"prod/{name}", count=2))
    assert (created := installation.deploy(repository)).code == 0, created.text
    service = service_of(installation, name)
    assert (service["status"], service["runningCount"]) == ("ACTIVE", 2)
    assert image_of(installation, service) == "nginx:1"

    repository.commit({f"prod/{name}_input.json": json.dumps({"image": "nginx:2"})})
    assert (updated := installation.deploy(repository)).code == 0, updated.text
    service = service_of(installation, name)
    assert image_of(installation, service) == "nginx:2"
    assert [d["status"] for d in service["deployments"]] == ["PRIMARY"]

    before = installation.cloud.last_seq()
    sha = repository.commit({f"prod/{name}_input.json": json.dumps({"image": "nginx:2", "unused": 1})})
    assert (same := installation.deploy(repository)).code == 0, same.text
    assert [d["state"] for d in installation.deployments(sha)] == ["NO_CHANGE"]
    assert installation.cloud.mutations("ecs", since=before) == []

    other = unique("other")
    repository.commit({**deleted(ecs_files(f"prod/{name}")), **ecs_files(f"prod/{other}")})
    assert (gone := installation.deploy(repository)).code == 0, gone.text
    assert service_of(installation, name)["status"] == "INACTIVE"
    assert service_of(installation, other)["runningCount"] == 1


def test_a_function_is_created_updated_left_alone_and_deleted(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, functions = unique("greeter"), installation.client("lambda")
    keeper = unique("keeper")
    repository.commit({**lambda_files(f"prod/{name}"), **lambda_files(f"prod/{keeper}")})
    assert (created := installation.deploy(repository)).code == 0, created.text
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "1"

    repository.commit(lambda_files(f"prod/{name}", key="two.zip", memory=256))
    assert (updated := installation.deploy(repository)).code == 0, updated.text
    alias = functions.get_alias(FunctionName=name, Name="live")
    assert alias["FunctionVersion"] == "2"
    assert not alias.get("RoutingConfig", {}).get("AdditionalVersionWeights")
    live = functions.get_function_configuration(FunctionName=name, Qualifier="live")
    assert live["MemorySize"] == 256
    versions = functions.list_versions_by_function(FunctionName=name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1", "2"]
    answer = functions.invoke(FunctionName=name, Qualifier="live", Payload=b"{}")
    assert json.load(answer["Payload"]) == {"version": "two"}

    before = installation.cloud.last_seq()
    same = lambda_files(f"prod/{name}", key="two.zip", memory=256)
    same[f"prod/{name}_lambdainput.json"] = json.dumps({"key": "two.zip", "unused": 1})
    sha = repository.commit(same)
    assert installation.deploy(repository).code == 0
    assert [d["state"] for d in installation.deployments(sha)] == ["NO_CHANGE"]
    assert installation.cloud.mutations("lambda", since=before) == []

    repository.commit(deleted(lambda_files(f"prod/{name}")))
    assert (gone := installation.deploy(repository)).code == 0, gone.text
    with pytest.raises(functions.exceptions.ResourceNotFoundException):
        functions.get_function(FunctionName=name)


def test_pushes_come_from_anyone_who_may_put_events(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("pushed")
    sha = repository.commit(ecs_files(f"prod/{name}"))
    facts = FactQueue(installation)
    detail = {"repository": f"{repository.url}.git/", "branch": "main", "sender": "somebody's CI"}
    entry = {"Source": "ci.example", "DetailType": "gitmoxi.push.v1", "Detail": json.dumps(detail)}
    answer = installation.client("events").put_events(
        Entries=[{**entry, "EventBusName": installation.cloud.outputs()["BusName"]}]
    )
    assert answer["FailedEntryCount"] == 0

    [fact] = facts.wait_for(1)

    assert (fact["commit"], fact["state"]) == (sha, "SUCCEEDED")
    assert service_of(installation, name)["runningCount"] == 1


def test_scenario_47_a_scaled_service_reads_back_without_a_service_deployment(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("scaled")
    repository.commit(ecs_files(f"prod/{name}", count=1))
    assert installation.deploy(repository).code == 0
    ecs = installation.client("ecs")
    before = ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"]

    repository.commit(ecs_files(f"prod/{name}", count=3))
    assert (scaled := installation.deploy(repository)).code == 0, scaled.text

    assert service_of(installation, name)["runningCount"] == 3
    after = ecs.list_service_deployments(cluster=CLUSTER, service=name)["serviceDeployments"]
    assert len(after) == len(before)


def test_scenario_29_a_renamed_file_updates_its_service_and_deletes_nothing(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, moved = unique("named"), unique("renamed")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()

    files = {**deleted(ecs_files(f"prod/{name}")), **ecs_files(f"prod/{moved}", name=name, image="nginx:3")}
    sha = repository.commit(files)
    assert (ran := installation.deploy(repository)).code == 0, ran.text

    assert {d["prefix"]: d["state"] for d in installation.deployments(sha)} == {
        f"prod/{name}": "NO_CHANGE",
        f"prod/{moved}": "SUCCEEDED",
    }
    assert image_of(installation, service_of(installation, name)) == "nginx:3"
    assert installation.cloud.mutations("ecs", "DeleteService", since=before) == []


def test_every_step_is_kept_with_its_reason(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("told")
    sha = repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    [listed] = installation.deployments(sha)

    told = installation.gmctl("deployment", "get", listed["id"], "--output", "json").json

    steps = told["steps"]
    assert [step["name"] for step in steps if step["name"] != "wait"] == [
        "receive",
        "plan",
        "take the slot",
        "register the task definition",
        "create the service",
        "follow the deployment",
        "finish",
    ]
    assert all(step["because"].endswith(".") for step in steps)
    assert list(dict.fromkeys(step["by"] for step in steps)) == ["ingestor", "planner", "ecs-deployer"]
    commit = installation.api(f"/v1/commits/{sha}/files")
    assert f"prod/{name}_svcdef.json" in json.dumps(commit)
