"""All rules across the files of an ECS object together."""

from __future__ import annotations

import re

import pytest

from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.ecs_rules import ECS_RULE_INFOS, ECS_RULES
from gitmoxi.validation.rule import run_rules
from tests.unit.validation.ecs_rules import (
    test_definition,
    test_places,
    test_ports,
    test_settings,
    test_tasks,
)
from tests.unit.validation.ecs_rules.given import SERVICE, documents

MODULES = (test_definition, test_places, test_ports, test_settings, test_tasks)
TABLES = {rule: table for module in MODULES for rule, table in module.TABLES.items()}
OURS = {"ecs.alarm-twice", "ecs.poll-interval"}
"""Rules on settings that AWS knows nothing of."""


def found(subject):
    return list(run_rules(ECS_RULES, subject, SERVICE))


@pytest.mark.parametrize("info", ECS_RULE_INFOS, ids=lambda info: info.id)
def test_every_rule_has_a_table_a_name_a_sentence_and_a_source(info):
    table = TABLES[info.id]

    assert table.refused
    assert table.accepted
    assert re.fullmatch(r"ecs\.[a-z]+(-[a-z]+)*", info.id)
    assert info.summary.endswith(".")
    assert info.source.startswith("https://docs.aws.amazon.com/AmazonECS/") or info.id in OURS


def test_ids_are_unique():
    assert sorted(info.id for info in ECS_RULE_INFOS) == sorted(TABLES)


def test_what_is_not_known_is_not_complained_about():
    service = {
        "cluster": Unknown("{{ cluster }}"),
        "launchType": Unknown("{{ launch }}"),
        "loadBalancers": Unknown("{{ balancers }}"),
        "enableExecuteCommand": True,
        "healthCheckGracePeriodSeconds": Unknown("{{ grace }}"),
    }
    task = {"networkMode": Unknown("{{ mode }}"), "taskRoleArn": Unknown("{{ role }}")}
    settings = {"targetGroupArnPairs": Unknown("{{ pairs }}"), "stabilityCheck": Unknown("{{ check }}")}

    assert found(documents(service, task, settings)) == []


def test_pairs_that_are_not_known_are_not_missed():
    service = {
        "deploymentController": {"type": "EXTERNAL"},
        "loadBalancers": [{"targetGroupArn": "blue", "containerName": "web", "containerPort": 80}],
    }
    settings = {"targetGroupArnPairs": Unknown("{{ pairs }}")}

    assert [
        finding.rule for finding in found(documents(service, settings=settings, unreadable=["taskdef"]))
    ] == ["ecs.controller"]


@pytest.mark.parametrize("wrong", [7, "text", True, None, [], {}, [7], ["text"], [[]], {"x": 7}])
def test_documents_of_other_forms_are_looked_at_without_a_crash(wrong):
    subjects = [subject for table in TABLES.values() for subject, _, _ in table.refused.values()]
    for subject in subjects:
        service = subject.service.document
        task = subject.task_definition.document if subject.task_definition is not None else {}
        settings = subject.settings_document
        spoilt = [documents({**service, name: wrong}, task, settings) for name in service]
        spoilt += [documents(service, {**task, name: wrong}, settings) for name in task]
        spoilt += [documents(service, task, wrong)]
        if settings:
            spoilt += [documents(service, task, {**settings, name: wrong}) for name in settings]

        assert all(finding.message for each in spoilt for finding in found(each))
