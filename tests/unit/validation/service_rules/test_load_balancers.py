"""Load balancers and the role for them."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

BLUE = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/blue/0123456789abcdef"
WEB = {"targetGroupArn": BLUE, "containerName": "web", "containerPort": 80}


def balancers(*items):
    return {"loadBalancers": list(items)}


TABLES = {
    "service.load-balancer-target": Table(
        refused={
            "both": (
                balancers({"targetGroupArn": BLUE, "loadBalancerName": "old"}),
                "$.loadBalancers[0].loadBalancerName",
                "exclude each other",
            ),
            "neither": (
                balancers({"containerName": "web"}),
                "$.loadBalancers[0].targetGroupArn",
                "no target group",
            ),
        },
        accepted={
            "a target group": balancers({"targetGroupArn": BLUE}),
            "a Classic one": balancers({"loadBalancerName": "old"}),
        },
    ),
    "service.load-balancer-container": Table(
        refused={
            "no container": (
                balancers({"containerPort": 80}),
                "$.loadBalancers[0].containerName",
                "which container",
            ),
            "no port": (
                balancers({"containerName": "web"}),
                "$.loadBalancers[0].containerPort",
                "which port",
            ),
        },
        accepted={"both": balancers({"containerName": "web", "containerPort": 80})},
    ),
    "service.target-group-arn": Table(
        refused={
            "a load balancer's": (
                balancers({"targetGroupArn": BLUE.replace("targetgroup", "loadbalancer/app")}),
                "$.loadBalancers[0].targetGroupArn",
                "is not the ARN of a target group",
            ),
            "a name": (
                balancers({"targetGroupArn": "blue"}),
                "$.loadBalancers[0].targetGroupArn",
                "describe-target",
            ),
            "a placeholder": (
                balancers({"targetGroupArn": "${TG}"}),
                "$.loadBalancers[0].targetGroupArn",
                "input file",
            ),
            "the alternate": (
                balancers(
                    {"targetGroupArn": BLUE, "advancedConfiguration": {"alternateTargetGroupArn": "green"}}
                ),
                "$.loadBalancers[0].advancedConfiguration.alternateTargetGroupArn",
                "targetgroup/<name>/<id>",
            ),
        },
        accepted={
            "an ARN": balancers({"targetGroupArn": BLUE}),
            "in GovCloud": balancers({"targetGroupArn": BLUE.replace("aws:", "aws-us-gov:", 1)}),
        },
    ),
    "service.load-balancer-twice": Table(
        refused={
            "the same": (balancers(WEB, dict(WEB)), "$.loadBalancers[1]", "web:80 is registered with"),
        },
        accepted={"another port": balancers(WEB, {**WEB, "containerPort": 81})},
    ),
    "service.load-balancers-too-many": Table(
        refused={
            "6 target groups": (balancers(*[WEB] * 6), "$.loadBalancers", "at most 5"),
            "a Classic one beside another": (
                balancers(WEB, {"loadBalancerName": "old"}),
                "$.loadBalancers[1]",
                "can only be the one",
            ),
        },
        accepted={
            "5 target groups": balancers(*[WEB] * 5),
            "one Classic": balancers({"loadBalancerName": "old"}),
        },
    ),
    "service.classic-load-balancer-fargate": Table(
        refused={
            "on Fargate": (
                {"launchType": "FARGATE", **balancers({"loadBalancerName": "old"})},
                "$.loadBalancers[0].loadBalancerName",
                "of type ip",
            )
        },
        accepted={
            "on EC2": {"launchType": "EC2", **balancers({"loadBalancerName": "old"})},
            "a target group": {"launchType": "FARGATE", **balancers(WEB)},
        },
    ),
    "service.role": Table(
        refused={
            "no load balancer": ({"role": "r"}, "$.role", "there is no load balancer"),
            "several": ({"role": "r", **balancers(WEB, WEB)}, "$.role", "with several load balancers"),
            "service discovery": (
                {"role": "r", **balancers(WEB), "serviceRegistries": [{"registryArn": "x"}]},
                "$.role",
                "with service discovery",
            ),
            "Fargate": ({"role": "r", "launchType": "FARGATE", **balancers(WEB)}, "$.role", "on Fargate"),
            "task sets": (
                {"role": "r", "deploymentController": {"type": "EXTERNAL"}, **balancers(WEB)},
                "$.role",
                "the controller EXTERNAL",
            ),
        },
        accepted={"one load balancer on EC2": {"role": "r", **balancers(WEB)}, "none": {}},
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
