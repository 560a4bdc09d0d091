"""What befalls deployments on their way, over real processes: told by ``gmctl deployment get``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from gitmoxi_local.faults import CallFaultSpec, FunctionFaultSpec, ImageFaultSpec
from tests.e2e.installation import FactQueue, GitRepository, Installation
from tests.e2e.samples import ecs_files, lambda_files
from tests.e2e.test_deploying import image_of, service_of

Unique = Callable[[str], str]


@pytest.fixture(autouse=True)
def _no_fault_stays(installation: Installation) -> Iterator[None]:
    yield
    installation.cloud.clear_faults()


def shown(installation: Installation, sha: str, state: str) -> str:
    """What ``gmctl deployment get`` shows of the one deployment of a commit, which has this state."""
    [deployment] = installation.deployments(sha)
    assert deployment["state"] == state, deployment
    ran = installation.gmctl("deployment", "get", deployment["id"])
    assert ran.code == 0, ran.text
    return " ".join(ran.out.split())


def new_image(name: str) -> dict[str, str | None]:
    return {f"prod/{name}_input.json": json.dumps({"image": f"{name}:2"})}


def test_an_alarm_that_turns_red_brings_the_service_back_and_is_named(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, cloudwatch = unique("alarmed"), installation.client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=f"{name}-errors",
        Namespace="e2e",
        MetricName="Errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=5,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    cloudwatch.set_alarm_state(AlarmName=f"{name}-errors", StateValue="OK", StateReason="quiet")
    watching = {"alarms": {"alarmNames": [f"{name}-errors"]}, "stabilityCheck": {"pollInterval": 5}}
    repository.commit(ecs_files(f"prod/{name}", depdef=watching))
    assert installation.deploy(repository).code == 0
    installation.cloud.add_faults(
        images=[ImageFaultSpec(match=f"{name}:2", kind="slow_start", after_seconds=60)]
    )
    before, ends = installation.cloud.last_seq(), FactQueue(installation)
    steps = FactQueue(installation, ["deployment.step.completed.v1"])
    sha = repository.commit(new_image(name))
    started = installation.gmctl("commit", "deploy", "-r", repository.url, "-b", "main")
    assert started.code == 0, started.text
    steps.wait_until(lambda _: bool(installation.cloud.mutations("ecs", "UpdateService", since=before)))

    cloudwatch.set_alarm_state(AlarmName=f"{name}-errors", StateValue="ALARM", StateReason="by the test")
    ends.wait_for(1)

    told = shown(installation, sha, "ROLLED_BACK")
    assert f"The alarm {name}-errors went to ALARM" in told
    assert "(alarm.red" in told
    assert image_of(installation, service_of(installation, name)) == "nginx:1"


def test_scenario_13_an_update_that_is_denied_half_way_shows_the_statement_and_goes_on_later(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("half-way")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()
    installation.cloud.add_faults(calls=[CallFaultSpec(service="ecs", action="UpdateService", kind="deny")])
    sha = repository.commit(new_image(name))

    assert installation.deploy(repository).code == 1

    told = shown(installation, sha, "FAILED")
    assert "ecs:UpdateService" in told
    assert "(access.denied" in told
    assert '"Action": "ecs:UpdateService"' in told, "the missing statement, ready to paste"
    assert image_of(installation, service_of(installation, name)) == "nginx:1"

    installation.cloud.clear_faults()
    ran = installation.deploy(repository, "--force")
    assert ran.code == 0, ran.text
    assert image_of(installation, service_of(installation, name)) == f"{name}:2"
    registered = installation.cloud.mutations("ecs", "RegisterTaskDefinition", since=before)
    assert len(registered) == 1, "what was registered before is used"


@pytest.mark.parametrize("action", ["RegisterTaskDefinition", "UpdateService"])
def test_scenario_9_an_answer_of_ecs_that_comes_after_we_gave_up_is_looked_for(
    installation: Installation, repository: GitRepository, unique: Unique, action: str
) -> None:
    name = unique("late")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()
    installation.cloud.add_faults(
        calls=[CallFaultSpec(service="ecs", action=action, kind="slow", seconds=6, times=1)]
    )
    repository.commit(new_image(name))

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert image_of(installation, service_of(installation, name)) == f"{name}:2"
    assert len(installation.cloud.mutations("ecs", action, since=before)) == 1


@pytest.mark.parametrize("action", ["UpdateFunctionCode", "PublishVersion", "UpdateAlias"])
def test_scenario_9_an_answer_of_lambda_that_comes_after_we_gave_up_is_looked_for(
    installation: Installation, repository: GitRepository, unique: Unique, action: str
) -> None:
    name, functions = unique("late-fn"), installation.client("lambda")
    repository.commit(lambda_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()
    installation.cloud.add_faults(
        calls=[CallFaultSpec(service="lambda", action=action, kind="slow", seconds=6, times=1)]
    )
    repository.commit(lambda_files(f"prod/{name}", key="two.zip"))

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    assert len(installation.cloud.mutations("lambda", action, since=before)) == 1


def test_code_that_cannot_be_imported_is_explained_and_the_alias_stays(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, functions = unique("broken-fn"), installation.client("lambda")
    repository.commit(lambda_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    installation.cloud.add_faults(
        functions=[
            FunctionFaultSpec(
                kind="change_fails",
                match="two.zip",
                reason_code="FunctionError",
                reason="Runtime.ImportModuleError: Unable to import module 'app'",
            )
        ]
    )
    sha = repository.commit(lambda_files(f"prod/{name}", key="two.zip"))

    assert installation.deploy(repository).code == 1

    told = shown(installation, sha, "ROLLED_BACK")
    assert "(handler.import-error" in told
    assert "Runtime.ImportModuleError: Unable to import module 'app'" in told
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "1"


def test_a_storm_of_throttles_only_slows_a_function_down(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, functions = unique("stormy-fn"), installation.client("lambda")
    repository.commit(lambda_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    before = installation.cloud.last_seq()
    storm = CallFaultSpec(service="lambda", kind="throttle", probability=0.5, times=4)
    installation.cloud.add_faults(calls=[storm], seed=7)
    repository.commit(lambda_files(f"prod/{name}", key="three.zip"))

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"] == "2"
    for action in ("UpdateFunctionCode", "PublishVersion", "UpdateAlias"):
        assert len(installation.cloud.mutations("lambda", action, since=before)) == 1
