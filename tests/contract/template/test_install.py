"""The template installs through CloudFormation, and what it installs carries events and gives out names."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import aiobotocore.session
import boto3
import pytest

from gitmoxi.domain.states import Worker
from gitmoxi.runtime.settings import Settings
from gitmoxi.runtime.stack_outputs import load_stack_outputs
from gitmoxi_local import install

TEMPLATE = Path(__file__).parents[3] / "deploy" / "cloudformation" / "gitmoxi.yaml"
REGION = "eu-west-1"
PATIENCE_SECONDS = 60.0


class Emulator:
    """A process that speaks AWS's protocols on loopback."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.client_options = {
            "endpoint_url": f"http://127.0.0.1:{self.port}",
            "region_name": REGION,
            "aws_access_key_id": secrets.token_hex(10),
            "aws_secret_access_key": secrets.token_hex(20),
        }
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "BIND_HOST": "127.0.0.1",
            "GATEWAY_PORT": str(self.port),
        }
        self.log = (folder / "emulator.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=folder,
            env=environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait_until_it_listens(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            assert self.process.poll() is None, "the emulator ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"the emulator did not listen within {PATIENCE_SECONDS} s")

    def client(self, service):
        return boto3.client(service, **self.client_options)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self.log.close()


@pytest.fixture(scope="module")
def emulator(tmp_path_factory):
    emulator = Emulator(tmp_path_factory.mktemp("emulator"))
    try:
        emulator.wait_until_it_listens()
        yield emulator
    finally:
        emulator.close()


@pytest.fixture(scope="module")
def stack(emulator):
    """The outputs of the installed stack."""
    cloudformation = emulator.client("cloudformation")
    cloudformation.create_stack(
        StackName="blue",
        TemplateBody=TEMPLATE.read_text(),
        Parameters=[{"ParameterKey": "Installation", "ParameterValue": "blue"}],
        Capabilities=["CAPABILITY_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="blue", WaiterConfig={"Delay": 0.2, "MaxAttempts": 300}
    )
    (stack,) = cloudformation.describe_stacks(StackName="blue")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


async def test_services_learn_the_outputs_from_parameter_store(emulator, stack):
    session = aiobotocore.session.get_session()
    settings = Settings(installation="blue", aws_region=REGION)
    outputs = await load_stack_outputs(
        settings, lambda: session.create_client("ssm", **emulator.client_options)
    )
    assert (
        outputs.model_dump(by_alias=True, exclude_none=True) == stack
    )  # the notifier has a stack of its own
    assert outputs.log_group(Worker.ECS_DEPLOYER) == "/gitmoxi/blue/ecs-deployer"


@pytest.mark.parametrize(
    ("bus", "detail_type", "detail", "queue"),
    [
        pytest.param(None, "gitmoxi.push.v1", {}, "IngestorQueueUrl", id="anyone's push, default bus"),
        pytest.param("BusName", "gitmoxi.push.v1", {}, "IngestorQueueUrl", id="anyone's push, our bus"),
        pytest.param("BusName", "commit.ingested.v1", {}, "PlannerQueueUrl", id="a commit"),
        pytest.param("BusName", "gitmoxi.dryrun.requested.v1", {}, "IngestorQueueUrl", id="a dry run"),
        pytest.param("BusName", "dryrun.ingested.v1", {}, "PlannerQueueUrl", id="an ingested dry run"),
        pytest.param(
            "BusName",
            "deployment.planned.v1",
            {"worker": "lambda-deployer"},
            "LambdaDeployerQueueUrl",
            id="a plan",
        ),
    ],
)
def test_an_event_reaches_its_queue(emulator, stack, bus, detail_type, detail, queue):
    marked = {**detail, "mark": secrets.token_hex(4)}
    entry = {"Source": "test", "DetailType": detail_type, "Detail": json.dumps(marked)}
    if bus is not None:
        entry["EventBusName"] = stack[bus]
    assert emulator.client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0
    received = emulator.client("sqs").receive_message(
        QueueUrl=stack[queue], WaitTimeSeconds=10, MaxNumberOfMessages=10
    )
    details = [json.loads(message["Body"])["detail"] for message in received.get("Messages", [])]
    assert marked in details


@pytest.mark.parametrize(
    "queue", ["IngestorQueueUrl", "IngestorDlqUrl", "RollbackQueueUrl", "RollbackDlqUrl"]
)
def test_queue_and_dead_letters_have_the_same_policy(emulator, stack, queue):
    attributes = emulator.client("sqs").get_queue_attributes(
        QueueUrl=stack[queue], AttributeNames=["Policy"]
    )["Attributes"]
    assert {statement["Sid"] for statement in json.loads(attributes["Policy"])["Statement"]} == {
        "OwnRules",
        "Owner",
    }


def test_a_table_cannot_be_deleted_by_accident(emulator, stack):
    dynamodb = emulator.client("dynamodb")
    with pytest.raises(dynamodb.exceptions.ClientError, match="protect"):
        dynamodb.delete_table(TableName=stack["DeploymentsTable"])


def test_due_deployments_are_found_with_just_what_a_wake_needs(emulator, stack):
    dynamodb = emulator.client("dynamodb")
    item = {
        "pk": "D#1",
        "sk": "HEAD",
        "due_pk": "DUE#x#0",
        "due_at": "2026-01-01",
        "version": "3",
        "owner": "x",
    }
    stored = {key: {"S": value} for key, value in (item | {"because": "long text"}).items()}
    dynamodb.put_item(TableName=stack["DeploymentsTable"], Item=stored)
    found = dynamodb.query(
        TableName=stack["DeploymentsTable"],
        IndexName="due",
        KeyConditionExpression="due_pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "DUE#x#0"}},
    )["Items"]
    assert [{key: value["S"] for key, value in row.items()} for row in found] == [item]


async def test_another_emulator_gets_the_control_plane_by_one_command(emulator, tmp_path):
    """What the containers' profile for LocalStack runs; the services then read the file that it wrote."""
    outputs = tmp_path / "outputs.json"
    place = ["--endpoint", f"http://127.0.0.1:{emulator.port}", "--region", REGION]
    assert install.main([*place, "--template", str(TEMPLATE), "--outputs", str(outputs)]) == 0
    settings = Settings(aws_region=REGION, stack_outputs=f"file:{outputs}")
    found = await load_stack_outputs(settings, no_client)
    queues = emulator.client("sqs").list_queues()["QueueUrls"]
    assert name_in(found.queue_url(Worker.INGESTOR)) in {name_in(url) for url in queues}


def test_a_template_that_is_refused_is_said_and_nothing_is_written(emulator, tmp_path, capsys):
    broken, outputs = tmp_path / "broken.yaml", tmp_path / "outputs.json"
    broken.write_text("Resources: {Queue: {Type: 'AWS::SQS::Nothing'}}")
    place = ["--endpoint", f"http://127.0.0.1:{emulator.port}", "--region", REGION]
    assert install.main([*place, "--template", str(broken), "--outputs", str(outputs)]) == 1
    assert str(broken) in capsys.readouterr().err
    assert not outputs.exists()


def name_in(queue_url):
    return queue_url.rsplit("/", 1)[1]


def no_client():
    raise AssertionError("a file was named")
