"""Which event reaches which queue, and who may write there."""

from __future__ import annotations

import json

import pytest

from gitmoxi.contracts.messages import MESSAGES, Sweep

WORKERS = ["Ingestor", "Planner", "EcsDeployer", "LambdaDeployer", "Rollback"]
OURS, DEFAULT = "our bus", "default bus"


def routed(template, bus, event):
    """The queues that the rules of a bus send an event to."""
    return sorted(
        template.named(target["Arn"])
        for rule in template.properties("Events::Rule").values()
        if (OURS if "EventBusName" in rule else DEFAULT) == bus
        if "EventPattern" in rule and _matches(rule["EventPattern"], event)
        for target in rule["Targets"]
    )


def _matches(pattern, event):
    """EventBridge's matching, as far as the template uses it (API_PutRule, event patterns)."""
    return all(
        _matches(wanted, event.get(key, {}))
        if isinstance(wanted, dict)
        else any(_accepts(option, event.get(key)) for option in wanted)
        for key, wanted in pattern.items()
    )


def _accepts(option, value):
    if isinstance(option, str):
        return option == value
    (prefix,) = option["anything-but"].values()
    return value is not None and not value.startswith(prefix)


@pytest.mark.parametrize(
    ("bus", "source", "detail_type", "detail", "queues"),
    [
        pytest.param(OURS, "ci", "gitmoxi.push.v1", {}, ["IngestorQueue"], id="a push"),
        pytest.param(DEFAULT, "ci", "gitmoxi.push.v1", {}, ["IngestorQueue"], id="a push on the default bus"),
        pytest.param(OURS, "aws.ec2", "gitmoxi.push.v1", {}, [], id="no push pretends to be AWS"),
        pytest.param(DEFAULT, "aws.ec2", "gitmoxi.push.v1", {}, [], id="nor on the default bus"),
        pytest.param(
            DEFAULT,
            "aws.codecommit",
            "CodeCommit Repository State Change",
            {"event": "referenceUpdated", "referenceType": "branch"},
            ["IngestorQueue"],
            id="a CodeCommit push",
        ),
        pytest.param(
            DEFAULT,
            "aws.codecommit",
            "CodeCommit Repository State Change",
            {"event": "referenceCreated", "referenceType": "tag"},
            [],
            id="a CodeCommit tag is not a push",
        ),
        pytest.param(OURS, "gitmoxi", "commit.ingested.v1", {}, ["PlannerQueue"], id="an ingested commit"),
        pytest.param(
            OURS, "gitmoxi", "gitmoxi.dryrun.requested.v1", {}, ["IngestorQueue"], id="a dry run is asked for"
        ),
        pytest.param(DEFAULT, "ci", "gitmoxi.dryrun.requested.v1", {}, [], id="by our API only"),
        pytest.param(OURS, "gitmoxi", "dryrun.ingested.v1", {}, ["PlannerQueue"], id="an ingested dry run"),
        pytest.param(
            OURS,
            "gitmoxi",
            "deployment.rollback.requested.v1",
            {"worker": "rollback"},
            ["RollbackQueue"],
            id="a hand-over",
        ),
        pytest.param(
            OURS, "gitmoxi", "deployment.succeeded.v1", {"worker": "rollback"}, [], id="a fact is no work"
        ),
        pytest.param(
            DEFAULT,
            "aws.cloudwatch",
            "CloudWatch Alarm State Change",
            {},
            ["EcsDeployerQueue", "LambdaDeployerQueue", "RollbackQueue"],
            id="an alarm",
        ),
        pytest.param(DEFAULT, "someone", "ECS Task State Change", {}, [], id="ECS events come from ECS only"),
        pytest.param(
            DEFAULT,
            "gitmoxi",
            "deployment.planned.v1",
            {"worker": "rollback"},
            [],
            id="work comes by our bus",
        ),
    ],
)
def test_events(template, bus, source, detail_type, detail, queues):
    event = {"source": source, "detail-type": detail_type, "detail": detail}
    assert routed(template, bus, event) == queues


@pytest.mark.parametrize(
    "detail_type", ["deployment.planned.v1", "deployment.slot.freed.v1", "deployment.command.v1"]
)
@pytest.mark.parametrize(
    ("worker", "queue"),
    [
        ("ecs-deployer", "EcsDeployerQueue"),
        ("lambda-deployer", "LambdaDeployerQueue"),
        ("rollback", "RollbackQueue"),
    ],
)
def test_work_reaches_exactly_the_worker_it_names(template, detail_type, worker, queue):
    event = {"source": "gitmoxi", "detail-type": detail_type, "detail": {"worker": worker}}
    assert routed(template, OURS, event) == [queue]


def test_the_planner_gets_answers_to_what_it_holds_and_no_other_work(template):
    event = {"source": "gitmoxi", "detail-type": "deployment.command.v1", "detail": {"worker": "planner"}}
    assert routed(template, OURS, event) == ["PlannerQueue"]
    assert routed(template, OURS, event | {"detail-type": "deployment.planned.v1"}) == []


