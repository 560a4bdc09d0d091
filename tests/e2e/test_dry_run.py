"""A dry run shows what a deployment would do; AWS and our own records say that nothing was done."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.installation import GitRepository, Installation, Ran
from tests.e2e.samples import deleted, ecs_files, lambda_files

Unique = Callable[[str], str]


def dry_run(installation: Installation, repository: GitRepository, *options: str) -> Ran:
    return installation.gmctl("commit", "dryrun", "-r", repository.url, "-b", "main", *options)


def records_of(installation: Installation, repository: GitRepository) -> dict[str, Any]:
    """What gmctl and DynamoDB know of the branch: its commits, and every item that is no dry run."""
    commits = installation.gmctl("commit", "get", "-r", repository.url, "-b", "main", "--output", "json").json
    dynamodb, outputs = installation.client("dynamodb"), installation.cloud.outputs()
    tables = ("RepositoriesTable", "CommitsTable", "DeploymentsTable", "TargetsTable")
    items = {
        (item["pk"]["S"], item["sk"]["S"]): item.get("record", {}).get("S")
        for table in tables
        for page in dynamodb.get_paginator("scan").paginate(TableName=outputs[table])
        for item in page["Items"]
        if not item["pk"]["S"].startswith("DRYRUN#")
    }
    return {"commits": commits, "items": items}


def test_a_dry_run_shows_all_that_would_be_done_and_does_nothing(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    same, changed, gone, new, spoilt = (
        f"prod/{unique(stem)}" for stem in ("same", "changed", "gone", "new", "spoilt")
    )
    first = {**ecs_files(same), **ecs_files(changed), **ecs_files(gone), **ecs_files(spoilt)}
    deployed = repository.commit(first)
    assert (ran := installation.deploy(repository)).code == 0, ran.text
    sha = repository.commit(
        {
            f"{same}_input.json": json.dumps({"image": "nginx:1", "unused": 1}),
            f"{changed}_input.json": json.dumps({"image": "nginx:2"}),
            **deleted(ecs_files(gone)),
            **lambda_files(new),
            f"{spoilt}_svcdef.json": json.dumps({"cluster": "e2e", "serviceNam": "x"}, indent=2),
        }
    )
    before, records = installation.cloud.last_seq(), records_of(installation, repository)

    ran = dry_run(installation, repository, "--output", "json", "-p")

    assert ran.code == 1, ran.text
    found = ran.json
    assert (found["state"], found["sha"], found["previous_sha"]) == ("PLANNED", sha, deployed)
    objects = {item["prefix"]: item for item in found["report"]["objects"]}
    assert {prefix: item["outcome"] for prefix, item in objects.items()} == {
        same: "nothing",
        changed: "update",
        gone: "delete",
        new: "create",
        spoilt: "refused",
    }
    images = [(d["before"], d["after"]) for d in objects[changed]["plan"]["differences"]]
    assert any("nginx:1" in str(old) and "nginx:2" in str(wanted) for old, wanted in images)
    assert "ecs:UpdateService" in {call["api"] for call in objects[changed]["plan"]["calls"]}
    assert "lambda:CreateFunction" in {call["api"] for call in objects[new]["plan"]["calls"]}
    assert objects[spoilt]["findings"][0]["file"] == f"{spoilt}_svcdef.json"
    assert json.loads(objects[changed]["rendered"][f"{changed}_taskdef.json"])["containerDefinitions"][0][
        "image"
    ] == ("nginx:2")

    assert installation.cloud.mutations("ecs", since=before) == []
    assert installation.cloud.mutations("lambda", since=before) == []
    assert records_of(installation, repository) == records
    assert installation.deployments(sha) == []


def test_a_pull_request_is_tried_before_it_is_merged(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("tried")
    repository.commit(ecs_files(f"prod/{name}"))
    assert (ran := installation.deploy(repository)).code == 0, ran.text
    repository.switch_to_new("feature/scale")
    sha = repository.commit(ecs_files(f"prod/{name}", count=3))

    ran = dry_run(installation, repository, "--head", "feature/scale", "--output", "markdown")

    assert ran.code == 0, ran.text
    assert ran.out.startswith("### Gitmoxi dry run: 1 to update\n")
    assert f"`main` with the tree of `feature/scale` at `{sha[:12]}`" in ran.out
    assert "  service desiredCount\n-   1\n+   3\n" in ran.out
    assert (
        dry_run(installation, repository)
        .out.rstrip()
        .endswith("No service object would be deployed. Nothing was changed.")
    )


def test_a_branch_that_is_not_registered_is_told_at_once(
    installation: Installation, repository: GitRepository
) -> None:
    ran = installation.gmctl("commit", "dryrun", "-r", repository.url, "-b", "release")

    assert ran.code == 1
    assert "Branch release of" in ran.err
    assert "registered are: main" in ran.err
