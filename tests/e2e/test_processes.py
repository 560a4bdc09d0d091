"""Five services, each its own processes: keys, health, logs, metrics, both workers at work."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.e2e.conftest import WORKERS
from tests.e2e.installation import GitRepository, Installation
from tests.e2e.samples import ecs_files, lambda_files

Unique = Callable[[str], str]


def names_of(service: str) -> tuple[str, str]:
    return service, f"{service}-2"


def test_every_service_is_two_processes_with_keys_of_their_own(installation: Installation) -> None:
    pids, keys = installation.up["pids"], installation.up["access_keys"]

    for service in WORKERS:
        assert {*names_of(service)} <= {*pids}
        assert {*names_of(service)} <= {*keys}
    assert len({*pids.values()}) == len(pids)
    assert len({*keys.values()}) == len(keys)


def test_both_workers_of_a_kind_work(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    files: dict[str, str | None] = {}
    for _ in range(6):
        name = unique("crowd")
        files |= {**ecs_files(f"prod/{name}"), **lambda_files(f"prod/{name}-fn")}
    repository.commit(files)

    ran = installation.deploy(repository)

    assert ran.code == 0, ran.text
    for service, api in (("ecs-deployer", "ecs"), ("lambda-deployer", "lambda")):
        keys = {installation.up["access_keys"][name] for name in names_of(service)}
        assert {entry.caller for entry in installation.cloud.mutations(api)} >= keys


@pytest.mark.parametrize("service", WORKERS)
def test_both_workers_of_every_kind_take_messages(installation: Installation, service: str) -> None:
    sqs, outputs = installation.client("sqs"), installation.cloud.outputs()
    queue = outputs[f"{service.title().replace('-', '')}QueueUrl"]
    sweep = {"detail-type": "gitmoxi.sweep.v1", "source": "e2e", "detail": {}}
    limit = time.monotonic() + 60

    while idle := [name for name in names_of(service) if not settled_by(installation, name)]:
        assert time.monotonic() < limit, f"{idle} took no message"
        entries = [{"Id": str(n), "MessageBody": json.dumps(sweep)} for n in range(10)]
        assert not sqs.send_message_batch(QueueUrl=queue, Entries=entries).get("Failed")


def settled_by(installation: Installation, name: str) -> bool:
    return any(line["event"] == "message.settled" for line in installation.service_log(name))


def test_each_service_answers_for_its_health(installation: Installation) -> None:
    for name in (name for service in WORKERS for name in names_of(service)):
        [ready] = [line for line in installation.service_log(name) if line["event"] == "service.ready"]
        for path in ("/healthz", "/readyz"):
            answer = first_success(ready["health"] + path)
            assert answer.status_code == 200, (name, path, answer.text)


def first_success(url: str) -> httpx.Response:
    """A service is ready once its first long poll has come back, which takes up to five seconds."""
    limit = time.monotonic() + 20
    while True:
        answer = httpx.get(url, trust_env=False, timeout=10)
        if answer.is_success or time.monotonic() > limit:
            return answer
        time.sleep(0.2)


def test_one_canonical_line_for_each_message_reaches_cloudwatch_with_metrics(
    installation: Installation, repository: GitRepository, unique: Unique
) -> None:
    name = unique("logged")
    repository.commit(ecs_files(f"prod/{name}"))
    assert installation.deploy(repository).code == 0

    written = [line for one in names_of("ecs-deployer") for line in installation.service_log(one)]
    lines = [line for line in written if line["event"] == "message.settled"]
    assert len({(line["message_id"], line["receive_count"]) for line in lines}) == len(lines)
    moved = [line for line in lines if line.get("outcome") == "moved" and name in line.get("target", "")]
    assert moved
    assert all(line["because"] for line in moved)

    logs = installation.client("logs")
    group = installation.cloud.outputs()["EcsDeployerLogGroup"]
    events = logs.filter_log_events(logGroupName=group, filterPattern="")["events"]
    assert any(json.loads(event["message"]).get("event") == "message.settled" for event in events)

    now = datetime.now(UTC)
    answer = installation.client("cloudwatch").get_metric_data(
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(minutes=5),
        MetricDataQueries=[
            {
                "Id": "ticks",
                "MetricStat": {
                    "Metric": {
                        "Namespace": "Gitmoxi",
                        "MetricName": metric,
                        "Dimensions": [{"Name": "service", "Value": "ecs-deployer"}],
                    },
                    "Period": 60,
                    "Stat": "SampleCount",
                },
            }
            for metric in ("Ticks",)
        ],
    )
    assert sum(answer["MetricDataResults"][0]["Values"]) >= 1
