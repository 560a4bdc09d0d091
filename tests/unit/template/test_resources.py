"""What the resources promise: nothing lost, nothing readable by others, nothing left behind."""

from __future__ import annotations

import json
import re

import cfnlint.api
import pytest

from gitmoxi.domain.states import Worker
from gitmoxi_gmctl.doctor.permissions import DEPLOY_ROLE, ROLE_NEEDS
from tests.unit.template.conftest import TEMPLATE, parsed

TABLES = ["Repositories", "Commits", "Deployments", "Targets", "Outbox", "Audit"]
WORKERS = ["Ingestor", "Planner", "EcsDeployer", "LambdaDeployer", "Rollback"]
SERVICES = [*WORKERS, "Api"]

CREATE_STACK_BODY_LIMIT_BYTES = 51_200
"""CloudFormation's quota for a template sent in the request (API_CreateStack, TemplateBody)."""


def test_cfn_lint_finds_nothing(template_path):
    assert [str(match) for match in cfnlint.api.lint_file(template_path)] == []


def test_the_template_fits_into_one_create_stack_request(template_path):
    assert template_path.stat().st_size <= CREATE_STACK_BODY_LIMIT_BYTES


def test_the_outputs_are_the_names_that_services_read(template):
    expected = {"BusName", "SnapshotBucket"}
    expected |= {f"{table}Table" for table in TABLES}
    expected |= {f"{worker}{kind}" for worker in WORKERS for kind in ("QueueUrl", "DlqUrl")}
    expected |= {f"{service}LogGroup" for service in SERVICES}
    assert set(template.outputs) == expected


def test_every_output_lies_in_parameter_store_under_its_own_key(template):
    parameters = template.properties("SSM::Parameter").values()
    stored = {parameter["Name"]["Fn::Sub"]: parameter["Value"] for parameter in parameters}
    assert stored == {f"/gitmoxi/${{Installation}}/{key}": value for key, value in template.outputs.items()}


@pytest.mark.parametrize("table", TABLES)
class TestTable:
    def test_is_on_demand_restorable_encrypted_and_protected(self, template, table):
        properties = template.properties("DynamoDB::Table")[f"{table}Table"]
        assert properties["BillingMode"] == "PAY_PER_REQUEST"
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert properties["SSESpecification"] == {"SSEEnabled": True}
        assert properties["DeletionProtectionEnabled"] is True
        assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}

    def test_outlives_its_stack(self, template, table):
        resource = template.body["Resources"][f"{table}Table"]
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")

    def test_is_keyed_by_two_strings(self, template, table):
        properties = template.properties("DynamoDB::Table")[f"{table}Table"]
        assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
        assert {a["AttributeType"] for a in properties["AttributeDefinitions"]} == {"S"}


@pytest.mark.parametrize(
    ("table", "indexes"),
    [
        pytest.param("Repositories", {}, id="repositories are found by key"),
        pytest.param("Commits", {"by_sha": ["sha_pk", "sha_sk"]}, id="commits by hash"),
        pytest.param(
            "Deployments",
            {
                "by_commit": ["gsi_commit_pk", "gsi_commit_sk"],
                "by_target": ["gsi_target_pk", "gsi_target_sk"],
                "by_status": ["gsi_status_pk", "gsi_status_sk"],
                "due": ["due_pk", "due_at"],
            },
            id="deployments by commit, target, status, and when they are due",
        ),
        pytest.param("Targets", {}, id="targets and ownerships by key"),
        pytest.param("Outbox", {}, id="the outbox is read by shard"),
        pytest.param("Audit", {}, id="the audit trail is read in order"),
    ],
)
def test_indexes(template, table, indexes):
    declared = template.properties("DynamoDB::Table")[f"{table}Table"].get("GlobalSecondaryIndexes", [])
    keys = {index["IndexName"]: [k["AttributeName"] for k in index["KeySchema"]] for index in declared}
    assert keys == indexes


def test_the_due_index_carries_just_enough_to_send_a_wake(template):
    indexes = template.properties("DynamoDB::Table")["DeploymentsTable"]["GlobalSecondaryIndexes"]
    due = next(index for index in indexes if index["IndexName"] == "due")
    assert due["Projection"] == {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["version", "owner"]}


