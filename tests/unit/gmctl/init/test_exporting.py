"""From names to files: what is read, and what is said where something is in the way."""

from __future__ import annotations

import asyncio
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.command import EcsChoice, LambdaChoice
from gitmoxi_gmctl.init.run import export_with
from tests.unit.gmctl.init.account import FUNCTION_ARN, PACKAGE, SHA256, Account
from tests.unit.planning.export.modelled import HERE

IMAGE = f"{HERE.account}.dkr.ecr.{HERE.region}.amazonaws.com/greet:7"

PLACE = "s3://code/greet.zip"


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def download(account):
    """The package at the address that ``GetFunction`` tells."""

    class Handler(BaseHTTPRequestHandler):
        content = PACKAGE

        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(self.content)))
            self.end_headers()
            self.wfile.write(self.content)

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is for its findings."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    account.location = f"http://127.0.0.1:{server.server_port}/package"
    yield Handler
    server.shutdown()
    thread.join()
    server.server_close()


def service(account, *, cluster="demo", name="web"):
    choice = EcsChoice(cluster=cluster, service=name)
    return asyncio.run(export_with(account.aws, HERE.region, choice))


def function(account, name="greet", *, alias=None, code=PLACE):
    choice = LambdaChoice(function=name, alias=alias, code=code)
    return asyncio.run(export_with(account.aws, HERE.region, choice))


def written(export, kind):
    return json.loads(next(file.text for file in export.exported.files if file.kind is kind))


def refused(call) -> tuple[str, ExitCode]:
    with pytest.raises(GmctlError) as caught:
        call()
    return str(caught.value), caught.value.code


@pytest.mark.parametrize(
    ("cluster", "name"),
    [
        pytest.param("demo", "web", id="by names"),
        pytest.param(
            f"arn:aws:ecs:{HERE.region}:{HERE.account}:cluster/demo",
            f"arn:aws:ecs:{HERE.region}:{HERE.account}:service/demo/web",
            id="by ARNs",
        ),
    ],
)
def test_a_service_is_found(account, cluster, name):
    export = service(account, cluster=cluster, name=name)
    assert (export.name, export.exported.first_run) == ("web", ())
    assert export.subject == f"ECS service web in cluster demo ({HERE.account}, {HERE.region})"
    assert [file.kind for file in export.exported.files] == [
        FileKind.SVCDEF,
        FileKind.TASKDEF,
        FileKind.DEPDEF,
    ]
    assert account.aws.mutations == []


def test_the_count_of_a_scaled_service_is_left_out(account):
    account.scaled = True
    assert "desiredCount" not in written(service(account), FileKind.SVCDEF)


def test_where_the_scaling_cannot_be_read_the_count_is_written_and_that_is_said(account):
    account.aws.refusals["DescribeScalableTargets"] = ("AccessDeniedException", "no")
    export = service(account)
    assert written(export, FileKind.SVCDEF)["desiredCount"] == 2
    assert "could not be read" in export.exported.notes[0]


@pytest.mark.parametrize(
    ("cluster", "name", "text"),
    [
        pytest.param("demos", "web", "There is no cluster demos in", id="no such cluster"),
        pytest.param("demos", "web", "did you mean demo?", id="the nearest cluster"),
        pytest.param("demo", "wed", "did you mean web?", id="the nearest service"),
        pytest.param("demo", "orders", "there is web.", id="what there is"),
    ],
)
def test_unknown_names_are_told_with_what_there_is(account, cluster, name, text):
    message, code = refused(lambda: service(account, cluster=cluster, name=name))
    assert text in message
    assert code is ExitCode.FAILED


def test_names_that_may_not_be_listed_are_not_told(account):
    account.aws.refusals["ListServices"] = ("AccessDeniedException", "no")
    message, _ = refused(lambda: service(account, name="wed"))
    assert message == f"There is no ECS service wed in cluster demo ({HERE.account}, {HERE.region})."


def test_a_deleted_service_is_told(account):
    account.ecs.call("UpdateService", cluster="demo", service="web", desiredCount=0)
    account.ecs.call("DeleteService", cluster="demo", service="web", force=True)
    message, _ = refused(lambda: service(account))
    assert "it was deleted" in message


def test_a_denied_call_names_the_action(account):
    account.aws.refusals["DescribeServices"] = (
        "AccessDeniedException",
        "User: me is not authorized to perform: ecs:DescribeServices on resource: x",
    )
    message, code = refused(lambda: service(account))
    assert message.startswith("These credentials may not call ecs:DescribeServices (AccessDeniedException")
    assert message.endswith("allow it, or give others with --profile.")
    assert "our role" not in message
    assert code is ExitCode.FAILED


def test_throttled_reads_are_another_exit_code(account):
    account.aws.refusals["DescribeServices"] = ("ThrottlingException", "Rate exceeded")
    _, code = refused(lambda: service(account))
    assert code is ExitCode.UNREACHABLE


