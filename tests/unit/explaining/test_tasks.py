"""Stopped tasks: which container ended them, and what its exit code means."""

from __future__ import annotations

import pytest

from gitmoxi.explaining.explaining import MOST_LOG_LINES, explain_task
from gitmoxi.explaining.signs import FailedTask, StoppedContainer
from tests.unit.explaining.documented import IMAGE, MESSAGES, REPOSITORY, SECRET

EXITED = "Essential container in task exited"


def exited(*codes, **fields):
    containers = tuple(StoppedContainer(name=f"c{n}", exit_code=code) for n, code in enumerate(codes))
    return FailedTask(stop_code="EssentialContainerExited", reason=EXITED, containers=containers, **fields)


@pytest.mark.parametrize(
    ("code", "id_"),
    [
        (0, "container.finished"),
        (1, "container.error"),
        (125, "container.runtime-error"),
        (126, "container.command-not-executable"),
        (127, "container.command-not-found"),
        (134, "container.aborted"),
        (137, "container.killed"),
        (139, "container.crashed"),
        (143, "container.terminated"),
        (255, "container.entry-point-failed"),
        (42, "container.exited"),
        (-1, "container.exited"),
    ],
)
def test_exit_codes(code, id_):
    explained = explain_task(exited(code))
    assert explained.id == id_
    assert "container c0" in explained.cause
    assert str(code) in explained.cause
    assert explained.evidence == (EXITED, f"container c0: exit code {code}")


@pytest.mark.parametrize(
    ("codes", "culprit"),
    [
        pytest.param((137, 1, 143), "c1", id="an error before those that ECS kills afterwards"),
        pytest.param((0, 143), "c0", id="an end before an orderly stop"),
        pytest.param((0, 137), "c1", id="killed before ended"),
        pytest.param((None, 3), "c1", id="one that never ran is not it"),
    ],
)
def test_the_container_that_ended_the_task_is_named(codes, culprit):
    assert f"container {culprit}" in explain_task(exited(*codes)).cause


def test_exit_codes_do_not_blame_a_task_that_ecs_stopped():
    containers = (StoppedContainer(name="web", exit_code=137),)
    reason = "Task failed ELB health checks in (target-group x)"
    task = FailedTask(stop_code="ServiceSchedulerInitiated", reason=reason, containers=containers)
    assert explain_task(task).id == "target.failed-checks"


@pytest.mark.parametrize(
    ("stop_code", "id_"),
    [
        ("SpotInterruption", "capacity.spot-interrupted"),
        ("TerminationNotice", "capacity.host-gone"),
        ("InfrastructureHealth", "capacity.host-gone"),
        ("UserInitiated", "task.stopped-by-user"),
        ("TaskFailedToStart", "unknown"),
        ("ServiceSchedulerInitiated", "unknown"),
        ("SomethingNew", "unknown"),
    ],
)
def test_stop_codes_tell_when_nothing_else_does(stop_code, id_):
    explained = explain_task(FailedTask(stop_code=stop_code))
    assert explained.id == id_
    assert explained.evidence == (f"stopCode {stop_code}",)


def test_a_task_of_which_aws_says_nothing():
    explained = explain_task(FailedTask())
    assert (explained.id, explained.cause, explained.evidence) == ("unknown", "AWS gave no reason.", ())


def test_an_essential_container_without_an_exit_code():
    assert explain_task(FailedTask(reason=EXITED)).id == "container.exited"


def test_the_container_that_aws_speaks_of_is_named():
    containers = (
        StoppedContainer(name="web", exit_code=1),
        StoppedContainer(
            name="db", reason="OutOfMemoryError: Container killed due to memory usage", exit_code=137
        ),
    )
    assert explain_task(FailedTask(reason=EXITED, containers=containers)).cause.startswith(
        "The container db "
    )


def test_log_lines_are_evidence_only():
    lines = tuple(f"line {n}: CannotPullContainerError hunter{n}" for n in range(30))
    explained = explain_task(exited(1, log_lines=lines))
    assert explained.id == "container.error"
    assert "hunter" not in explained.cause + explained.advice
    assert [line for line in explained.evidence if line.startswith("log: ")] == [
        f"log: {line}" for line in lines[-MOST_LOG_LINES:]
    ]


@pytest.mark.parametrize(
    ("id_", "statement"),
    [
        pytest.param(
            "image.pull-denied",
            f'{{"Effect": "Allow", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], '
            f'"Resource": "{REPOSITORY}"}}',
            id="the repository of the image",
        ),
        pytest.param(
            "image.registry-login-denied",
            '{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}',
            id="a login knows no resource",
        ),
        pytest.param(
            "secret.denied",
            f'{{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "{SECRET}"}}',
            id="the secret",
        ),
        pytest.param(
            "logs.denied",
            '"Resource": "arn:aws:logs:us-east-1:111122223333:log-group:/ecs/web:log-stream:ecs/web/9f2c"}',
            id="the log stream",
        ),
    ],
)
def test_a_missing_permission_is_ready_to_be_pasted(id_, statement):
    assert statement in explain_task(FailedTask(reason=MESSAGES[id_][0])).advice


@pytest.mark.parametrize(
    ("id_", "name"),
    [
        ("image.not-found", f"image {IMAGE}"),
        ("secret.not-found", f"secret or parameter {SECRET}"),
        ("secret.json-key-missing", "DB_HOST"),
        ("task.no-free-addresses", "subnet subnet-0abc"),
        ("image.wrong-platform", "linux/amd64"),
        ("volume.efs-path-missing", "file system fs-01234567"),
        ("logs.denied", "log group /ecs/web"),
        ("code.bucket-in-other-region", "us-east-2"),
    ],
)
def test_names_are_filled_in(id_, name):
    assert name in explain_task(FailedTask(reason=MESSAGES[id_][0])).cause


def test_a_task_as_aws_describes_it():
    described = {
        "stopCode": "EssentialContainerExited",
        "stoppedReason": EXITED,
        "containers": [{"name": "web", "exitCode": 1, "reason": None}, {"name": "log"}],
    }
    assert FailedTask.from_aws(described, ["bye"]) == FailedTask(
        stop_code="EssentialContainerExited",
        reason=EXITED,
        containers=(StoppedContainer(name="web", exit_code=1), StoppedContainer(name="log")),
        log_lines=("bye",),
    )
    assert FailedTask.from_aws({}) == FailedTask()
