"""Every service is killed at a named edge; the deployments end right, and each mutation is made once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gitmoxi_local.faults import ImageFaultSpec
from tests.e2e.installation import GitRepository, Installation, code_zip, put_code
from tests.e2e.samples import BUCKET, CLUSTER, code, ecs_files, lambda_files
from tests.e2e.test_deploying import image_of, service_of

EDGES = [
    pytest.param(
        {
            "INGESTOR": "ingest.after_reserve",
            "PLANNER": "plan.after_render",
            "ECS_DEPLOYER": "tick.after_act",
            "LAMBDA_DEPLOYER": "tick.after_act",
            "ROLLBACK": "tick.after_act",
        },
        id="intent committed, effect not recorded",
        marks=pytest.mark.xdist_group("e2e-crash-1"),
    ),
    pytest.param(
        {
            "INGESTOR": "ingest.after_commit",
            "PLANNER": "plan.after_commit",
            "ECS_DEPLOYER": "tick.after_record",
            "LAMBDA_DEPLOYER": "tick.after_record",
            "ROLLBACK": "tick.after_record",
        },
        id="effect recorded, message not deleted",
        marks=pytest.mark.xdist_group("e2e-crash-2"),
    ),
]


@pytest.mark.parametrize("edges", EDGES)
def test_scenario_1_3_a_kill_of_each_service_repeats_nothing_and_loses_nothing(
    tmp_path: Path, edges: dict[str, str]
) -> None:
    failpoints = {f"GITMOXI_FAILPOINTS_{service}": f"{edge}=kill:1" for service, edge in edges.items()}
    repository = GitRepository(tmp_path / "repository")
    with Installation(tmp_path / "installation", env=failpoints) as installation:
        installation.client("ecs").create_cluster(clusterName=CLUSTER)
        put_code(installation, BUCKET, {"one.zip": code_zip(code("one"))}, "us-east-1")
        assert installation.gmctl("repo", "add", "-r", repository.url, "-b", "main").code == 0

        repository.commit({**ecs_files("prod/web"), **lambda_files("prod/greeter")})
        created = installation.deploy(repository, timeout=140)
        assert created.code == 0, created.text + installation.log[-6000:]

        installation.cloud.add_faults(images=[ImageFaultSpec(match="web:bad", kind="cannot_pull")])
        sha = repository.commit({"prod/web_input.json": json.dumps({"image": "web:bad"})})
        undone = installation.deploy(repository, timeout=140)
        assert undone.code == 1, undone.text + installation.log[-6000:]

        assert [d["state"] for d in installation.deployments(sha)] == ["ROLLED_BACK"]
        service = service_of(installation, "web")
        assert (image_of(installation, service), service["runningCount"]) == ("nginx:1", 1)
        alias = installation.client("lambda").get_alias(FunctionName="greeter", Name="live")
        assert alias["FunctionVersion"] == "1"
        assert _mutations(installation) == {
            "ecs.CreateService": 1,
            "ecs.RegisterTaskDefinition": 2,
            "ecs.UpdateService": 2,
            "lambda.CreateAlias": 1,
            "lambda.CreateFunction": 1,
            "lambda.PublishVersion": 1,
        }
        died = {service.lower().replace("_", "-"): 1 for service in edges}
        assert installation.restarts == died, "each service died once, as asked, and only then"


def _mutations(installation: Installation) -> dict[str, int]:
    """The mutations of our own services, counted in the journal."""
    counts: dict[str, int] = {}
    for service in ("ecs", "lambda"):
        for entry in installation.cloud.mutations(service):
            if entry.caller == "e2e-tests":
                continue
            action = f"{service}.{entry.action.rstrip('0123456789')}"
            counts[action] = counts.get(action, 0) + 1
    return dict(sorted(counts.items()))
