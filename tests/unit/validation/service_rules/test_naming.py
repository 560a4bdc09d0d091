"""Names of services, clusters and task definitions."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

TABLES = {
    "service.name": Table(
        refused={
            "a space": ({"serviceName": "my web"}, "$.serviceName", '"my web" cannot be the name'),
            "empty": ({"serviceName": ""}, "$.serviceName", "rename the service"),
            "too long": ({"serviceName": "w" * 256}, "$.serviceName", "1 to 255"),
            "a dot": ({"serviceName": "web.v2"}, "$.serviceName", "letters, digits"),
            "a placeholder": ({"serviceName": "${NAME}"}, "$.serviceName", "input file"),
        },
        accepted={
            "all characters": {"serviceName": "Web_2-a"},
            "longest": {"serviceName": "w" * 255},
            "missing, which the shape check says": {},
            "no text, which the shape check says": {"serviceName": 7},
        },
    ),
    "service.cluster": Table(
        refused={
            "a path": ({"cluster": "cluster/prod"}, "$.cluster", "neither a cluster's name nor its ARN"),
            "the ARN of a service": (
                {"cluster": "arn:aws:ecs:eu-west-1:123456789012:service/prod/web"},
                "$.cluster",
                "cluster/<name>",
            ),
            "empty": ({"cluster": ""}, "$.cluster", "called default"),
        },
        accepted={
            "a name": {"cluster": "prod"},
            "an ARN": {"cluster": "arn:aws:ecs:eu-west-1:123456789012:cluster/prod"},
            "an ARN in China": {"cluster": "arn:aws-cn:ecs:cn-north-1:123456789012:cluster/prod"},
            "left out": {},
        },
    ),
    "service.task-definition-name": Table(
        refused={
            "a file": (
                {"taskDefinition": "web_taskdef.json"},
                "$.taskDefinition",
                "names no task definition",
            ),
            "revision 0": ({"taskDefinition": "web:0"}, "$.taskDefinition", "web:3"),
        },
        accepted={
            "a family": {"taskDefinition": "web"},
            "a revision": {"taskDefinition": "web:3"},
            "an ARN": {"taskDefinition": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3"},
        },
    ),
    "service.desired-count": Table(
        refused={"negative": ({"desiredCount": -1}, "$.desiredCount", "fewer than 0")},
        accepted={
            "none": {"desiredCount": 0},
            "many": {"desiredCount": 500},
            "in quotes": {"desiredCount": "-1"},
        },
    ),
    "service.client-token": Table(
        refused={"given": ({"clientToken": "abc"}, "$.clientToken", "every deployment brings its own")},
        accepted={"left out": {}},
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
