"""Networks of services."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

AWSVPC = "$.networkConfiguration.awsvpcConfiguration"


def network(**members):
    return {"networkConfiguration": {"awsvpcConfiguration": members}}


TABLES = {
    "service.fargate-network": Table(
        refused={
            "by launch type": ({"launchType": "FARGATE"}, "$.networkConfiguration", "there is none"),
            "by capacity provider": (
                {"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]},
                "$.networkConfiguration",
                "add networkConfiguration",
            ),
        },
        accepted={
            "with subnets": {"launchType": "FARGATE", **network(subnets=["subnet-1"])},
            "on EC2": {"launchType": "EC2"},
        },
    ),
    "service.network-limits": Table(
        refused={
            "no subnet": (network(subnets=[]), f"{AWSVPC}.subnets", "no subnet"),
            "17 subnets": (network(subnets=["s"] * 17), f"{AWSVPC}.subnets", "at most 16"),
            "6 groups": (
                network(subnets=["s"], securityGroups=["g"] * 6),
                f"{AWSVPC}.securityGroups",
                "at most 5",
            ),
        },
        accepted={"the most": network(subnets=["s"] * 16, securityGroups=["g"] * 5), "none": {}},
    ),
    "service.public-ip": Table(
        refused={
            "on EC2": (
                {"launchType": "EC2", **network(subnets=["s"], assignPublicIp="ENABLED")},
                f"{AWSVPC}.assignPublicIp",
                "NAT gateway",
            )
        },
        accepted={
            "on Fargate": {"launchType": "FARGATE", **network(subnets=["s"], assignPublicIp="ENABLED")},
            "disabled": {"launchType": "EC2", **network(subnets=["s"], assignPublicIp="DISABLED")},
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
