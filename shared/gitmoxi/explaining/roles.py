"""Roles that are missing, not trusted or not passable."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import (
    CREATE_FUNCTION,
    EXECUTION_ROLE,
    FUNCTION_VPC,
    PASSING_ROLES,
    SERVICE_EVENTS,
    SERVICE_LINKED_ROLE,
    STOPPED_TASKS,
)

_TRUST = "The role's trust policy must allow sts:AssumeRole to"

ROLE_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="role.not-passable",
        cause="The {role} may not be passed to AWS's service by {principal}.",
        advice="Add this statement to the role that makes the call: {statement}",
        source=PASSING_ROLES,
        says=(("iam:passrole",),),
        allow=("iam:PassRole",),
        on="role",
    ),
    Entry(
        id="role.service-linked-role-missing",
        cause="The account has no service-linked role for Amazon ECS.",
        advice=(
            "Create it once per account: `aws iam create-service-linked-role --aws-service-name "
            "ecs.amazonaws.com`, then retry."
        ),
        source=SERVICE_LINKED_ROLE,
        says=(("service linked role",), ("service-linked role",)),
    ),
    Entry(
        id="role.cannot-be-assumed",
        cause="ECS cannot assume the {role}.",
        advice=(
            f"Check that it exists and is spelt right. {_TRUST} the service ecs-tasks.amazonaws.com. A role "
            "made a moment ago may need a minute."
        ),
        source=STOPPED_TASKS,
        says=(
            ("ecs was unable to assume the role",),
            ("unable to assume", "role"),
            ("iam trust relationship has been misconfigured",),
        ),
    ),
    Entry(
        id="role.function-role-cannot-be-assumed",
        cause="Lambda cannot assume the function's role.",
        advice=(
            f"Check that it exists and is spelt right. {_TRUST} the service lambda.amazonaws.com. A role "
            "made "
            "a moment ago may need a minute."
        ),
        source=CREATE_FUNCTION,
        says=(("cannot be assumed by lambda",),),
    ),
    Entry(
        id="role.function-role-cannot-make-interfaces",
        cause="The function's role may not make the network interfaces that its VPC needs.",
        advice="Add this statement to the function's role: {statement}",
        source=FUNCTION_VPC,
        says=(("does not have permissions to call", "networkinterface"),),
        allow=(
            "ec2:CreateNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:DeleteNetworkInterface",
            "ec2:AssignPrivateIpAddresses",
            "ec2:UnassignPrivateIpAddresses",
        ),
        on="*",
    ),
    Entry(
        id="role.execution-role-missing",
        cause="The task definition names no execution role, and needs one.",
        advice=(
            "Set executionRoleArn in the task definition to a role with the managed policy "
            "AmazonECSTaskExecutionRolePolicy."
        ),
        source=EXECUTION_ROLE,
        says=(
            ("requires task definition to have execution role",),
            ("must also specify a value for 'executionrolearn'",),
        ),
    ),
    Entry(
        id="role.permissions-changed",
        cause="A role that ECS uses for the service has lost permissions.",
        advice=(
            "Compare the policies of the roles of the service and of the task definition with earlier ones."
        ),
        source=SERVICE_EVENTS,
        says=(("iam permissions policies have been misconfigured",),),
    ),
)
