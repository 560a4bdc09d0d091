"""A local cloud starts, tells where it is, keeps its state and stops cleanly."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from gitmoxi_local.faults import FunctionFaultSpec
from gitmoxi_local.process import LocalCloudProcess, LocalCloudProcessError

TEMPLATE = """
Parameters:
  Prefix: {Type: String, Default: unset}
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${Prefix}-bus"}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Prefix}-queue"}}
Outputs:
  BusName: {Value: !Ref Bus}
  QueueUrl: {Value: !Ref Queue}
"""


@pytest.fixture
def template(tmp_path):
    path = tmp_path / "control-plane.yaml"
    path.write_text(TEMPLATE)
    return path


def test_the_control_plane_is_installed_and_state_outlives_a_restart(tmp_path, template, connect):
    cloud = LocalCloudProcess(
        state_dir=tmp_path / "state", templates=[template], parameters={"Prefix": "mine"}
    )
    with cloud:
        assert cloud.outputs["BusName"] == "mine-bus"
        assert cloud.client.outputs() == cloud.outputs
        queue = cloud.outputs["QueueUrl"]
        assert queue.startswith(f"{cloud.endpoint}/")
        connect(cloud.endpoint, "sqs").send_message(QueueUrl=queue, MessageBody="kept")
        connect(cloud.endpoint, "ecs").create_cluster(clusterName="kept")
        connect(cloud.endpoint, "s3").create_bucket(Bucket="kept-bucket")
        connect(cloud.endpoint, "s3").put_object(Bucket="kept-bucket", Key="k", Body=b"kept")
        ready = json.loads((tmp_path / "state" / "ready.json").read_text())
        assert (ready["endpoint"], ready["pid"]) == (cloud.endpoint, cloud.pid)

        cloud.restart()

        [message] = connect(cloud.endpoint, "sqs").receive_message(QueueUrl=queue)["Messages"]
        assert message["Body"] == "kept"
        assert connect(cloud.endpoint, "ecs").describe_clusters(clusters=["kept"])["clusters"]
        kept = connect(cloud.endpoint, "s3").get_object(Bucket="kept-bucket", Key="k")
        assert kept["Body"].read() == b"kept"
        assert cloud.outputs["QueueUrl"] == queue
        created = cloud.client.journal(service="cloudformation", action="CreateStack")
        assert [entry.caller for entry in created] == ["gitmoxi-installer"]
    assert not (tmp_path / "state" / "ready.json").exists()


def test_an_update_that_a_restart_interrupts_still_settles_and_runs(tmp_path, connect, code, eventually):
    with LocalCloudProcess(state_dir=tmp_path) as cloud:
        lambdas = connect(cloud.endpoint, "lambda")
        lambdas.create_function(
            FunctionName="kept",
            Runtime="python3.13",
            Role="arn:aws:iam::000000000000:role/function",
            Handler="index.handler",
            Code={"ZipFile": code("old")},
        )
        eventually(lambda: lambdas.get_function_configuration(FunctionName="kept")["State"] == "Active")
        cloud.client.add_faults(functions=[FunctionFaultSpec(kind="slow_change", seconds=3)])
        lambdas.update_function_code(FunctionName="kept", ZipFile=code("new"))

        cloud.restart()

        lambdas = connect(cloud.endpoint, "lambda")
        eventually(lambda: "InProgress" not in str(lambdas.get_function_configuration(FunctionName="kept")))
        lambdas.publish_version(FunctionName="kept")
        lambdas.create_alias(FunctionName="kept", Name="live", FunctionVersion="1")
        answer = lambdas.invoke(FunctionName="kept", Qualifier="live")
        assert json.loads(answer["Payload"].read()) == "new"


def test_a_kill_loses_no_more_than_the_last_moments(tmp_path, connect, eventually):
    cloud = LocalCloudProcess(state_dir=tmp_path)
    cloud.start()
    connect(cloud.endpoint, "ecs").create_cluster(clusterName="kept")
    eventually(lambda: "kept" in _text(tmp_path / "ecs.json"))
    cloud.kill()

    with cloud:
        assert connect(cloud.endpoint, "ecs").describe_clusters(clusters=["kept"])["clusters"]


@pytest.mark.parametrize("stop", [LocalCloudProcess.stop, LocalCloudProcess.kill], ids=["stop", "kill"])
def test_temporary_files_of_functions_are_kept_in_one_folder_and_removed(tmp_path, connect, code, stop):
    """After a kill the next start clears them."""
    cloud = LocalCloudProcess(state_dir=tmp_path / "state")
    cloud.start()
    scratch = tmp_path / "state" / "tmp"
    functions = connect(cloud.endpoint, "lambda")
    functions.create_function(
        FunctionName="greet",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/function",
        Handler="index.handler",
        Code={"ZipFile": code("hello")},
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="greet")
    assert json.loads(functions.invoke(FunctionName="greet")["Payload"].read()) == "hello"
    assert [path.name.startswith("ministack-lambda-greet-") for path in scratch.iterdir()] == [True]

    stop(cloud)

    if stop is LocalCloudProcess.kill:
        with cloud:
            assert list(scratch.iterdir()) == []
    assert not scratch.exists()


def test_a_taken_port_is_told_with_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = subprocess.run(
            [sys.executable, "-m", "gitmoxi_local", "--port", str(port), "--state-dir", str(tmp_path)],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    assert ended.returncode == 2
    assert f"port {port} on 127.0.0.1 cannot be opened" in ended.stderr
    assert "--port" in ended.stderr


def test_a_template_that_cannot_be_installed_ends_the_start_with_the_reason(tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("Resources: {Thing: {Type: 'AWS::No::Such'}}")

    with pytest.raises(LocalCloudProcessError, match=r"(?s)ended with code 1 .*template .*bad\.yaml"):
        LocalCloudProcess(state_dir=tmp_path / "state", templates=[bad]).start()


def test_a_faults_file_is_in_force_from_the_start_or_named_if_it_is_wrong(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps({"images": [{"match": "web:bad", "kind": "crash"}]}))
    bad.write_text(json.dumps({"images": [{"match": "web:bad"}]}))

    with LocalCloudProcess(state_dir=tmp_path / "a", faults_file=good) as cloud:
        assert [fault.image.match for fault in cloud.client.faults()] == ["web:bad"]
    with pytest.raises(LocalCloudProcessError, match=r"bad\.json: images\.0\.kind"):
        LocalCloudProcess(state_dir=tmp_path / "b", faults_file=bad).start()


def _text(path):
    return path.read_text() if path.exists() else ""
