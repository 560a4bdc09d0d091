"""The rules for event sources: each with what it refuses, and with what is close to that and taken."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.event_source_rules import EVENT_SOURCE_RULES
from gitmoxi.validation.lambda_function import check_event_sources
from gitmoxi.validation.sources import Source
from tests.unit.validation.documents import rendered_document

HERE = "us-east-1:123456789012"
GROUP = f"arn:aws:elasticloadbalancing:{HERE}:targetgroup/g/0123456789abcdef"
API = {"Service": "apigateway.amazonaws.com", "ApiId": "a", "RouteId": "r"}
SECRET = [{"Type": "BASIC_AUTH", "URI": f"arn:aws:secretsmanager:{HERE}:secret:s"}]
OWN_CLUSTER = {"SelfManagedEventSource": {"Endpoints": {"KAFKA_BOOTSTRAP_SERVERS": ["b.example.com:9092"]}}}


def queue(name="q", **members):
    return {"EventSourceArn": f"arn:aws:sqs:{HERE}:{name}", **members}


def kinesis(**members):
    return {"EventSourceArn": f"arn:aws:kinesis:{HERE}:stream/s", "StartingPosition": "LATEST", **members}


def dynamodb(**members):
    arn = f"arn:aws:dynamodb:{HERE}:table/t/stream/2026-01-01T00:00:00.000"
    return {"EventSourceArn": arn, "StartingPosition": "LATEST", **members}


def kafka(**members):
    arn = f"arn:aws:kafka:{HERE}:cluster/c/0123"
    return {"EventSourceArn": arn, "StartingPosition": "LATEST", "Topics": ["orders"], **members}


def broker(**members):
    arn = f"arn:aws:mq:{HERE}:broker:b:b-0123"
    return {"EventSourceArn": arn, "Queues": ["orders"], "SourceAccessConfigurations": SECRET, **members}


def less(mapping, *names):
    return {name: value for name, value in mapping.items() if name not in names}


def check(document, function_name="f"):
    rendered = rendered_document("a/f_lambdaeventsourcedef.json", document)
    return check_event_sources(rendered.document, Source.of(rendered), function_name=function_name)


def findings_of(mapping):
    return check({"PullEventSources": {"EventSourceMapping": mapping}})[1]


PATTERN = json.dumps({"body": {"kind": ["order"]}})

REFUSED = [
    pytest.param(
        "event-source.record-age",
        kinesis(MaximumRecordAgeInSeconds=59),
        ".MaximumRecordAgeInSeconds",
        "-1 or at least 60",
        id="records of less than a minute",
    ),
    pytest.param(
        "event-source.scaling-twice",
        queue(
            ScalingConfig={"MaximumConcurrency": 2},
            ProvisionedPollerConfig={"MinimumPollers": 2, "MaximumPollers": 4},
        ),
        ".ScalingConfig",
        "exclude each other",
        id="scaled in two ways",
    ),
    pytest.param(
        "event-source.filters-too-many",
        queue(FilterCriteria={"Filters": [{"Pattern": PATTERN}] * 11}),
        ".FilterCriteria.Filters",
        "11 filters",
        id="11 filters",
    ),
    pytest.param("event-source.no-source", {"BatchSize": 1}, "", "EventSourceArn", id="no source"),
    pytest.param(
        "event-source.no-source",
        kafka(**OWN_CLUSTER),
        ".SelfManagedEventSource",
        "two sources",
        id="two sources in one",
    ),
    pytest.param(
        "event-source.not-polled",
        {"EventSourceArn": "arn:aws:s3:::bucket"},
        ".EventSourceArn",
        "bucket's notifications",
        id="a bucket",
    ),
    pytest.param(
        "event-source.not-polled",
        {**dynamodb(), "EventSourceArn": f"arn:aws:dynamodb:{HERE}:table/t"},
        ".EventSourceArn",
        "/stream/",
        id="a table without its stream",
    ),
    pytest.param(
        "event-source.not-for-this-source",
        queue(StartingPosition="LATEST"),
        ".StartingPosition",
        "not for an SQS queue",
        id="a position in a queue",
    ),
    pytest.param(
        "event-source.not-for-this-source",
        queue(BisectBatchOnFunctionError=True),
        ".BisectBatchOnFunctionError",
        "queue",
        id="halving a queue's batches",
    ),
    pytest.param(
        "event-source.not-for-this-source",
        kinesis(ScalingConfig={"MaximumConcurrency": 2}),
        ".ScalingConfig",
        "Kinesis",
        id="scaling of a stream",
    ),
    pytest.param(
        "event-source.not-for-this-source",
        kafka(ParallelizationFactor=2),
        ".ParallelizationFactor",
        "MSK",
        id="parallel batches of Kafka",
    ),
    pytest.param("event-source.missing", less(kafka(), "Topics"), "", "Topics", id="Kafka without topic"),
    pytest.param("event-source.missing", less(broker(), "Queues"), "", "Queues", id="a broker without queue"),
    pytest.param(
        "event-source.starting-position",
        less(kinesis(), "StartingPosition"),
        "",
        "TRIM_HORIZON",
        id="a stream without position",
    ),
    pytest.param(
        "event-source.starting-position",
        dynamodb(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp=1),
        ".StartingPosition",
        "not read from a time",
        id="DynamoDB from a time on",
    ),
    pytest.param(
        "event-source.starting-time",
        kinesis(StartingPosition="AT_TIMESTAMP"),
        ".StartingPosition",
        "StartingPositionTimestamp",
        id="no time",
    ),
    pytest.param(
        "event-source.starting-time",
        kinesis(StartingPositionTimestamp="2026-01-31T12:00:00Z"),
        ".StartingPositionTimestamp",
        "AT_TIMESTAMP",
        id="a time for nothing",
    ),
    pytest.param(
        "event-source.batch-window",
        queue(BatchSize=11),
        ".BatchSize",
        "MaximumBatchingWindowInSeconds",
        id="11 messages at once",
    ),
    pytest.param(
        "event-source.fifo",
        queue("q.fifo", BatchSize=11),
        ".BatchSize",
        "10 or less",
        id="11 messages in order",
    ),
    pytest.param(
        "event-source.fifo",
        queue("q.fifo", MaximumBatchingWindowInSeconds=1),
        ".MaximumBatchingWindowInSeconds",
        "remove",
        id="a window for a FIFO queue",
    ),
    pytest.param(
        "event-source.filter",
        queue(FilterCriteria={"Filters": [{"Pattern": "{body}"}]}),
        ".FilterCriteria.Filters[0].Pattern",
        "no JSON",
        id="a pattern that is no JSON",
    ),
    pytest.param(
        "event-source.filter",
        queue(FilterCriteria={"Filters": [{"Pattern": "[1]"}]}),
        ".FilterCriteria.Filters[0].Pattern",
        "no object",
        id="a pattern that is no object",
    ),
    pytest.param(
        "event-source.on-success",
        kinesis(DestinationConfig={"OnSuccess": {"Destination": f"arn:aws:sqs:{HERE}:ok"}}),
        ".DestinationConfig.OnSuccess",
        "OnSuccess",
        id="a destination for what went well",
    ),
    pytest.param(
        "event-source.pollers",
        kafka(ProvisionedPollerConfig={"MinimumPollers": 3, "MaximumPollers": 2}),
        ".ProvisionedPollerConfig.MinimumPollers",
        "more than",
        id="more pollers than the most",
    ),
    pytest.param(
        "event-source.pollers",
        queue(ProvisionedPollerConfig={"MinimumPollers": 1}),
        ".ProvisionedPollerConfig.MinimumPollers",
        "at least 2",
        id="one poller of a queue",
    ),
    pytest.param(
        "event-source.other-function",
        queue(FunctionName="g"),
        ".FunctionName",
        '"g"',
        id="another function",
    ),
    pytest.param(
        "placeholder.in-text",
        kafka(Topics=["REPLACE_ME"]),
        ".Topics[0]",
        "REPLACE_ME",
        id="a topic to be replaced",
    ),
]


@pytest.mark.parametrize(("rule", "mapping", "path", "says"), REFUSED)
def test_what_a_rule_forbids_is_found_with_path_and_advice(rule, mapping, path, says):
    (finding,) = findings_of(mapping)

    assert (finding.rule, finding.json_path) == (rule, f"$.PullEventSources.EventSourceMapping{path}")
    assert says in str(finding)
    assert finding.advice


def test_every_rule_is_shown_here():
    of_whole_files = {
        "event-source.elsewhere",
        "event-source.misspelt",
        "event-source.not-wrapped",
        "event-source.twice",
        "event-source.push-twice",
    }

    assert {param.values[0] for param in REFUSED} | of_whole_files == {info.id for info in EVENT_SOURCE_RULES}


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param(queue(), id="a queue"),
        pytest.param(queue(BatchSize=100, MaximumBatchingWindowInSeconds=5), id="many messages, with time"),
        pytest.param(queue("q.fifo", BatchSize=10), id="a FIFO queue"),
        pytest.param(queue(FilterCriteria={"Filters": [{"Pattern": PATTERN}]}), id="a filter"),
        pytest.param(
            queue(BisectBatchOnFunctionError=False, DestinationConfig={"OnFailure": {}}),
            id="said for nothing",
        ),
        pytest.param(queue(FunctionName="f"), id="this function"),
        pytest.param(
            queue(FunctionName=f"arn:aws:lambda:{HERE}:function:f:PROD"), id="this function's alias"
        ),
        pytest.param(queue(FunctionName="123456789012:function:f"), id="this function's partial ARN"),
        pytest.param(kinesis(BatchSize=100, ParallelizationFactor=2), id="a stream"),
        pytest.param(
            kinesis(StartingPosition="AT_TIMESTAMP", StartingPositionTimestamp="2026-01-31T12:00:00Z"),
            id="from a time on",
        ),
        pytest.param(dynamodb(MaximumRetryAttempts=2), id="a table's stream"),
        pytest.param(kafka(), id="MSK"),
        pytest.param(
            {**OWN_CLUSTER, "StartingPosition": "LATEST", "Topics": ["orders"]}, id="Kafka of one's own"
        ),
        pytest.param(broker(), id="Amazon MQ"),
    ],
)
def test_what_aws_takes_is_taken(mapping):
    assert findings_of(mapping) == ()


def test_a_filter_written_as_an_object_is_shown_as_text():
    (finding,) = findings_of(queue(FilterCriteria={"Filters": [{"Pattern": {"body": ["a"]}}]}))

    assert finding.rule == "shape.wrong-type"
    assert json.dumps(json.dumps({"body": ["a"]})) in finding.advice


def test_a_source_that_is_there_twice_is_found_where_it_stands_again():
    (finding,) = check({"PullEventSources": [queue(), queue("other"), queue(BatchSize=2)]})[1]

    assert (finding.rule, finding.json_path) == ("event-source.twice", "$.PullEventSources[2]")


def test_two_topics_of_one_cluster_are_two_sources():
    assert check({"PullEventSources": [kafka(), kafka(Topics=["bills"])]})[1] == ()


def test_a_route_that_is_there_twice_is_found():
    (finding,) = check({"PushEventSources": [API, {**API, "RouteId": "s"}, API]})[1]

    assert (finding.rule, finding.json_path) == ("event-source.push-twice", "$.PushEventSources[2]")


def test_described_mappings_are_taken_for_pull_sources():
    described = queue(UUID="u", State="Enabled", FunctionArn=f"arn:aws:lambda:{HERE}:function:f")

    sources, found = check({"EventSourceMappings": [described, queue("other")]})

    assert sources.pull == (queue(), queue("other"))
    assert [finding.rule for finding in found] == ["document.describe-output"] * 2


def test_a_described_mapping_of_another_function_is_refused():
    described = queue(UUID="u", FunctionArn=f"arn:aws:lambda:{HERE}:function:g")

    (finding,) = (f for f in check({"EventSourceMappings": [described]})[1] if f.severity == "error")

    assert (finding.rule, finding.json_path) == (
        "event-source.other-function",
        "$.EventSourceMappings[0].FunctionArn",
    )


def test_a_mapping_by_itself_is_taken_for_the_only_one():
    sources, (finding,) = check(queue())

    assert sources.pull == (queue(),)
    assert (finding.rule, finding.json_path) == ("event-source.not-wrapped", "$")


@pytest.mark.parametrize(
    "nothing", [{}, {"PullEventSources": {}}, {"PullEventSources": []}, {"PushEventSources": []}]
)
def test_no_sources_are_no_mistake(nothing):
    assert check(nothing)[1] == ()


@pytest.mark.parametrize(
    "document",
    [
        Unknown("{{ x }}"),
        {"PullEventSources": Unknown("{{ x }}")},
        {"PushEventSources": Unknown("{{ x }}")},
        {"PushEventSources": [Unknown("{{ x }}")]},
        {"PushEventSources": [{"Service": Unknown("{{ x }}")}]},
        {"PushEventSources": [{**API, "RouteId": Unknown("{{ x }}")}]},
        {"PushEventSources": [{"Service": "elasticloadbalancing.amazonaws.com", "\uf8fex\uf8fe": GROUP}]},
        {"PullEventSources": [queue(BatchSize=Unknown("{{ x }}"))]},
        {
            "PullEventSources": [
                {"EventSourceArn": Unknown("{{ x }}")},
                {"EventSourceArn": Unknown("{{ x }}")},
            ]
        },
        {"PullEventSources": [kinesis(StartingPosition=Unknown("{{ x }}"))]},
        {"PullEventSources": [queue(FilterCriteria={"Filters": [{"Pattern": Unknown("{{ x }}")}]})]},
        {"PullEventSources": [queue(FunctionName=Unknown("{{ x }}"))]},
    ],
)
def test_unknown_values_anywhere_are_skipped(document):
    source = Source(file="f", positions={})

    assert check_event_sources(document, source, function_name=Unknown("{{ y }}"))[1] == ()


@pytest.mark.parametrize(
    ("region", "rules"),
    [
        pytest.param("us-east-1", [], id="where it is"),
        pytest.param("eu-west-1", ["event-source.elsewhere"], id="elsewhere"),
        pytest.param(None, [], id="not said"),
        pytest.param(Unknown("{{ region }}"), [], id="not known"),
    ],
)
def test_a_queue_lies_in_the_region_of_the_function(region, rules):
    rendered = rendered_document("a/f_lambdaeventsourcedef.json", {"PullEventSources": [queue()]})
    found = check_event_sources(rendered.document, Source.of(rendered), region=region)[1]

    assert [finding.rule for finding in found] == rules
