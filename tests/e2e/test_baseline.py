"""Day one over real processes: a branch is registered with --baseline, and AWS is only read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import CLUSTER, ecs_files

Unique = Callable[[str], str]


def live(installation: Installation, name: str, *, image: str) -> None:
    """A service that somebody made by hand."""
    ecs = installation.client("ecs")
    files = ecs_files(f"prod/{name}", image=image)
    document = json.loads(str(files[f"prod/{name}_taskdef.json"]).replace("{{ image }}", image))
    ecs.register_task_definition(**document)
    service = json.loads(str(files[f"prod/{name}_svcdef.json"]))
    ecs.create_service(**service, taskDefinition=name)
    ecs.get_waiter("services_stable").wait(cluster=CLUSTER, services=[name], WaiterConfig={"Delay": 1})


def test_a_baseline_reports_everything_and_changes_nothing(
    installation: Installation, unique: Unique, tmp_path: Path
) -> None:
    equal, different, missing = unique("equal"), unique("different"), unique("missing")
    live(installation, equal, image="nginx:1")
    live(installation, different, image="nginx:0")
    repository = GitRepository(tmp_path / "dayone")
    added = installation.gmctl("repo", "add", "-r", repository.url, "-b", "main", "--baseline")
    assert added.code == 0, added.text
    before = installation.cloud.last_seq()

    for name in (equal, different, missing):
        repository.commit(ecs_files(f"prod/{name}"))
    done = installation.deploy(repository)

    assert done.code == 0, done.text
    assert installation.cloud.mutations("ecs", since=before) == []
    report = installation.gmctl(
        "commit", "baseline", "-r", repository.url, "-b", "main", "--output", "json"
    ).json
    assert {item["prefix"]: item["comparison"] for item in report["objects"]} == {
        f"prod/{equal}": "equal",
        f"prod/{different}": "differs",
        f"prod/{missing}": "missing",
    }

    sha = repository.commit(ecs_files(f"prod/{equal}", image="nginx:2"))
    done = installation.deploy(repository)

    assert done.code == 0, done.text
    assert [d["prefix"] for d in installation.deployments(sha)] == [f"prod/{equal}"]
    ecs = installation.client("ecs")
    (untouched,) = ecs.describe_services(cluster=CLUSTER, services=[different])["services"]
    assert untouched["taskDefinition"].endswith(f"/{different}:1")