def test_a_package_is_downloaded_checked_and_uploaded(account, download):
    export = function(account)
    assert account.objects == {"greet.zip": PACKAGE}
    assert written(export, FileKind.LAMBDADEF)["Code"] == {"S3Bucket": "code", "S3Key": "greet.zip"}
    assert export.exported.first_run == ()
    (put,) = account.aws.requests("PutObject")
    assert (put["ChecksumAlgorithm"], put["ChecksumSHA256"], put["IfNoneMatch"]) == ("SHA256", SHA256, "*")


def test_a_damaged_package_is_not_uploaded(account, download):
    download.content = b"something else"
    message, _ = refused(lambda: function(account))
    assert "arrived damaged" in message
    assert account.objects == {}


def test_a_package_that_cannot_be_had_is_told_without_its_link(account):
    account.location = "http://127.0.0.1:9/package?signature=x"
    message, code = refused(lambda: function(account))
    assert "could not be downloaded" in message
    assert "signature" not in message
    assert code is ExitCode.UNREACHABLE


def test_an_object_with_the_same_content_is_used_as_it_is(account):
    account.objects["greet.zip"] = PACKAGE
    assert function(account).exported.first_run == ()
    assert account.aws.mutations == []


def test_an_object_without_a_checksum_is_read_and_the_first_dry_run_told(account):
    account.objects["greet.zip"] = PACKAGE
    account.unsigned.add("greet.zip")
    export = function(account)
    assert any("Code" in line for line in export.exported.first_run)
    assert any("keeps no SHA-256" in note for note in export.exported.notes)


@pytest.mark.parametrize("unsigned", [False, True])
def test_another_object_is_never_overwritten(account, unsigned):
    account.objects["greet.zip"] = b"somebody else's"
    if unsigned:
        account.unsigned.add("greet.zip")
    message, _ = refused(lambda: function(account))
    assert "holds something else than greet runs" in message
    assert account.aws.mutations == []


def test_a_zip_without_a_place_is_no_file(account):
    message, code = refused(lambda: function(account, code=None))
    assert "give --code s3://BUCKET/KEY" in message
    assert code is ExitCode.USAGE


@pytest.mark.parametrize("place", ["code/greet.zip", "s3://code", "s3://code/", "https://code/greet.zip"])
def test_a_place_is_an_object_in_s3(account, place):
    message, code = refused(lambda: function(account, code=place))
    assert "write s3://BUCKET/KEY" in message
    assert code is ExitCode.USAGE


def test_an_image_needs_no_place(account):
    account.image = IMAGE
    export = function(account, code=None)
    assert written(export, FileKind.LAMBDADEF)["Code"] == {"ImageUri": IMAGE}
    assert export.exported.first_run == ()
    assert "is a container image" in refused(lambda: function(account))[0]


def test_an_unknown_function_is_told_with_the_nearest(account):
    message, _ = refused(lambda: function(account, "greed"))
    assert "did you mean greet?" in message


@pytest.mark.parametrize(
    ("aliases", "wanted", "named"),
    [
        pytest.param({"live": "4"}, None, "live", id="the only one"),
        pytest.param({"live": "4", "beta": "4"}, "beta", "beta", id="the one that is wanted"),
        pytest.param({}, None, "live", id="none yet"),
        pytest.param({"live": "4"}, "prod", "prod", id="a new one"),
    ],
)
def test_the_alias_is_named(account, aliases, wanted, named):
    account.aliases, account.image = aliases, IMAGE
    export = function(account, alias=wanted, code=None)
    assert written(export, FileKind.LAMBDA_DEPDEF)["alias"] == named
    assert any("there is no alias" in note for note in export.exported.notes) is (named not in aliases)
    assert bool(export.exported.first_run) is (named not in aliases)


def test_of_several_aliases_one_must_be_chosen(account):
    account.aliases = {"live": "4", "beta": "4"}
    message, code = refused(lambda: function(account))
    assert "choose with --alias the one that serves (beta, live)" in message
    assert code is ExitCode.USAGE


def test_event_sources_of_the_alias_are_written_and_others_told(account):
    queue = f"arn:aws:sqs:{HERE.region}:{HERE.account}:orders"
    ours = {"UUID": "1", "EventSourceArn": queue, "FunctionArn": f"{FUNCTION_ARN}:live", "State": "Enabled"}
    past = {"UUID": "2", "EventSourceArn": queue, "FunctionArn": FUNCTION_ARN, "State": "Enabled"}
    account.mappings = {"greet:live": [ours], "greet": [ours, past]}
    account.image = IMAGE
    export = function(account, code=None)
    assert written(export, FileKind.LAMBDA_EVENT_SOURCE_DEF) == {
        "PullEventSources": [{"EventSourceMapping": {"EventSourceArn": queue, "FunctionName": "greet"}}]
    }
    assert any("1 event source mapping(s) invoke $LATEST" in note for note in export.exported.notes)
