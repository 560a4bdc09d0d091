"""What fails is undone or refused with its reason, and a fault that passes costs nothing but time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from gitmoxi_local.faults import CallFaultSpec, ImageFaultSpec
from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import CLUSTER, ecs_files, lambda_files
from tests.e2e.test_deploying import image_of, service_of

Unique = Callable[[str], str]


@pytest.fixture(autouse=True)
def _no_fault_stays(installation: Installation) -> Iterator[None]:
    yield
    installation.cloud.clear_faults()


def test_a_bad_image_trips_the_breaker_and_the_service_goes_back(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("breaks")
    repository.commit(ecs_files(f"prod/{name}", count=2))
    assert installation.deploy(repository).code == 0
    installation.cloud.add_faults(images=[ImageFaultSpec(match=f"{name}:bad", kind="cannot_pull")])

    sha = repository.commit({f"prod/{name}_input.json": json.dumps({"image": f"{name}:bad"})})
    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    assert (
        f"Failure of prod/{name}: The image {name}:bad does not exist in its registry. (image.not-found"
        in ran.out
    )
    assert "AWS says: CannotPullContainerError" in ran.out
    assert "What to do: " in ran.out
    [deployment] = installation.deployments(sha)
    assert (deployment["state"], deployment["status"]) == ("ROLLED_BACK", "PROCESSED_ERROR")
    service = service_of(installation, name)
    assert image_of(installation, service) == "nginx:1"
    assert (service["runningCount"], len(service["deployments"])) == (2, 1)
    by = {entry.caller for entry in installation.cloud.mutations("ecs", "UpdateService")}
    assert len(by) >= 2, "the deployer went forward, the rollback worker went back"


def test_scenario_34_a_bad_first_image_removes_what_it_created(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("stillborn")
    group = f"/e2e/{name}"
    installation.client("logs").create_log_group(logGroupName=group)
    log = "starting\nKeyError: 'DATABASE_URL'"
    installation.cloud.add_faults(images=[ImageFaultSpec(match=f"{name}:bad", kind="crash", log=log)])
    sha = repository.commit(ecs_files(f"prod/{name}", image=f"{name}:bad", log_group=group))

    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    assert "  Container's log: KeyError: 'DATABASE_URL'" in ran.out
    assert [d["state"] for d in installation.deployments(sha)] == ["ROLLED_BACK"]
    assert service_of(installation, name)["status"] in {"DRAINING", "INACTIVE"}


def test_scenario_42_ecs_rolling_back_by_itself_is_a_failure(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("native")
    breaker = {"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}}
    installation.cloud.add_faults(images=[ImageFaultSpec(match=f"{name}:bad", kind="cannot_pull")])
    depdef = {"stabilityCheck": {"timeout": 100}}
    repository.commit(ecs_files(f"prod/{name}", service=breaker, depdef=depdef))
    assert installation.deploy(repository).code == 0

    sha = repository.commit({f"prod/{name}_input.json": json.dumps({"image": f"{name}:bad"})})
    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    [deployment] = installation.deployments(sha)
    assert deployment["state"] == "ROLLED_BACK"
    assert "ECS rolled the deployment back" in deployment["because"]
    assert image_of(installation, service_of(installation, name)) == "nginx:1"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            CallFaultSpec(service="ecs", action="CreateService", kind="drop_reply", times=1), id="lost reply"
        ),
        pytest.param(CallFaultSpec(service="ecs", action="*", kind="throttle", times=2), id="throttled"),
        pytest.param(
            CallFaultSpec(service="ecs", action="CreateService", kind="error500", times=1), id="server error"
        ),
    ],
)
def test_a_passing_fault_of_ecs_costs_time_only(
    installation: Installation, repository: GitRepository, unique: Unique, fault: CallFaultSpec
) -> None:
    name = unique("patient")
    installation.cloud.add_faults(calls=[fault])
    repository.commit(ecs_files(f"prod/{name}"))

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert service_of(installation, name)["runningCount"] == 1
    created = [
        entry
        for entry in installation.cloud.mutations("ecs", "CreateService")
        if (entry.params or {}).get("serviceName") == name
    ]
    assert len(created) == 1


def test_scenario_13_a_denied_call_fails_with_action_and_reason(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("denied")
    installation.cloud.add_faults(
        calls=[CallFaultSpec(service="ecs", action="RegisterTaskDefinition", kind="deny", times=1)]
    )
    sha = repository.commit(ecs_files(f"prod/{name}"))

    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    [deployment] = installation.deployments(sha)
    assert deployment["state"] == "FAILED"
    assert "ecs:RegisterTaskDefinition" in deployment["because"]
    assert "(access.denied)" in ran.out
    assert '"Action": "ecs:RegisterTaskDefinition"' in ran.out, "the missing statement, ready to paste"
    answer = installation.client("ecs").describe_services(cluster=CLUSTER, services=[name])
    assert answer["services"] == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            CallFaultSpec(service="lambda", action="PublishVersion", kind="drop_reply", times=1),
            id="lost reply",
        ),
        pytest.param(CallFaultSpec(service="lambda", action="*", kind="throttle", times=2), id="throttled"),
        pytest.param(
            CallFaultSpec(service="lambda", action="UpdateFunctionCode", kind="error500", times=1),
            id="server error",
        ),
    ],
)
def test_a_passing_fault_of_lambda_costs_time_only(
    installation: Installation, repository: GitRepository, unique: Unique, fault: CallFaultSpec
) -> None:
    name, functions = unique("patient-fn"), installation.client("lambda")
    repository.commit(lambda_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()
    installation.cloud.add_faults(calls=[fault])
    repository.commit(lambda_files(f"prod/{name}", key="three.zip"))

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    for action in ("UpdateFunctionCode", "PublishVersion", "UpdateAlias"):
        assert len(installation.cloud.mutations("lambda", action, since=before)) == 1


def test_a_function_that_cannot_be_updated_goes_back_to_its_last_good_version(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, functions = unique("undone"), installation.client("lambda")
    repository.commit(lambda_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    good = functions.get_function_configuration(FunctionName=name)
    installation.cloud.add_faults(
        calls=[CallFaultSpec(service="lambda", action="PublishVersion", kind="deny", times=1)]
    )

    sha = repository.commit(lambda_files(f"prod/{name}", key="two.zip", memory=512))
    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    [deployment] = installation.deployments(sha)
    assert deployment["state"] == "ROLLED_BACK", deployment
    assert f"Failure of prod/{name}: Calling lambda:PublishVersion" in ran.out
    assert '"Action": "lambda:PublishVersion"' in ran.out, "the missing statement, ready to paste"
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "1"
    latest = functions.get_function_configuration(FunctionName=name)
    assert (latest["CodeSha256"], latest["MemorySize"]) == (good["CodeSha256"], 128)
