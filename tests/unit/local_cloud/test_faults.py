"""Faults meet the calls they were meant for, as often as they were meant to."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from botocore.compat import HTTPHeaders
from botocore.parsers import create_parser

from gitmoxi_local.aws_errors import denied, error_code, error_reply, failed, throttled
from gitmoxi_local.aws_model.base import ImageFault
from gitmoxi_local.aws_model.capacity import CapacityLimit
from gitmoxi_local.aws_model.functions import FunctionFault
from gitmoxi_local.calls import AwsCall, Request
from gitmoxi_local.faults import (
    CallFaultSpec,
    CapacitySpec,
    FaultPlan,
    Faults,
    FaultsError,
    FunctionFaultSpec,
    ImageFaultSpec,
    load_plan,
    parse_plan,
)


def call(operation="UpdateService", *, service="ecs", caller="deployer", protocol="json"):
    return AwsCall(
        request=Request(method="POST", path="/", query_string="", headers={}),
        service=service,
        operation=operation,
        protocol=protocol,
        caller=caller,
        account="000000000000",
        region="us-east-1",
    )


def faults_with(*specs, seed=None):
    faults = Faults()
    faults.add(FaultPlan(calls=specs, seed=seed))
    return faults


def test_a_call_that_fits_is_met():
    fault = faults_with(CallFaultSpec(service="ecs", action="Update*", kind="throttle")).meet(call())

    assert fault is not None
    assert fault.kind == "throttle"


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(call("CreateService"), id="another action"),
        pytest.param(call(service="lambda"), id="another service"),
        pytest.param(call(caller="somebody"), id="another caller"),
    ],
)
def test_other_calls_are_left_alone(other):
    faults = faults_with(CallFaultSpec(service="ecs", action="Update*", caller="dep*", kind="deny"))

    assert faults.meet(other) is None


def test_a_fault_is_gone_after_its_times():
    faults = faults_with(CallFaultSpec(service="ecs", kind="error500", times=2))

    assert [faults.meet(call()) is not None for _ in range(3)] == [True, True, False]
    assert faults.active() == []
    assert not faults.may_meet("ecs")


def test_a_fault_without_times_stays_and_counts():
    faults = faults_with(CallFaultSpec(service="ecs", kind="throttle"))
    for _ in range(3):
        faults.meet(call())

    assert [fault.hits for fault in faults.active()] == [3]


def test_chance_is_repeatable_by_seed():
    spec = CallFaultSpec(service="ecs", kind="throttle", probability=0.5)

    def run():
        faults = faults_with(spec, seed=7)
        return [faults.meet(call()) is not None for _ in range(50)]

    first = run()
    assert first == run()
    assert 10 < sum(first) < 40


def test_the_first_fault_that_fits_wins():
    faults = faults_with(
        CallFaultSpec(service="ecs", kind="deny", times=1), CallFaultSpec(service="ecs", kind="throttle")
    )

    assert [fault.kind for fault in (faults.meet(call()), faults.meet(call())) if fault] == [
        "deny",
        "throttle",
    ]


def test_image_faults_reach_the_shared_list_and_leave_it():
    faults = Faults()
    shared = faults.images
    [added] = faults.add(FaultPlan(images=(ImageFaultSpec(match="web:bad", kind="crash", after_seconds=2),)))

    assert shared.of("repo/web:bad") == ImageFault(
        match="web:bad", kind="crash", after_seconds=2, exit_code=1
    )
    assert faults.remove(added.id)
    assert shared.of("repo/web:bad") is None


def test_capacity_limits_reach_the_shared_list_and_leave_it():
    faults = Faults()
    shared = faults.capacity
    [added, _] = faults.add(
        FaultPlan(
            capacity=(
                CapacitySpec(provider="FARGATE_SPOT", tasks=2),
                CapacitySpec(provider="ours", tasks=0, reason="RESOURCE:CPU"),
            )
        )
    )

    assert shared.of("FARGATE_SPOT") == CapacityLimit(provider="FARGATE_SPOT", tasks=2)
    assert shared.of("ours") == CapacityLimit(provider="ours", tasks=0, reason="RESOURCE:CPU")
    assert faults.remove(added.id)
    assert shared.of("FARGATE_SPOT") is None


def test_request_limits_are_on_while_they_are_in_force():
    faults = Faults()
    assert not faults.limits.enabled

    [added] = faults.add(FaultPlan(request_limits=True))
    assert (added.request_limits, faults.limits.enabled) == (True, True)

    assert faults.remove(added.id)
    assert not faults.limits.enabled


def test_removing_what_is_not_there_is_told():
    assert not Faults().remove("fault-9")


def test_clear_lifts_everything():
    faults = faults_with(
        CallFaultSpec(service="ecs", kind="throttle"), CallFaultSpec(service="s3", kind="deny")
    )

    assert faults.clear() == 2
    assert faults.active() == []


def test_faults_of_functions_reach_the_model_until_they_are_lifted():
    faults = Faults()
    [fault] = faults.add(FaultPlan(functions=(FunctionFaultSpec(kind="slow_change", match="f", seconds=9),)))
    assert faults.functions.entries == [FunctionFault(kind="slow_change", match="f", seconds=9)]

    faults.remove(fault.id)

    assert faults.functions.entries == []


def test_staleness_is_the_longest_in_force():
    faults = faults_with(
        CallFaultSpec(service="ecs", kind="stale", seconds=3),
        CallFaultSpec(service="ecs", kind="stale", seconds=30),
    )

    assert faults.longest_staleness() == 30
    assert Faults().longest_staleness() == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("{", "faults.json: not valid JSON", id="broken"),
        pytest.param('{"call": []}', r"faults.json: call: Extra inputs", id="an unknown member"),
        pytest.param(
            '{"calls": [{"service": "ecs", "kind": "melt"}]}', r"calls\.0\.kind", id="an unknown kind"
        ),
        pytest.param(
            '{"calls": [{"service": "ecs", "kind": "slow"}]}', "needs seconds", id="slow without seconds"
        ),
        pytest.param(
            '{"calls": [{"service": "s3", "kind": "stale", "seconds": 3}]}',
            "only reads of",
            id="stale beside ECS and Lambda",
        ),
        pytest.param(
            '{"images": [{"match": "", "kind": "eni"}]}', r"images\.0\.match", id="a match of nothing"
        ),
    ],
)
def test_a_plan_that_cannot_be_read_says_where(text, message):
    with pytest.raises(FaultsError, match=message):
        parse_plan(text, source="faults.json")


def test_a_plan_is_read_from_a_file(tmp_path):
    path = tmp_path / "faults.json"
    path.write_text(json.dumps({"seed": 1, "images": [{"match": "bad", "kind": "eni"}]}))

    assert load_plan(path).images == (ImageFaultSpec(match="bad", kind="eni"),)


HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "run-locally.md"
EXAMPLES = re.findall(r"^\| `(\w+)` \| `([^`]+)`", HOW_TO.read_text(encoding="utf-8"), flags=re.MULTILINE)


@pytest.mark.parametrize(("member", "example"), [pytest.param(*row, id=row[0]) for row in EXAMPLES])
def test_the_examples_of_the_how_to_can_be_read(member, example):
    document = json.loads(example)
    whole = {member: [document] if isinstance(document, dict) else document}

    assert getattr(parse_plan(json.dumps(whole), source="the how-to"), member)


def test_every_member_of_a_plan_has_an_example_in_the_how_to():
    assert {member for member, _ in EXAMPLES} == set(FaultPlan.model_fields) - {"seed"}


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FaultsError, match=r"nowhere\.json: cannot be read"):
        load_plan(tmp_path / "nowhere.json")


@pytest.mark.parametrize(
    ("refused", "refusal", "code", "status"),
    [
        (call(), throttled, "ThrottlingException", 400),
        (call(), failed, "ServerException", 500),
        (call(service="lambda", protocol="rest-json"), throttled, "TooManyRequestsException", 429),
        (call(service="s3", protocol="rest-xml"), throttled, "SlowDown", 503),
        (call(service="elbv2", protocol="query"), throttled, "Throttling", 400),
        (call(service="elbv2", protocol="query"), denied, "AccessDenied", 403),
        (call(service="cloudwatch", protocol="smithy-rpc-v2-cbor"), denied, "AccessDeniedException", 400),
    ],
)
def test_refusals_speak_the_language_of_their_service(refused, refusal, code, status):
    reply = error_reply(refused, refusal(refused), "request-1")

    parsed = create_parser(refused.protocol).parse(
        {"status_code": reply.status, "headers": HTTPHeaders.from_dict(reply.headers), "body": reply.body},
        None,
    )
    assert (parsed["Error"]["Code"], reply.status) == (code, status)


def test_a_denial_names_who_may_not_do_what():
    error = denied(call("ModifyRule", service="elbv2", protocol="query"))

    assert "user/deployer is not authorized to perform: elasticloadbalancing:ModifyRule" in error.message


@pytest.mark.parametrize("protocol", ["json", "rest-json", "query", "rest-xml"])
def test_the_code_of_an_error_is_read_back_in_any_protocol(protocol):
    made = call(protocol=protocol)

    assert error_code(error_reply(made, throttled(made), "r")) == throttled(made).code
