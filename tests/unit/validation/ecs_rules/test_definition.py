"""Which task definition a service gets, and who deploys it."""

from __future__ import annotations

from tests.unit.validation.ecs_rules.given import assert_refused, documents, found
from tests.unit.validation.rule_tables import Table, accepted, refused

CONTROLLER = "svcdef.json $.deploymentController.type"


def controlled(kind):
    return documents({"deploymentController": {"type": kind}})


TABLES = {
    "ecs.controller": Table(
        refused={
            "CodeDeploy": (controlled("CODE_DEPLOY"), CONTROLLER, "BLUE_GREEN, LINEAR or CANARY"),
            "task sets": (
                controlled("EXTERNAL"),
                CONTROLLER,
                "EXTERNAL is not supported yet by this version",
            ),
        },
        accepted={
            "ECS": controlled("ECS"),
            "left out": documents({}),
            "unheard of, which the shape check says": controlled("MINE"),
        },
    ),
    "ecs.no-task-definition": Table(
        refused={
            "none": (documents({"serviceName": "web"}), "svcdef.json $", "neither a _taskdef.json file")
        },
        accepted={
            "a name": documents({"taskDefinition": "web"}),
            "a file": documents({}, {}),
            "a file that cannot be read": documents({}, unreadable=["taskdef"]),
        },
    ),
    "ecs.task-definition-overridden": Table(
        refused={
            "both": (
                documents({"taskDefinition": "web:3"}, {}),
                "svcdef.json $.taskDefinition",
                "overridden by a/n_taskdef.json",
            )
        },
        accepted={
            "the file alone": documents({}, {}),
            "the name alone": documents({"taskDefinition": "web:3"}),
        },
    ),
}


@refused(TABLES)
def test_what_does_not_fit_together_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_fits_together_is_passed(rule, subject):
    assert found(rule, subject) == []
