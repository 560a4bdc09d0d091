"""Our own settings: defaults, limits, and what is said about mistakes."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi.validation.depdef import (
    CircuitBreaker,
    EcsDepdef,
    OnNewCommit,
    StabilityCheck,
    TrafficShiftType,
)
from gitmoxi.validation.lambda_depdef import LambdaDepdef
from gitmoxi.validation.settings_base import read_settings
from gitmoxi.validation.sources import Source
from tests.unit.validation.documents import rendered_document

BLUE, GREEN = (
    f"arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/{name}/0123456789abcdef"
    for name in ("blue", "green")
)


def read(model, value):
    document = rendered_document("a/n_depdef.json", value)
    return read_settings(model, document.document, Source.of(document))


def refusal(model, value):
    settings, (finding,) = read(model, value)
    assert settings is None
    assert finding.severity is Severity.ERROR
    return finding


def test_an_empty_file_means_the_documented_defaults():
    settings, findings = read(EcsDepdef, {})

    assert findings == ()
    assert settings.model_dump(by_alias=True, mode="json") == {
        "environment": {"region": None, "account": None},
        "trafficShiftingConfig": {"type": "CANARY", "percent": 20, "waitInterval": 60},
        "targetGroupArnPairs": [],
        "alarms": {"alarmNames": []},
        "deleteNewUponTrafficShiftFailure": True,
        "stabilityCheck": {"pollInterval": 30, "timeout": 300, "timeoutPerTask": None},
        "gmDeploymentCircuitBreaker": None,
        "deleteNewUponFailure": True,
        "fallbackCapacityProviderStrategy": [],
        "onNewCommit": "queue",
    }


def test_every_setting_is_read():
    settings, findings = read(
        EcsDepdef,
        {
            "environment": {"region": "us-gov-west-1", "account": "123456789012"},
            "trafficShiftingConfig": {"type": "LINEAR", "percent": 12.5, "waitInterval": 0},
            "targetGroupArnPairs": [[BLUE, GREEN]],
            "alarms": {"alarmNames": ["a"]},
            "deleteNewUponTrafficShiftFailure": False,
            "stabilityCheck": {"pollInterval": 5, "timeout": 10, "timeoutPerTask": 7},
            "gmDeploymentCircuitBreaker": {},
            "deleteNewUponFailure": False,
            "fallbackCapacityProviderStrategy": [{"capacityProvider": "FARGATE", "weight": 1, "base": 2}],
            "onNewCommit": "supersede",
        },
    )

    assert findings == ()
    assert settings.traffic_shifting_config.type is TrafficShiftType.LINEAR
    assert settings.traffic_shifting_config.percent == 12.5
    assert settings.target_group_arn_pairs == ((BLUE, GREEN),)
    assert settings.gm_deployment_circuit_breaker == CircuitBreaker(
        failure_threshold=5, failure_threshold_percent=None, rollback=True
    )
    assert settings.fallback_capacity_provider_strategy[0].base == 2
    assert settings.on_new_commit is OnNewCommit.SUPERSEDE


def test_lambda_settings_have_the_documented_defaults():
    settings, findings = read(LambdaDepdef, {"alias": "PROD"})

    assert findings == ()
    assert settings.model_dump(by_alias=True, mode="json") == {
        "alias": "PROD",
        "environment": {"region": None, "account": None},
        "trafficShiftingConfig": {"type": "CANARY", "percent": 20, "waitInterval": 60},
        "alarms": {"alarmNames": []},
        "readinessCheck": {"waitInterval": 10, "maxRetries": 5},
        "versionsToKeep": 5,
        "reservedConcurrency": None,
        "provisionedConcurrency": None,
        "onForeignChange": "stop",
        "onNewCommit": "queue",
    }


@pytest.mark.parametrize(
    ("value", "path", "says"),
    [
        pytest.param({"stabilitycheck": {}}, "$.stabilitycheck", "write stabilityCheck", id="wrong case"),
        pytest.param({"stability_check": {}}, "$.stability_check", "stabilityCheck", id="snake case"),
        pytest.param(
            {"alarms": {"names": []}}, "$.alarms.names", "alarmNames", id="an unknown setting within"
        ),
        pytest.param(
            {"environment": {"region": "Virginia"}}, "$.environment.region", "Virginia", id="no region"
        ),
        pytest.param(
            {"environment": {"account": 123456789012}},
            "$.environment.account",
            "write it in quotes",
            id="an account as a number",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"percent": 101}},
            "$.trafficShiftingConfig.percent",
            "100",
            id="over 100 %",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"percent": -1}}, "$.trafficShiftingConfig.percent", "0", id="below 0 %"
        ),
        pytest.param(
            {"trafficShiftingConfig": {"percent": "20"}},
            "$.trafficShiftingConfig.percent",
            "without quotes",
            id="a number in quotes",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"percent": True}},
            "$.trafficShiftingConfig.percent",
            "true",
            id="a boolean for a number",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"type": "canary"}},
            "$.trafficShiftingConfig.type",
            "CANARY",
            id="an enum's wrong case",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"type": "LINEAR", "percent": 0}},
            "$.trafficShiftingConfig",
            "never end",
            id="steps of 0 %",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"waitInterval": -5}},
            "$.trafficShiftingConfig.waitInterval",
            "-5",
            id="a negative wait",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"waitInterval": 1.5}},
            "$.trafficShiftingConfig.waitInterval",
            "1.5",
            id="a fraction of a second",
        ),
        pytest.param(
            {"targetGroupArnPairs": [[BLUE]]}, "$.targetGroupArnPairs[0][1]", "missing", id="half a pair"
        ),
        pytest.param(
            {"targetGroupArnPairs": [[BLUE, BLUE]]}, "$.targetGroupArnPairs[0]", "the same", id="no pair"
        ),
        pytest.param(
            {"targetGroupArnPairs": [[BLUE, "green"]]},
            "$.targetGroupArnPairs[0][1]",
            "green",
            id="no ARN of a target group",
        ),
        pytest.param(
            {"gmDeploymentCircuitBreaker": {"failureThreshold": 0}},
            "$.gmDeploymentCircuitBreaker.failureThreshold",
            "1",
            id="a breaker that has tripped",
        ),
        pytest.param(
            {"fallbackCapacityProviderStrategy": [{"weight": 1}]},
            "$.fallbackCapacityProviderStrategy[0].capacityProvider",
            "missing",
            id="no provider",
        ),
        pytest.param(
            {"deleteNewUponFailure": "true"},
            "$.deleteNewUponFailure",
            "without quotes",
            id="a boolean in quotes",
        ),
        pytest.param({"onNewCommit": "cancel"}, "$.onNewCommit", "supersede", id="an unknown policy"),
        pytest.param([], "$", "a list", id="no object"),
    ],
)
def test_mistakes_are_found_with_path_and_advice(value, path, says):
    finding = refusal(EcsDepdef, value)

    assert finding.json_path == path
    assert says in str(finding)


def test_mistakes_have_their_place():
    finding = refusal(EcsDepdef, '{\n  "alarms": {\n    "alarmNames": [1]\n  }\n}')

    assert (finding.file, finding.line, finding.column) == ("a/n_depdef.json", 3, 20)


def test_a_null_is_a_warning():
    settings, (finding,) = read(EcsDepdef, {"stabilityCheck": None})

    assert settings == EcsDepdef()
    assert (finding.rule, finding.severity) == ("document.null", Severity.WARNING)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({}, "alias is missing"),
        ({"alias": "7"}, "would be a version"),
        ({"alias": "a b"}, "is no alias"),
        ({"alias": ""}, "is no alias"),
        ({"alias": "$LATEST"}, "is no alias"),
        ({"alias": "PROD", "stabilityCheck": {}}, "stabilityCheck"),
        ({"alias": "PROD", "readinessCheck": {"maxRetries": 0}}, "maxRetries"),
        ({"alias": "PROD", "versionsToKeep": 0}, "versionsToKeep is 0: it must be at least 1"),
        ({"alias": "PROD", "reservedConcurrency": -1}, "-1 is no concurrency: write a whole number"),
        ({"alias": "PROD", "reservedConcurrency": "5"}, '"5" is no concurrency'),
        ({"alias": "PROD", "provisionedConcurrency": 0}, "a whole number of at least 1"),
        (
            {"alias": "PROD", "reservedConcurrency": 5, "provisionedConcurrency": 6},
            "provisionedConcurrency is 6 and reservedConcurrency 5",
        ),
        ({"alias": "PROD", "onForeignChange": "ignore"}, "onForeignChange"),
    ],
)
def test_mistakes_in_lambda_settings_are_found(value, says):
    assert says in str(refusal(LambdaDepdef, value))


@pytest.mark.parametrize(
    ("timeout", "per_task", "desired", "effective"),
    [(300, None, 50, 300), (300, 25, 10, 300), (300, 25, 20, 500), (220, 25, 0, 220)],
)
def test_the_effective_timeout_is_the_longer_one(timeout, per_task, desired, effective):
    assert StabilityCheck(timeout=timeout, timeout_per_task=per_task).effective_timeout(desired) == effective


@pytest.mark.parametrize(
    ("threshold", "percent", "desired", "effective"),
    [(5, None, 2, 5), (5, 50, 2, 1), (5, 25, 3, 1), (5, 50, 100, 5), (5, 34, 3, 2), (5, 50, 0, 0)],
)
def test_the_effective_threshold_is_the_smaller_one_rounded_up(threshold, percent, desired, effective):
    breaker = CircuitBreaker(failure_threshold=threshold, failure_threshold_percent=percent)

    assert breaker.effective_threshold(desired) == effective


def described(model):
    """All settings of a model's schema, those of its parts included: name and description."""
    schema = model.model_json_schema(by_alias=True)
    for part, definition in {"": schema, **schema["$defs"]}.items():
        for name, setting in definition.get("properties", {}).items():
            yield f"{part}.{name}", setting.get("description", "")