class TestSnapshotBucket:
    def test_is_encrypted_with_our_own_rotating_key(self, template):
        bucket = template.properties("S3::Bucket")["SnapshotBucket"]
        (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        default = rule["ServerSideEncryptionByDefault"]
        assert default == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::GetAtt": "SnapshotKey.Arn"}}
        assert template.properties("KMS::Key")["SnapshotKey"]["EnableKeyRotation"] is True

    def test_is_versioned_and_forgets_old_versions(self, template):
        bucket = template.properties("S3::Bucket")["SnapshotBucket"]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        (rule,) = bucket["LifecycleConfiguration"]["Rules"]
        assert rule["Status"] == "Enabled"
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30

    def test_is_closed_to_the_public(self, template):
        block = template.properties("S3::Bucket")["SnapshotBucket"]["PublicAccessBlockConfiguration"]
        assert set(block.values()) == {True}
        assert len(block) == 4

    def test_refuses_plain_http(self, template):
        policy = template.properties("S3::BucketPolicy")["SnapshotBucketPolicy"]["PolicyDocument"]
        (statement,) = policy["Statement"]
        assert statement["Effect"] == "Deny"
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": False}}
        assert len(statement["Resource"]) == 2


def test_every_service_has_a_log_group_kept_for_30_days(template):
    groups = template.properties("Logs::LogGroup").values()
    names = {group["LogGroupName"]["Fn::Sub"] for group in groups}
    services = {*Worker, "api"} - {Worker.NOTIFIER}  # which has a template of its own
    assert names == {f"/gitmoxi/${{Installation}}/{name}" for name in services}
    assert {group["RetentionInDays"] for group in groups} == {30}


class TestRoles:
    @pytest.mark.parametrize("service", SERVICES)
    def test_only_a_task_of_this_account_may_take_the_role(self, template, service):
        role = template.properties("IAM::Role")[f"{service}Role"]
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
        source = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
        assert statement["Condition"] == source

    def test_no_statement_is_about_everything(self, template):
        for statement in _role_statements(template):
            assert statement["Effect"] == "Allow"
            assert statement["Resource"] != "*"
            for action in _listed(statement["Action"]):
                assert re.fullmatch(r"[a-z0-9]+:[A-Z]\w+", action), "no wildcard"

    def test_nobody_changes_or_removes_audit_rows(self, template):
        for statement in _role_statements(template):
            if "AuditTable" in json.dumps(statement["Resource"]):
                forbidden = {"dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"}
                assert forbidden.isdisjoint(_listed(statement["Action"]))

    def test_the_api_only_appends_to_deployments(self, template):
        (policy,) = template.properties("IAM::Role")["ApiRole"]["Policies"]
        writes = {
            action
            for statement in policy["PolicyDocument"]["Statement"]
            if "DeploymentsTable" in json.dumps(statement["Resource"])
            for action in _listed(statement["Action"])
            if action not in {"dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"}
        }
        assert writes == {"dynamodb:PutItem", "dynamodb:ConditionCheckItem"}

    def test_the_api_takes_letters_from_dead_letter_queues_and_only_sends_to_queues(self, template):
        assert _api_rights(template, "sqs:", ("Dlq",)) == {
            f"{worker}Dlq": {
                "sqs:ReceiveMessage",
                "sqs:ChangeMessageVisibility",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
            }
            for worker in WORKERS
        }
        assert _api_rights(template, "sqs:", ("Queue",)) == {
            f"{worker}Queue": {"sqs:SendMessage", "sqs:GetQueueAttributes"} for worker in WORKERS
        }

    def test_the_api_reads_every_services_log_and_writes_its_own(self, template):
        reads = {f"{service}LogGroup": {"logs:FilterLogEvents"} for service in SERVICES}
        reads["ApiLogGroup"] = reads["ApiLogGroup"] | {"logs:CreateLogStream", "logs:PutLogEvents"}
        assert _api_rights(template, "logs:", ("LogGroup",)) == reads

    def test_the_api_does_the_same_with_the_notifiers_which_its_own_template_names(self, template):
        notifier = parsed(TEMPLATE.with_name("notifier.yaml"))
        queues, groups = (notifier.properties(kind) for kind in ("SQS::Queue", "Logs::LogGroup"))
        names = {
            "BackToWork": ("sqs", queues["Queue"]["QueueName"]["Fn::Sub"]),
            "DeadLetters": ("sqs", queues["Dlq"]["QueueName"]["Fn::Sub"]),
            "ReadLogs": ("logs", f"log-group:{groups['LogGroup']['LogGroupName']['Fn::Sub']}:*"),
        }
        given = {
            statement["Sid"]: [arn["Fn::Sub"] for arn in statement["Resource"] if _is_the_notifiers(arn)]
            for statement in _statements_of(template, "ApiRole")
            if statement["Sid"] in names
        }
        place = "${AWS::Region}:${AWS::AccountId}"
        assert given == {
            sid: [f"arn:${{AWS::Partition}}:{service}:{place}:{name}"]
            for sid, (service, name) in names.items()
        }

    @pytest.mark.parametrize("service", ["Ingestor", "Api"])
    def test_who_reads_repositories_may_not_act_in_target_accounts(self, template, service):
        (policy,) = template.properties("IAM::Role")[f"{service}Role"]["Policies"]
        assert "sts:AssumeRole" not in json.dumps(policy)

    @pytest.mark.parametrize("service", ["Planner", "EcsDeployer", "LambdaDeployer", "Rollback"])
    def test_who_acts_in_target_accounts_may_not_read_git_credentials(self, template, service):
        (policy,) = template.properties("IAM::Role")[f"{service}Role"]["Policies"]
        assert "secretsmanager" not in json.dumps(policy)


def _role_statements(template):
    for role in template.properties("IAM::Role").values():
        for policy in role["Policies"]:
            yield from policy["PolicyDocument"]["Statement"]
    for policy in template.properties("IAM::ManagedPolicy").values():
        yield from policy["PolicyDocument"]["Statement"]


def _is_the_notifiers(arn):
    """Whether it is the queue, the dead-letter queue or the log group of the notifier's own template."""
    return "notifier" in arn.get("Fn::Sub", "")


def _listed(value):
    return [value] if isinstance(value, str) else value


def _api_rights(template, service, kinds):
    """Resource to actions of the API's role, of one AWS service, on resources of these kinds."""
    (policy,) = template.properties("IAM::Role")["ApiRole"]["Policies"]
    rights: dict[str, set[str]] = {}
    for statement in policy["PolicyDocument"]["Statement"]:
        actions = {action for action in _listed(statement["Action"]) if action.startswith(service)}
        resources = statement["Resource"]
        for arn in resources if isinstance(resources, list) else [resources]:
            if actions and not _is_the_notifiers(arn) and (name := template.named(arn)).endswith(kinds):
                rights[name] = rights.get(name, set()) | actions
    return rights


@pytest.mark.parametrize("role", [f"{service}Role" for service in SERVICES])
def test_gmctl_doctor_asks_for_exactly_the_rights_of_each_role(template, role):
    granted = {
        (action, _output_of(resource))
        for statement in _statements_of(template, role)
        if "Condition" not in statement
        for action in _listed(statement["Action"])
        for resource in (
            statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        )
    }
    asked = {
        (action, resource)
        for need in ROLE_NEEDS[role]
        for action in need.actions
        for resource in need.resources
    }
    # No output stands for the path in Parameter Store, which each service asks for that starts; and the
    # notifier may not be installed.
    assert {(action, output) for action, output in granted if output is not None} == asked
    assert {action for action, output in granted if output is None} <= {
        "ssm:GetParametersByPath",
        "codecommit:GitPull",
        *NOTIFIERS,
    }


NOTIFIERS = (
    "sqs:ReceiveMessage",
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:SendMessage",
    "logs:FilterLogEvents",
)


def _statements_of(template, role):
    (policy,) = template.properties("IAM::Role")[role]["Policies"]
    yield from policy["PolicyDocument"]["Statement"]
    yield from template.properties("IAM::ManagedPolicy")["CommonPolicy"]["PolicyDocument"]["Statement"]


def _output_of(resource):
    """The output that names a statement's resource, or the stand-in for the deploy role; None for others."""
    text = next(iter(resource.values()))
    if "DeployRoleName" in text:
        return DEPLOY_ROLE
    name = re.sub(r"\W.*", "", text.removeprefix("${"))
    if name == "Bus":
        return "BusName"
    if name.endswith(("Queue", "Dlq")):
        return f"{name}Url"
    return name if name.endswith(("Table", "LogGroup", "Bucket")) else None
