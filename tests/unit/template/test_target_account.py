"""The role of a target account allows what the adapters call there, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules

import pytest

from gitmoxi.adapters import aws
from gitmoxi.adapters.aws.calls import Operation
from gitmoxi_gmctl.doctor.permissions import DEPLOY_ACTIONS
from tests.unit.template.conftest import TEMPLATE, parsed

WITHOUT_A_CALL_OF_OURS = {
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "iam:PassRole",
    "lambda:GetLayerVersion",
    "s3:GetObject",
    "s3:GetObjectVersion",
}
"""What AWS asks of whoever creates services and functions, and HeadObject (by the name of s3:GetObject)."""


@pytest.fixture(scope="module")
def allowed() -> set[str]:
    role = parsed(TEMPLATE.with_name("target-account.yaml")).body["Resources"]["DeployRole"]
    statements = role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    actions = [statement["Action"] for statement in statements]
    return {action for one in actions for action in ([one] if isinstance(one, str) else one)}


def called() -> Iterator[str]:
    """The names of the operations that the adapters know."""
    for found in iter_modules(aws.__path__):
        for table in vars(import_module(f"{aws.__name__}.{found.name}")).values():
            if isinstance(table, Mapping) and table and isinstance(next(iter(table.values())), Operation):
                yield from table


def test_every_call_that_we_make_is_allowed(allowed):
    assert set(called()) - {action.partition(":")[2] for action in allowed} == set()


def test_nothing_else_is_allowed(allowed):
    made = set(called())
    assert {action for action in allowed if action.partition(":")[2] not in made} == WITHOUT_A_CALL_OF_OURS


def test_gmctl_doctor_asks_for_exactly_what_is_allowed_on_everything(allowed):
    narrowed = {"iam:PassRole", "s3:GetObject", "s3:GetObjectVersion"}
    assert set(DEPLOY_ACTIONS) == allowed - narrowed
