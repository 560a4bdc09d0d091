"""The notifier's stack installs beside the control plane's, hears its events, and its service can publish."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

import pytest
from aiobotocore.session import AioSession

from gitmoxi.adapters.feedback.sns import SnsChannel
from gitmoxi.domain.feedback import NotificationKind, NotificationTarget
from gitmoxi_local.process import LocalCloudProcess
from tests.contract.feedback.test_channels import a_notice

FOLDER = Path(__file__).parents[3] / "deploy" / "cloudformation"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    templates = [FOLDER / "gitmoxi.yaml", FOLDER / "notifier.yaml"]
    with LocalCloudProcess(state_dir=tmp_path_factory.mktemp("cloud"), templates=templates) as process:
        yield process


@pytest.fixture
def client_of(cloud):
    def make(service):
        return AioSession().create_client(
            service,
            region_name=cloud.region,
            endpoint_url=cloud.endpoint,
            aws_access_key_id="contract-tests",
            aws_secret_access_key=secrets.token_hex(16),
        )

    return make


@pytest.mark.parametrize(
    ("source", "kind", "heard"),
    [
        pytest.param("gitmoxi", "commit.ingested.v1", True, id="a commit"),
        pytest.param("gitmoxi", "deployment.failed.v1", True, id="the end of a deployment"),
        pytest.param("gitmoxi", "dryrun.ended.v1", True, id="the end of a dry run"),
        pytest.param("gitmoxi", "deployment.step.completed.v1", False, id="a step between"),
        pytest.param("somebody", "deployment.failed.v1", False, id="a stranger's fact"),
    ],
)
async def test_its_queue_hears(cloud, client_of, source, kind, heard):
    mark = secrets.token_hex(4)
    entry = {
        "Source": source,
        "DetailType": kind,
        "Detail": json.dumps({"mark": mark}),
        "EventBusName": cloud.outputs["BusName"],
    }
    async with client_of("events") as events, client_of("sqs") as sqs:
        end = {**entry, "Source": "gitmoxi", "DetailType": "deployment.held.v1"}
        assert (await events.put_events(Entries=[entry, end]))["FailedEntryCount"] == 0
        kinds = set()
        while "deployment.held.v1" not in kinds:
            answer = await sqs.receive_message(
                QueueUrl=cloud.outputs["NotifierQueueUrl"], WaitTimeSeconds=10, MaxNumberOfMessages=10
            )
            assert answer.get("Messages"), "the last event must come"
            for message in answer["Messages"]:
                event = json.loads(message["Body"])
                if event["detail"]["mark"] == mark:
                    kinds.add(event["detail-type"])
                await sqs.delete_message(
                    QueueUrl=cloud.outputs["NotifierQueueUrl"], ReceiptHandle=message["ReceiptHandle"]
                )
    assert (kind in kinds) is heard


async def test_a_topic_s_subscriber_gets_the_notice_and_filters_by_its_attributes(client_of):
    async with client_of("sns") as sns, client_of("sqs") as sqs:
        topic = (await sns.create_topic(Name=f"notices-{secrets.token_hex(4)}"))["TopicArn"]
        queue = (await sqs.create_queue(QueueName=f"notices-{secrets.token_hex(4)}"))["QueueUrl"]
        told = await sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        await sns.subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=told["Attributes"]["QueueArn"],
            Attributes={"FilterPolicy": json.dumps({"outcome": ["failure"]})},
        )

        class OneClient:
            async def client(self, service, *, account=None, region=None):
                return sns

        target = NotificationTarget(kind=NotificationKind.SNS, address=topic)
        await SnsChannel(OneClient()).send(target, a_notice())
        answer = await sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=10)
    (message,) = answer["Messages"]
    envelope = json.loads(message["Body"])
    assert json.loads(envelope["Message"])["id"] == "d-1.failed"
    assert envelope["Subject"] == a_notice().title
