"""Regions and accounts of what the files name."""

from __future__ import annotations

from tests.unit.validation.ecs_rules.given import assert_refused, documents, found
from tests.unit.validation.rule_tables import Table, accepted, refused

CLUSTER = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"
TASK = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3"
GROUP = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/0123456789abcdef"

TABLES = {
    "ecs.elsewhere": Table(
        refused={
            "a cluster in another region": (
                documents({"cluster": CLUSTER}, settings={"environment": {"region": "us-east-1"}}),
                "svcdef.json $.cluster",
                "environment.region of the deployment settings says us-east-1",
            ),
            "a target group in another account": (
                documents(
                    {"loadBalancers": [{"targetGroupArn": GROUP}]},
                    settings={"environment": {"account": "999999999999"}},
                ),
                "svcdef.json $.loadBalancers[0].targetGroupArn",
                "999999999999",
            ),
            "target groups apart": (
                documents(
                    {}, settings={"targetGroupArnPairs": [[GROUP, GROUP.replace("eu-west-1", "eu-west-2")]]}
                ),
                "depdef.json $.targetGroupArnPairs[0][1]",
                "the target group is in eu-west-1",
            ),
            "a named task definition": (
                documents({"cluster": CLUSTER, "taskDefinition": TASK.replace("eu-west-1", "eu-west-2")}),
                "svcdef.json $.taskDefinition",
                "the cluster is in eu-west-1",
            ),
        },
        accepted={
            "all there": documents(
                {"cluster": CLUSTER, "loadBalancers": [{"targetGroupArn": GROUP}], "taskDefinition": TASK},
                settings={"environment": {"region": "eu-west-1", "account": "123456789012"}},
            ),
            "names alone": documents({"cluster": "prod"}, settings={"environment": {"region": "us-east-1"}}),
            "a task definition that counts for nothing": documents(
                {"cluster": CLUSTER, "taskDefinition": TASK.replace("eu-west-1", "eu-west-2")}, {}
            ),
        },
    ),
}


@refused(TABLES)
def test_what_does_not_fit_together_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_fits_together_is_passed(rule, subject):
    assert found(rule, subject) == []
