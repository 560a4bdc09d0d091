"""What each role needs, as the templates grant it: actions, and the stack's outputs that name the resources.

The tests of the templates hold these tables against them. Rights under a condition are left out, for a
simulation would have to make the condition up, and so are a worker's on its queues: the queues' own policies
grant those, which IAM's simulator does not look at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gitmoxi.domain.states import Worker

_WORKERS = ("Ingestor", "Planner", "EcsDeployer", "LambdaDeployer", "Rollback")
_READ = ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query")
_RECORD = (
    *_READ,
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:ConditionCheckItem",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """``actions`` on every one of ``resources``: keys of outputs, or ``DEPLOY_ROLE``."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


DEPLOY_ROLE = "the deploy role"
"""Stands for the role that workers assume in target accounts, which no output names."""

_COMMON = (
    Need(actions=("events:PutEvents",), resources=("BusName",)),
    Need(
        actions=(*_READ[:1], *_READ[2:], "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        resources=("OutboxTable",),
    ),
    Need(
        actions=(*_READ[:1], *_READ[2:], "dynamodb:PutItem", "dynamodb:ConditionCheckItem"),
        resources=("AuditTable",),
    ),
    Need(actions=_READ, resources=("RepositoriesTable",)),
)
_WRITE_BODIES = Need(actions=("s3:ListBucket", "s3:GetObject", "s3:PutObject"), resources=("SnapshotBucket",))
_ASSUME = Need(actions=("sts:AssumeRole",), resources=(DEPLOY_ROLE,))


def _own_log(service: str) -> Need:
    return Need(actions=("logs:CreateLogStream", "logs:PutLogEvents"), resources=(f"{service}LogGroup",))


def _mover(service: str) -> tuple[Need, ...]:
    return (
        *_COMMON,
        _own_log(service),
        Need(actions=_RECORD, resources=("DeploymentsTable", "TargetsTable")),
        Need(actions=_READ, resources=("CommitsTable",)),
        _WRITE_BODIES,
        _ASSUME,
    )


_API = (
    *_COMMON,
    _own_log("Api"),
    Need(actions=_RECORD, resources=("RepositoriesTable",)),
    Need(actions=_READ, resources=("CommitsTable", "DeploymentsTable", "TargetsTable")),
    Need(actions=("dynamodb:PutItem", "dynamodb:ConditionCheckItem"), resources=("DeploymentsTable",)),
    Need(actions=("s3:ListBucket", "s3:GetObject"), resources=("SnapshotBucket",)),
    Need(
        actions=(
            "sqs:ReceiveMessage",
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ),
        resources=tuple(f"{worker}DlqUrl" for worker in _WORKERS),
    ),
    Need(
        actions=("sqs:SendMessage", "sqs:GetQueueAttributes"),
        resources=tuple(f"{worker}QueueUrl" for worker in _WORKERS),
    ),
    Need(
        actions=("logs:FilterLogEvents",),
        resources=tuple(f"{service}LogGroup" for service in (*_WORKERS, "Api")),
    ),
)

ROLE_NEEDS: Mapping[str, tuple[Need, ...]] = {
    "IngestorRole": (
        *_COMMON,
        _own_log("Ingestor"),
        Need(actions=_RECORD, resources=("RepositoriesTable", "CommitsTable", "DeploymentsTable")),
        Need(actions=_READ, resources=("TargetsTable",)),
        _WRITE_BODIES,
    ),
    "PlannerRole": (
        *_COMMON,
        _own_log("Planner"),
        Need(actions=_RECORD, resources=("CommitsTable", "DeploymentsTable", "TargetsTable")),
        _WRITE_BODIES,
        _ASSUME,
    ),
    "EcsDeployerRole": _mover("EcsDeployer"),
    "LambdaDeployerRole": _mover("LambdaDeployer"),
    "RollbackRole": _mover("Rollback"),
    "ApiRole": _API,
}
"""By the logical ids of the stack's roles."""

SERVICE_OF: Mapping[str, str] = {
    "IngestorRole": Worker.INGESTOR.value,
    "PlannerRole": Worker.PLANNER.value,
    "EcsDeployerRole": Worker.ECS_DEPLOYER.value,
    "LambdaDeployerRole": Worker.LAMBDA_DEPLOYER.value,
    "RollbackRole": Worker.ROLLBACK.value,
    "ApiRole": "api",
}

_ECS = (
    "CreateService DeleteService DescribeServiceDeployments DescribeServices DescribeTaskDefinition "
    "DescribeTasks ListServiceDeployments ListTaskDefinitions ListTasks RegisterTaskDefinition "
    "StopServiceDeployment TagResource UntagResource UpdateService"
)
_LAMBDA = (
    "CreateAlias CreateFunction DeleteFunction DeleteFunctionConcurrency DeleteProvisionedConcurrencyConfig "
    "GetAlias GetFunction GetLayerVersion ListAliases ListProvisionedConcurrencyConfigs "
    "ListVersionsByFunction PublishVersion PutFunctionConcurrency PutProvisionedConcurrencyConfig "
    "TagResource UntagResource UpdateAlias UpdateFunctionCode UpdateFunctionConfiguration"
)
DEPLOY_ACTIONS: tuple[str, ...] = (
    *(f"ecs:{name}" for name in _ECS.split()),
    *(f"lambda:{name}" for name in _LAMBDA.split()),
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "application-autoscaling:DescribeScalableTargets",
    "cloudwatch:DescribeAlarms",
    "elasticloadbalancing:DescribeTargetHealth",
    "logs:GetLogEvents",
)
"""What the deploy role needs on all resources of a target account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the control plane is."""

    partition: str
    region: str
    account: str


def arns_of(output: str, value: str, place: Place) -> dict[str, tuple[str, ...]]:
    """The ARNs behind an output, by the beginning of the actions that are asked of them (empty: of all)."""
    here = f"{place.region}:{place.account}"
    arn = f"arn:{place.partition}"
    if output.endswith("Table"):
        return {"": (f"{arn}:dynamodb:{here}:table/{value}",)}
    if output.endswith("LogGroup"):
        return {"": (f"{arn}:logs:{here}:log-group:{value}:*",)}
    if output.endswith("Url"):
        return {"": (f"{arn}:sqs:{here}:{value.rpartition('/')[2]}",)}
    if output == "SnapshotBucket":
        return {"s3:ListBucket": (f"{arn}:s3:::{value}",), "": (f"{arn}:s3:::{value}/a-body",)}
    if output == "BusName":
        return {"": (f"{arn}:events:{here}:event-bus/{value}",)}
    return {"": (f"{arn}:iam::{place.account}:role/{value}",)}
