"""A Lambda function object as a whole, event sources included."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.errors import ValidationFailed
from gitmoxi.validation.event_sources import ApiRouteSource, EventSources, TargetGroupSource
from gitmoxi.validation.lambda_function import validate_lambda
from tests.unit.validation.documents import rendered_object

FUNCTION = {
    "FunctionName": "f",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Role": "arn:aws:iam::123456789012:role/r",
    "Code": {"S3Bucket": "bucket", "S3Key": "key"},
}
GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/g/0123456789abcdef"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:q"
MAPPING = {"EventSourceArn": QUEUE, "FunctionName": "f", "BatchSize": 10}
SECOND = {**MAPPING, "EventSourceArn": f"{QUEUE}2"}
LOAD_BALANCER = {"Service": "elasticloadbalancing.amazonaws.com", "TargetGroupArn": GROUP}
API = {"Service": "apigateway.amazonaws.com", "ApiId": "a", "RouteId": "r"}


def validated(function=FUNCTION, *, settings=None, sources=None):
    files = {
        "_lambdadef.json": function,
        "_lambdadepdef.json": {"alias": "PROD"} if settings is None else settings,
        "_lambdaeventsourcedef.json": sources,
    }
    return validate_lambda(
        rendered_object({name: value for name, value in files.items() if value is not None})
    )


def refusals(*args, **kwargs):
    with pytest.raises(ValidationFailed) as caught:
        validated(*args, **kwargs)
    return caught.value.findings


def test_a_good_object_gives_the_request_and_settings():
    result = validated()

    assert result.function == FUNCTION
    assert result.settings.alias == "PROD"
    assert result.event_sources is None
    assert result.warnings == ()


def test_event_sources_are_read():
    sources = {
        "PushEventSources": [LOAD_BALANCER, {**API, "AliasStageVariableName": "v"}],
        "PullEventSources": {"EventSourceMapping": MAPPING},
    }

    assert validated(sources=sources).event_sources == EventSources(
        push=(
            TargetGroupSource(service="elasticloadbalancing.amazonaws.com", target_group_arn=GROUP),
            ApiRouteSource(
                service="apigateway.amazonaws.com", api_id="a", route_id="r", alias_stage_variable_name="v"
            ),
        ),
        pull=(MAPPING,),
    )


@pytest.mark.parametrize(
    "pull",
    [
        pytest.param({"EventSourceMapping": [MAPPING, SECOND]}, id="a list in EventSourceMapping"),
        pytest.param([{"EventSourceMapping": MAPPING}, {"EventSourceMapping": SECOND}], id="a list of them"),
        pytest.param([MAPPING, SECOND], id="a bare list"),
    ],
)
def test_pull_sources_are_one_mapping_or_a_list(pull):
    assert validated(sources={"PullEventSources": pull}).event_sources.pull == (MAPPING, SECOND)


def test_a_mapping_needs_no_function_name_since_it_points_at_the_alias():
    mapping = {"EventSourceArn": QUEUE}

    assert validated(sources={"PullEventSources": {"EventSourceMapping": mapping}}).event_sources.pull == (
        mapping,
    )


def test_the_misspelt_key_of_published_samples_is_taken_with_a_warning():
    result = validated(sources={"PushEventSources": [{**API, "AlaisStageVariableName": "v"}]})

    assert result.event_sources.push[0].alias_stage_variable_name == "v"
    (warning,) = result.warnings
    assert (warning.rule, warning.severity) == ("event-source.misspelt", Severity.WARNING)
    assert warning.json_path == "$.PushEventSources[0].AlaisStageVariableName"


@pytest.mark.parametrize(
    ("sources", "path", "says"),
    [
        pytest.param([], "$", "no object", id="no object"),
        pytest.param({"Push": []}, "$.Push", "PushEventSources", id="an unknown name"),
        pytest.param({"PushEventSources": {}}, "$.PushEventSources", "an object", id="no list"),
        pytest.param({"PushEventSources": [{}]}, "$.PushEventSources[0]", "Service", id="no service"),
        pytest.param(
            {"PushEventSources": [{"Service": "sns"}]},
            "$.PushEventSources[0].Service",
            "apigateway",
            id="an unknown service",
        ),
        pytest.param(
            {"PushEventSources": [{**LOAD_BALANCER, "TargetGroupArn": "g"}]},
            "$.PushEventSources[0].TargetGroupArn",
            '"g"',
            id="no ARN",
        ),
        pytest.param(
            {"PushEventSources": [{**API, "RouteId": ""}]},
            "$.PushEventSources[0].RouteId",
            "1",
            id="an empty route",
        ),
        pytest.param(
            {"PullEventSources": {"EventSourceMapping": {**MAPPING, "BatchSize": "10"}}},
            "$.PullEventSources.EventSourceMapping.BatchSize",
            "without quotes",
            id="a number in quotes",
        ),
        pytest.param(
            {"PullEventSources": {**MAPPING, "EventSourceMaping": {}}},
            "$.PullEventSources.EventSourceMaping",
            "no attribute",
            id="a misspelt wrapper",
        ),
        pytest.param({"PullEventSources": 7}, "$.PullEventSources", "an object", id="a number"),
    ],
)
def test_mistakes_in_event_sources_are_found(sources, path, says):
    (finding,) = refusals(sources=sources)

    assert finding.json_path == path
    assert says in str(finding)


def test_without_settings_the_alias_is_asked_for():
    with pytest.raises(ValidationFailed) as caught:
        validate_lambda(rendered_object({"_lambdadef.json": FUNCTION}))

    (finding,) = caught.value.findings
    assert "alias has no default" in finding.message
    assert "a/n_lambdadepdef.json" in finding.advice


def test_an_object_without_a_function_definition_is_refused():
    with pytest.raises(ValidationFailed, match=r"add a/n_lambdadef\.json"):
        validate_lambda(rendered_object({"_lambdadepdef.json": {"alias": "PROD"}}))


def test_everything_wrong_is_said_at_once():
    findings = refusals({"FunctionName": "f"}, settings={}, sources={"x": 1})

    assert sorted(f.rule for f in findings) == [
        "function.zip-needs",
        "function.zip-needs",
        "settings.missing-key",
        "settings.unknown-key",
        "shape.missing-key",
        "shape.missing-key",
    ]
