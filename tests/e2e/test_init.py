"""What somebody made by hand, written by ``gmctl init``, committed and pushed: nothing is changed."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
from collections.abc import Callable
from typing import Any

from tests.e2e.installation import GMCTL, GitRepository, Installation, code_zip
from tests.e2e.samples import BUCKET, CLUSTER, code

Unique = Callable[[str], str]


def init(installation: Installation, repository: GitRepository, *arguments: str) -> dict[str, Any]:
    """``gmctl init`` into the repository, with credentials of its own as a person has them."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "GITMOXI_"))}
    own = {
        "AWS_ENDPOINT_URL": installation.up["endpoint"],
        "AWS_ACCESS_KEY_ID": "somebody",
        "AWS_SECRET_ACCESS_KEY": secrets.token_hex(8),
        "AWS_REGION": "us-east-1",
    }
    done = subprocess.run(
        [GMCTL, "init", *arguments, "--dir", str(repository.folder / "prod"), "--output", "json"],
        env=plain | own,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["first_dry_run"] == []
    return told


def test_a_service_made_by_hand_is_taken_over_unchanged(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, ecs = unique("handmade"), installation.client("ecs")
    container = {"name": "main", "image": "nginx:1", "command": ["sh", "-c", "echo {{ not a template }}"]}
    ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[container],
    )
    ecs.create_service(
        cluster=CLUSTER,
        serviceName=name,
        taskDefinition=name,
        desiredCount=1,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}},
    )
    ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=[name], WaiterConfig={"Delay": 1})
    init(installation, repository, "--cluster", CLUSTER, "--service", name)
    before = installation.cloud.last_seq()

    sha = repository.commit(message="take over")
    assert (taken := installation.deploy(repository)).code == 0, taken.text

    assert [d["state"] for d in installation.deployments(sha)] == ["NO_CHANGE"]
    assert installation.cloud.mutations("ecs", since=before) == []


def test_a_zip_function_made_by_hand_is_taken_over_unchanged(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, functions = unique("handmade"), installation.client("lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="app.handler",
        Role="arn:aws:iam::000000000000:role/e2e",
        Code={"ZipFile": code_zip(code(name))},
        MemorySize=256,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 1})
    version = functions.publish_version(FunctionName=name)["Version"]
    functions.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    init(installation, repository, "--function", name, "--code", f"s3://{BUCKET}/{name}.zip")
    before = installation.cloud.last_seq()

    sha = repository.commit(message="take over")
    assert (taken := installation.deploy(repository)).code == 0, taken.text

    assert [d["state"] for d in installation.deployments(sha)] == ["NO_CHANGE"]
    assert installation.cloud.mutations("lambda", since=before) == []
