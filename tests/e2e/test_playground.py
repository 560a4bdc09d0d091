"""After ``make up``, a commit in the playground is all that a deployment needs."""

from __future__ import annotations

import json
import subprocess
import time

import pytest

from gitmoxi_local.surroundings import CLUSTER
from tests.e2e.installation import Installation

pytestmark = pytest.mark.xdist_group("e2e-playground")

PATIENCE_SECONDS = 90.0
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")


def until(holds, what):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


def image_of_web(running):
    ecs = running.client("ecs")
    services = ecs.describe_services(cluster=CLUSTER, services=["web"])["services"]
    if not services or services[0]["runningCount"] < 2:
        return None
    found = ecs.describe_task_definition(taskDefinition=services[0]["taskDefinition"])
    return found["taskDefinition"]["containerDefinitions"][0]["image"]


def commit(playground, **values):
    """Edit the web service's values and commit, as a person does; what Git printed."""
    file = playground / "services/web/web_input.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))
    done = subprocess.run(
        ["git", *IDENTITY, "commit", "--all", "-m", "another image"],
        cwd=playground,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def test_a_commit_in_the_playground_is_deployed(tmp_path):
    with Installation(tmp_path, playground=True) as running:
        until(lambda: running.up["playground"], f"no playground:\n{running.log[-3000:]}")
        playground = tmp_path / "state" / "playground"
        assert running.up["playground"] == str(playground)
        until(lambda: image_of_web(running) is not None, "its first commit is not deployed")
        said = commit(playground, image="public.ecr.aws/nginx/nginx:1.28")
        assert "1 service object changed" in said
        until(lambda: image_of_web(running) == "public.ecr.aws/nginx/nginx:1.28", said)
    with Installation(tmp_path, playground=True) as running:
        until(lambda: running.up["playground"], f"no playground at the second start:\n{running.log[-3000:]}")
        assert "1.28" in (playground / "services/web/web_input.json").read_text()
        said = commit(playground, greeting="good night")
        assert "1 service object changed" in said, "the hook goes to the API of this start"