@pytest.mark.parametrize("model", [EcsDepdef, LambdaDepdef])
def test_every_setting_is_described_in_sentences(model):
    settings = dict(described(model))

    assert len(settings) > 10
    assert [name for name, text in settings.items() if not text.endswith(".")] == []


@pytest.mark.parametrize("model", [EcsDepdef, LambdaDepdef])
def test_times_and_shares_are_described_with_their_unit(model):
    settings = dict(described(model))
    times = [name for name in settings if name.endswith(("Interval", "timeout", "timeoutPerTask"))]
    shares = [name for name in settings if name.lower().endswith("percent")]

    assert times
    assert all("econds" in settings[name] for name in times)
    assert all("percentage" in settings[name] for name in shares)


@pytest.mark.parametrize(
    ("value", "message", "advice"),
    [
        pytest.param(
            {"trafficShiftingConfig": {"percent": 101}},
            "percent is 101: it must be at most 100",
            "write 100 or less",
            id="too large",
        ),
        pytest.param(
            {"stabilityCheck": {"pollInterval": 0}},
            "pollInterval is 0: it must be at least 1",
            "write 1 or more",
            id="too small",
        ),
        pytest.param(
            {"gmDeploymentCircuitBreaker": {"failureThresholdPercent": 0}},
            "failureThresholdPercent is 0: it must be more than 0",
            "write more than 0",
            id="not more than a limit",
        ),
        pytest.param(
            {"stabilityCheck": {"timeout": 10_000_000}},
            "timeout is 10000000: it must be at most 1209600",
            "write 1209600 or less",
            id="a limit of many digits",
        ),
        pytest.param(
            {"environment": {"region": "Virginia"}},
            'region is "Virginia": it must be a region of AWS, such as eu-west-1',
            "write a region of AWS, such as eu-west-1",
            id="a form",
        ),
        pytest.param(
            {"trafficShiftingConfig": {"type": "LINEARLY"}},
            'type is "LINEARLY": it must be CANARY, LINEAR or ALL_AT_ONCE',
            "did you mean LINEAR?",
            id="a choice",
        ),
        pytest.param(
            {"alarms": {"alarmNames": [""]}},
            'item 0 is "": it must be at least 1 character long',
            "fill it in, or remove it",
            id="an empty text",
        ),
        pytest.param({"alarms": []}, "alarms is a list: it must be an object", "", id="a list"),
        pytest.param(
            {"deleteNewUponFailure": 1},
            "deleteNewUponFailure is 1: it must be true or false",
            "",
            id="no boolean",
        ),
        pytest.param(
            {"targetGroupArnPairs": [[BLUE, "tg1"]]},
            '"tg1" is not the ARN of a target group: it has not the form arn:aws:elasticloadbalancing:'
            "<region>:<account>:targetgroup/<name>/<id>",
            "",
            id="no ARN",
        ),
    ],
)
def test_what_is_wrong_is_said_in_plain_words(value, message, advice):
    finding = refusal(EcsDepdef, value)

    assert (finding.message, finding.advice) == (message, advice)
