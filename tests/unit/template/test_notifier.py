"""The notifier's template: a stack of its own that only reads records, and remembers what it told."""

from __future__ import annotations

import json
import re

import cfnlint.api
import pytest

from gitmoxi.adapters.dynamodb.told import PARTITION
from gitmoxi.contracts.messages import FACT_OF_STATE, MESSAGES, CommitFailed, CommitIngested, DryRunEnded
from tests.unit.template.conftest import TEMPLATE, Template, parsed

PATH = TEMPLATE.with_name("notifier.yaml")


@pytest.fixture(scope="module")
def notifier() -> Template:
    return parsed(PATH)


def statements(notifier: Template):
    (policy,) = notifier.properties("IAM::Role")["Role"]["Policies"]
    return {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}


def test_cfn_lint_finds_nothing():
    assert [str(match) for match in cfnlint.api.lint_file(PATH)] == []


def test_it_hears_of_commits_of_ends_and_of_dry_runs_and_of_no_step_between():
    (rule,) = parsed(PATH).properties("Events::Rule").values()
    heard = set(rule["EventPattern"]["detail-type"])
    told = (CommitIngested, CommitFailed, DryRunEnded)
    assert heard == {*FACT_OF_STATE.values(), *(message.DETAIL_TYPE for message in told)}
    assert rule["EventBusName"] == {"Ref": "Installation"}


def test_only_gitmoxi_itself_can_make_it_talk(notifier):
    (rule,) = notifier.properties("Events::Rule").values()
    assert rule["EventPattern"]["source"] == ["gitmoxi"]


def test_the_outputs_lie_in_parameter_store_under_their_own_keys(notifier):
    stored = {one["Name"]["Fn::Sub"]: one["Value"] for one in notifier.properties("SSM::Parameter").values()}
    assert stored == {f"/gitmoxi/${{Installation}}/{key}": value for key, value in notifier.outputs.items()}
    assert set(notifier.outputs) == {"NotifierQueueUrl", "NotifierDlqUrl", "NotifierLogGroup"}


def test_every_name_that_it_takes_is_one_that_the_control_plane_gives_out(notifier, template):
    taken = set(re.findall(r"resolve:ssm:/gitmoxi/\$\{Installation\}/(\w+)", json.dumps(notifier.body)))
    assert taken
    assert taken <= set(template.outputs)


def test_what_failed_five_times_is_kept_for_14_days(notifier):
    queues = notifier.properties("SQS::Queue")
    assert queues["Queue"]["RedrivePolicy"]["maxReceiveCount"] == 5
    assert notifier.named(queues["Queue"]["RedrivePolicy"]["deadLetterTargetArn"]) == "Dlq"
    assert queues["Dlq"]["MessageRetentionPeriod"] == 14 * 24 * 3600
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


@pytest.mark.parametrize("queue", ["Queue", "Dlq"])
def test_a_queue_admits_its_rule_and_its_owner_and_nobody_else(notifier, queue):
    policy = notifier.properties("SQS::QueuePolicy")[f"{queue}Policy"]
    by_sid = {one["Sid"]: one for one in policy["PolicyDocument"]["Statement"]}
    assert set(by_sid) == {"OwnRules", "Owner"}
    (source,) = by_sid["OwnRules"]["Condition"]["ArnEquals"]["aws:SourceArn"]
    assert notifier.named(source) == "FactRule"
    assert notifier.named(by_sid["Owner"]["Principal"]["AWS"]) == "Role"


class TestRole:
    def test_changes_no_record_but_its_own_memory(self, notifier):
        writes = {
            sid: one
            for sid, one in statements(notifier).items()
            if re.search(r"dynamodb:(Put|Update|Delete|Batch\w*Write)", json.dumps(one["Action"]))
        }
        assert set(writes) == {"RememberWhatWasTold", "AppendAudit"}
        condition = writes["RememberWhatWasTold"]["Condition"]
        assert condition == {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{PARTITION}*"]}}

    def test_can_neither_deploy_nor_publish_on_the_bus(self, notifier):
        actions = json.dumps([one["Action"] for one in statements(notifier).values()])
        for forbidden in ("sts:", "events:", "ecs:", "lambda:", "s3:Put", "kms:GenerateDataKey"):
            assert forbidden not in actions

    def test_reads_only_secrets_that_are_tagged_for_the_installation(self, notifier):
        for sid in ("TokensInSecrets", "TokensInParameters"):
            assert "gitmoxi:installation" in json.dumps(statements(notifier)[sid]["Condition"])

    def test_names_every_action(self, notifier):
        for one in statements(notifier).values():
            for action in [one["Action"]] if isinstance(one["Action"], str) else one["Action"]:
                assert re.fullmatch(r"[a-z0-9]+:[A-Z]\w+", action)


def test_the_rule_names_only_messages_of_ours():
    known = {message.DETAIL_TYPE for message in MESSAGES} | set(FACT_OF_STATE.values())
    (rule,) = parsed(PATH).properties("Events::Rule").values()
    assert set(rule["EventPattern"]["detail-type"]) <= known