@pytest.mark.parametrize(
    "detail_type",
    [
        "ECS Task State Change",
        "ECS Service Action",
        "ECS Deployment State Change",
        "ECS Hook State Change",
    ],
)
def test_ecs_events_reach_who_watches_ecs(template, detail_type):
    event = {"source": "aws.ecs", "detail-type": detail_type, "detail": {}}
    assert routed(template, DEFAULT, event) == ["EcsDeployerQueue", "RollbackQueue"]


def test_rules_on_our_bus_name_only_messages_of_ours(template):
    named = {
        detail_type
        for rule in template.properties("Events::Rule").values()
        if "EventBusName" in rule
        for detail_type in rule["EventPattern"]["detail-type"]
    }
    assert named <= {message.DETAIL_TYPE for message in MESSAGES}


def test_every_minute_each_worker_is_told_to_sweep(template):
    (rule,) = (r for r in template.properties("Events::Rule").values() if "ScheduleExpression" in r)
    assert "EventBusName" not in rule, "AWS runs schedules on the default bus only"
    assert rule["ScheduleExpression"] == "rate(1 minute)"
    assert [template.named(t["Arn"]) for t in rule["Targets"]] == [f"{worker}Queue" for worker in WORKERS]
    for target in rule["Targets"]:
        message = json.loads(target["Input"])
        assert message == {"detail-type": Sweep.DETAIL_TYPE, "source": "gitmoxi.schedule", "detail": {}}


def test_every_target_retries_and_has_the_dead_letter_queue_of_its_queue(template):
    for rule in template.properties("Events::Rule").values():
        assert len(rule["Targets"]) <= 5, "EventBridge's quota of targets per rule"
        for target in rule["Targets"]:
            assert set(target["RetryPolicy"]) == {"MaximumEventAgeInSeconds", "MaximumRetryAttempts"}
            dead_letters = template.named(target["DeadLetterConfig"]["Arn"])
            assert dead_letters == template.named(target["Arn"]).replace("Queue", "Dlq")
            assert "RoleArn" not in target, "an SQS target takes none"


@pytest.mark.parametrize("worker", WORKERS)
class TestQueue:
    def test_moves_what_failed_five_times_to_its_dead_letter_queue(self, template, worker):
        queue = template.properties("SQS::Queue")[f"{worker}Queue"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
        assert template.named(queue["RedrivePolicy"]["deadLetterTargetArn"]) == f"{worker}Dlq"

    def test_keeps_dead_letters_for_14_days_and_longer_than_messages(self, template, worker):
        queues = template.properties("SQS::Queue")
        kept_seconds = queues[f"{worker}Dlq"]["MessageRetentionPeriod"]
        assert kept_seconds == 14 * 24 * 3600
        assert kept_seconds > queues[f"{worker}Queue"]["MessageRetentionPeriod"]

    def test_is_encrypted_and_hides_messages_for_a_minute(self, template, worker):
        for kind in ("Queue", "Dlq"):
            queue = template.properties("SQS::Queue")[f"{worker}{kind}"]
            assert queue["SqsManagedSseEnabled"] is True
            assert queue["VisibilityTimeout"] == 60


@pytest.mark.parametrize("worker", WORKERS)
class TestQueuePolicy:
    def statements(self, template, worker):
        policy = template.properties("SQS::QueuePolicy")[f"{worker}QueuePolicy"]
        assert policy["Queues"] == [{"Ref": f"{worker}Queue"}, {"Ref": f"{worker}Dlq"}]
        return {s["Sid"]: s for s in policy["PolicyDocument"]["Statement"]}

    def test_admits_exactly_the_rules_that_send_there(self, template, worker):
        senders = sorted(
            name
            for name, rule in template.properties("Events::Rule").items()
            if f"{worker}Queue" in {template.named(target["Arn"]) for target in rule["Targets"]}
        )
        statement = self.statements(template, worker)["OwnRules"]
        assert statement["Principal"] == {"Service": "events.amazonaws.com"}
        assert statement["Action"] == "sqs:SendMessage"
        sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert sorted(template.named(arn) for arn in sources) == senders

    def test_admits_the_owning_services_role(self, template, worker):
        statement = self.statements(template, worker)["Owner"]
        assert template.named(statement["Principal"]["AWS"]) == f"{worker}Role"
        assert set(statement["Action"]) == {
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:GetQueueAttributes",
        }

    def test_allows_nobody_else_and_denies_nothing_literally(self, template, worker):
        statements = self.statements(template, worker)
        assert set(statements) == {"OwnRules", "Owner"}
        for statement in statements.values():
            assert statement["Effect"] == "Allow"
            assert statement["Resource"] == "*", "of the queue that the policy is attached to"


def test_every_queue_has_exactly_one_policy(template):
    policies = template.properties("SQS::QueuePolicy").values()
    attached = sorted(queue["Ref"] for policy in policies for queue in policy["Queues"])
    assert attached == sorted(template.properties("SQS::Queue"))
