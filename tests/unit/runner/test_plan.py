"""What is started: each instance with its own access key, and nothing that leads to a real account."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmoxi_gmctl.up.plan import (
    MODULES,
    Cloud,
    UpOptions,
    UpUsageError,
    cloud_of,
    cloud_spec,
    parse_scale,
    service_specs,
)

CLOUD = Cloud(
    endpoint="http://127.0.0.1:4566",
    region="us-east-1",
    account="000000000000",
    outputs="/state/outputs.json",
)


def options(folder: Path = Path("/state"), **changes) -> UpOptions:
    values = {"state_dir": folder, "port": 4566, "api_port": 8080, "template": Path("/t.yaml")}
    return UpOptions(**values | changes)


def specs(inherited=None, **changes):
    return {spec.name: spec for spec in service_specs(options(**changes), CLOUD, inherited or {})}


def test_there_is_one_of_each_service():
    assert list(specs()) == [
        "ingestor",
        "planner",
        "ecs-deployer",
        "lambda-deployer",
        "rollback",
        "notifier",
        "api",
    ]
    assert {spec.command[-1] for spec in specs().values()} == set(MODULES.values())


def test_more_instances_have_numbers_keys_and_folders_of_their_own():
    found = specs(scale={"ecs-deployer": 3})
    same = [spec for spec in found.values() if spec.service == "ecs-deployer"]
    assert [spec.name for spec in same] == ["ecs-deployer", "ecs-deployer-2", "ecs-deployer-3"]
    assert len({spec.environment["GITMOXI_GIT_FOLDER"] for spec in same}) == 3
    keys = [spec.environment["AWS_ACCESS_KEY_ID"] for spec in found.values()]
    secrets = {spec.environment["AWS_SECRET_ACCESS_KEY"] for spec in found.values()}
    assert len(set(keys)) == len(secrets) == len(found) == 9
    assert keys == [spec.access_key_id for spec in found.values()]


def test_keys_name_their_service_and_are_made_anew_each_time():
    first, second = specs()["rollback"].access_key_id, specs()["rollback"].access_key_id
    assert first.startswith("LOCALROLLBACK")
    assert first != second


def test_a_service_is_led_to_the_local_cloud():
    environment = specs()["planner"].environment
    assert environment["GITMOXI_MODE"] == "local"
    assert environment["GITMOXI_STACK_OUTPUTS"] == "file:/state/outputs.json"
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_REGION"] == "us-east-1"
    assert environment["GITMOXI_GIT_ALLOW_FILE"] == "1"
    assert environment["GITMOXI_HEALTH_PORT"] == "0"
    assert environment["GITMOXI_GIT_FOLDER"] == "/state/git/planner"


def test_which_git_servers_may_be_asked_is_the_callers_to_say():
    chosen = {"GITMOXI_GIT_ALLOWED_HOSTS": "127.0.0.1", "GITMOXI_GIT_CA_FILE": "/own/authority.pem"}
    assert chosen.items() <= specs(chosen)["ingestor"].environment.items()
    assert not chosen.keys() & specs()["ingestor"].environment.keys(), "nothing is opened by itself"


def test_nothing_of_the_callers_aws_settings_reaches_a_process(tmp_path):
    inherited = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "t",
        "AWS_ENDPOINT_URL_SQS": "https://sqs.eu-west-1.amazonaws.com",
        "PATH": "/bin",
    }
    for spec in (*specs(inherited).values(), cloud_spec(options(tmp_path), inherited)):
        for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_SQS"):
            assert name not in spec.environment
        assert spec.environment["PATH"] == "/bin"
    assert specs(inherited)["api"].environment["AWS_SHARED_CREDENTIALS_FILE"] == "/dev/null"


def test_a_proxy_does_not_come_between_processes_of_one_machine():
    environment = specs({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"})["api"].environment
    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_settings_of_the_caller_are_passed_on():
    environment = specs({"GITMOXI_POLL_INTERVAL_SECONDS": "3600", "GITMOXI_LOG_LEVEL": "debug"})[
        "api"
    ].environment
    assert environment["GITMOXI_POLL_INTERVAL_SECONDS"] == "3600"
    assert environment["GITMOXI_LOG_LEVEL"] == "debug"
    assert specs(log_level="warning")["api"].environment["GITMOXI_LOG_LEVEL"] == "warning"


def test_only_the_api_has_a_port_to_be_reached_at():
    found = specs(api_port=0)
    assert found["api"].environment["GITMOXI_API_PORT"] == "0"
    assert found["api"].environment["GITMOXI_API_HOST"] == "127.0.0.1"
    assert "GITMOXI_API_PORT" not in found["planner"].environment


def test_failpoints_kill_the_first_instance_that_is_named_only():
    inherited = {"GITMOXI_FAILPOINTS_ECS_DEPLOYER": "tick.after_commit=kill:1"}
    found = specs(inherited, scale={"ecs-deployer": 2})
    first = {name: dict(spec.first_environment) for name, spec in found.items() if spec.first_environment}
    assert first == {"ecs-deployer": {"GITMOXI_FAILPOINTS": "tick.after_commit=kill:1"}}
    assert not [name for spec in found.values() for name in spec.environment if "FAILPOINTS" in name]


def test_failpoints_for_all_are_for_all_but_where_a_service_has_its_own():
    inherited = {"GITMOXI_FAILPOINTS": "a=kill:1", "GITMOXI_FAILPOINTS_PLANNER": "b=kill:2"}
    found = specs(inherited)
    assert found["ingestor"].first_environment == {"GITMOXI_FAILPOINTS": "a=kill:1"}
    assert found["planner"].first_environment == {"GITMOXI_FAILPOINTS": "b=kill:2"}


def test_the_cloud_is_ready_when_its_file_says_so(tmp_path):
    folder = tmp_path / "cloud"
    folder.mkdir()
    (folder / "ready.json").write_text("{}")
    spec = cloud_spec(options(tmp_path, port=0, faults=Path("/faults.json")), {})
    assert spec.ready("a line of an earlier run's file") is None
    told = {"endpoint": "http://127.0.0.1:1", "region": "r", "account": "a", "outputs": "o", "pid": 1}
    (folder / "ready.json").write_text(json.dumps(told))
    assert cloud_of(spec.ready("any line")) == Cloud(
        endpoint="http://127.0.0.1:1", region="r", account="a", outputs="o"
    )
    assert spec.command[-2:] == ("--faults", "/faults.json")
    assert spec.command[spec.command.index("--template") + 1] == "/t.yaml"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("api=2", id="the API has one port"),
        pytest.param("deployer=2", id="no such service"),
        pytest.param("planner", id="no number"),
        pytest.param("planner=0", id="none"),
        pytest.param("planner=two", id="a word"),
        pytest.param("planner=17", id="too many"),
    ],
)
def test_a_scale_that_cannot_be(text):
    with pytest.raises(UpUsageError, match=r"write SERVICE=N .* ingestor, planner"):
        parse_scale([text])


def test_scales():
    assert parse_scale(["ecs-deployer=2", "planner=3"]) == {"ecs-deployer": 2, "planner": 3}
