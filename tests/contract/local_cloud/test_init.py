"""``gmctl init`` against the local cloud: reads what lives there over HTTP, as it would read AWS."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest

from gitmoxi_gmctl.main import main
from tests.contract.local_cloud.conftest import REGION


@pytest.fixture
def gmctl(cloud, monkeypatch, tmp_path, capsys):
    """Runs gmctl with credentials from the environment, as a shell does; gives its code and its JSON."""
    for name, value in {
        "AWS_ENDPOINT_URL": cloud.endpoint,
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16),
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_REGION": REGION,
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "COLUMNS", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments):
        with pytest.raises(SystemExit) as end:
            main(["init", *arguments, "--dir", str(tmp_path), "--output", "json"])
        said = capsys.readouterr()
        assert not end.value.code, said.err
        return json.loads(said.out)

    return run


@pytest.fixture
def role(cloud):
    return f"arn:aws:iam::{cloud.account}:role/function"


@pytest.fixture
def package(code, name):
    """Content of its own: packages are known by their hash."""
    return code(f"hello from {name}")


@pytest.fixture
def function(aws, name, package, role):
    """A function whose alias ``live`` serves version 1."""
    functions = aws("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="index.handler",
        Role=role,
        Code={"ZipFile": package},
        Timeout=7,
        Environment={"Variables": {"GREETING": "{{hello}}"}},
        Tags={"team": "shop"},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    return name


def read(told, suffix):
    (path,) = (path for path in told["files"] if path.endswith(suffix))
    return json.loads(Path(path).read_text(encoding="utf-8"))


def test_a_service_is_written_and_its_first_dry_run_shows_nothing(aws, gmctl, name, tmp_path):
    ecs = aws("ecs")
    ecs.create_cluster(clusterName=name)
    ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[
            {"name": "web", "image": "nginx:1", "command": ["{{x}}"], "portMappings": [{"containerPort": 80}]}
        ],
    )
    ecs.create_service(
        cluster=name,
        serviceName="web",
        taskDefinition=name,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
        tags=[{"key": "team", "value": "shop"}],
    )
    told = gmctl("--cluster", name, "--service", "web")
    assert told["first_dry_run"] == []
    assert told["files"] == [str(tmp_path / f"web_{kind}.json") for kind in ("svcdef", "taskdef", "depdef")]
    assert read(told, "_taskdef.json")["containerDefinitions"] == [
        {"name": "web", "image": "nginx:1", "portMappings": [{"containerPort": 80}], "command": ["{{x}}"]}
    ]
    assert read(told, "_svcdef.json")["tags"] == [{"key": "team", "value": "shop"}]
    assert read(told, "_depdef.json")["environment"]["region"] == REGION


def test_a_zip_is_put_into_s3_and_its_first_dry_run_shows_nothing(aws, gmctl, function, package):
    s3 = aws("s3")
    s3.create_bucket(Bucket=function)
    told = gmctl("--function", function, "--code", f"s3://{function}/code/greet.zip")
    assert told["first_dry_run"] == []
    written = read(told, "_lambdadef.json")
    assert written["Code"] == {"S3Bucket": function, "S3Key": "code/greet.zip"}
    assert (written["Timeout"], written["Environment"]) == (7, {"Variables": {"GREETING": "{{hello}}"}})
    assert read(told, "_lambdadepdef.json")["alias"] == "live"
    assert s3.get_object(Bucket=function, Key="code/greet.zip")["Body"].read() == package


def test_a_version_of_the_package_is_named_where_the_bucket_keeps_versions(aws, gmctl, function):
    s3 = aws("s3")
    s3.create_bucket(Bucket=function)
    s3.put_bucket_versioning(Bucket=function, VersioningConfiguration={"Status": "Enabled"})
    told = gmctl("--function", function, "--code", f"s3://{function}/greet.zip")
    assert read(told, "_lambdadef.json")["Code"]["S3ObjectVersion"]
    assert told["first_dry_run"] == []


def test_a_package_that_lies_there_already_is_not_uploaded_again(aws, gmctl, function, package):
    s3 = aws("s3")
    s3.create_bucket(Bucket=function)
    s3.put_object(Bucket=function, Key="greet.zip", Body=package, ChecksumAlgorithm="SHA256")
    before = s3.head_object(Bucket=function, Key="greet.zip")["LastModified"]
    told = gmctl("--function", function, "--code", f"s3://{function}/greet.zip")
    assert told["first_dry_run"] == []
    assert s3.head_object(Bucket=function, Key="greet.zip")["LastModified"] == before
