"""Everything that people get wrong is answered with what is wrong and what to do; nothing is lost by it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import ecs_files, lambda_files
from tests.e2e.test_deploying import service_of

Unique = Callable[[str], str]


def test_an_unknown_repository(installation: Installation, tmp_path: Path) -> None:
    ran = installation.gmctl("commit", "deploy", "-r", f"file://{tmp_path}/none", "-b", "main", "--wait")

    assert ran.code == 1, ran.text
    assert "is not registered: gmctl repo add" in ran.out + ran.err
    assert "is not registered" in installation.gmctl("event", "list", "--output", "json").out


def test_an_unknown_branch(installation: Installation, repository: GitRepository) -> None:
    ran = installation.gmctl("commit", "deploy", "-r", repository.url, "-b", "elsewhere", "--wait")

    assert ran.code == 1, ran.text
    assert "elsewhere" in ran.out + ran.err


def test_a_repository_that_is_gone(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("survivor")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
    shutil.rmtree(repository.folder)

    ran = installation.deploy(repository, timeout=30)

    assert ran.code in {1, 4}, ran.text
    assert repository.url.removeprefix("file://") in ran.out + ran.err
    assert service_of(installation, name)["runningCount"] == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda prefix: {f"{prefix}_input.json": json.dumps({"picture": "nginx:1"})},
            ["_taskdef.json", "image"],
            id="undefined template name",
        ),
        pytest.param(
            lambda prefix: {
                f"{prefix}_input.json": json.dumps(
                    {"image": "x", "ref": {"file": ["infra/none.json"], "type": "JSON"}}
                )
            },
            ["infra/none.json", "_input.json"],
            id="missing reference file",
        ),
        pytest.param(
            lambda prefix: {f"{prefix}_svcdef.json": '{"cluster": "e2e",\n "serviceName": }'},
            ["_svcdef.json:2"],
            id="not JSON",
        ),
        pytest.param(
            lambda prefix: {f"{prefix}_svcdef.json": json.dumps({"serviceNam": "x", "cluster": "e2e"})},
            ["serviceNam", "serviceName"],
            id="unknown key",
        ),
        pytest.param(
            lambda_files,
            ["may not be both an ECS service", "_lambdadef.json"],
            id="ECS and Lambda under one prefix",
        ),
    ],
)
def test_files_that_cannot_be_deployed(
    installation: Installation,
    repository: GitRepository,
    unique: Unique,
    change: Callable[[str], dict[str, str | None]],
    expected: list[str],
) -> None:
    prefix = f"prod/{unique('wrong')}"
    sha = repository.commit({**ecs_files(prefix), **change(prefix)})

    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    [deployment] = installation.deployments(sha)
    assert deployment["state"] == "FAILED"
    for text in expected:
        assert text in deployment["because"], deployment["because"]
        assert text in ran.out + ran.err


def test_an_undefined_name_is_told_with_file_line_and_name(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    prefix = f"prod/{unique('undefined')}"
    files = ecs_files(prefix)
    files[f"{prefix}_input.json"] = "{}"
    line = next(
        number
        for number, text in enumerate((files[f"{prefix}_taskdef.json"] or "").splitlines(), start=1)
        if "{{ image }}" in text
    )
    sha = repository.commit(files)

    assert installation.deploy(repository).code == 1

    [deployment] = installation.deployments(sha)
    assert f"{prefix}_taskdef.json:{line}" in deployment["because"]
    assert "'image'" in deployment["because"] or "image" in deployment["because"]


def test_scenario_30_two_prefixes_that_claim_one_service(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name, one, two = unique("contested"), unique("one"), unique("two")
    sha = repository.commit({**ecs_files(f"a/{one}", name=name), **ecs_files(f"b/{two}", name=name)})

    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    for deployment in installation.deployments(sha):
        assert deployment["state"] == "FAILED"
        assert f"a/{one}" in deployment["because"]
        assert f"b/{two}" in deployment["because"]


def test_no_relevant_file(installation: Installation, repository: GitRepository) -> None:
    repository.commit({"docs/page.md": "words\n"})

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    assert "No relevant file changed" in ran.out


def test_scenario_28_an_empty_tree_deletes_nothing(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("kept")
    files = ecs_files(f"prod/{name}")
    repository.commit(files)
    assert installation.deploy(repository).code == 0

    sha = repository.commit({**dict.fromkeys(files), "README.md": None})
    ran = installation.deploy(repository)

    assert ran.code == 1, ran.text
    [deployment] = installation.deployments(sha)
    assert "would delete everything" in deployment["because"]
    assert service_of(installation, name)["runningCount"] == 1


@pytest.mark.parametrize(
    "poison",
    [
        pytest.param("no JSON at all {", id="not JSON"),
        pytest.param(
            json.dumps({"detail-type": "gitmoxi.push.v1", "detail": {"repository": 7}}), id="wrong schema"
        ),
        pytest.param(json.dumps({"detail-type": "unheard.of.v1", "detail": {}}), id="unknown type"),
        pytest.param("x" * 200_000, id="huge"),
    ],
)
def test_scenario_17_a_poison_message_goes_to_the_dead_letters_with_its_reason(
    installation: Installation, repository: GitRepository, unique: Unique, poison: str
) -> None:
    sqs, outputs = installation.client("sqs"), installation.cloud.outputs()
    sqs.send_message(QueueUrl=outputs["IngestorQueueUrl"], MessageBody=poison)

    [message] = sqs.receive_message(
        QueueUrl=outputs["IngestorDlqUrl"], WaitTimeSeconds=20, MessageAttributeNames=["All"]
    )["Messages"]

    assert message["Body"] == poison
    assert any("reason" in name.lower() for name in message["MessageAttributes"])
    sqs.delete_message(QueueUrl=outputs["IngestorDlqUrl"], ReceiptHandle=message["ReceiptHandle"])
    name = unique("after-poison")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0
