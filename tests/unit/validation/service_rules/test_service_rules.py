"""All rules on service definitions together."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.service_rules import SERVICE_RULE_INFOS, SERVICE_RULES
from tests.unit.validation.service_rules import (
    test_capacity,
    test_deployment,
    test_discovery,
    test_external,
    test_hooks,
    test_load_balancers,
    test_naming,
    test_network,
    test_placement,
    test_service_connect,
    test_strategies,
    test_tags,
    test_volumes,
)
from tests.unit.validation.service_rules.found import SOURCE

MODULES = (
    test_capacity,
    test_deployment,
    test_discovery,
    test_external,
    test_hooks,
    test_load_balancers,
    test_naming,
    test_network,
    test_placement,
    test_service_connect,
    test_strategies,
    test_tags,
    test_volumes,
)
TABLES = {rule: table for module in MODULES for rule, table in module.TABLES.items()}
MEMBERS = sorted(
    {name for table in TABLES.values() for service in table.accepted.values() for name in service}
)


@pytest.mark.parametrize("info", SERVICE_RULE_INFOS, ids=lambda info: info.id)
def test_every_rule_has_a_table_a_name_a_sentence_and_a_source(info):
    table = TABLES[info.id]

    assert table.refused
    assert table.accepted
    assert re.fullmatch(r"service\.[a-z]+(-[a-z]+)*", info.id)
    assert info.summary.endswith(".")
    assert info.source.startswith("https://docs.aws.amazon.com/AmazonECS/")


def test_ids_are_unique():
    ids = [info.id for info in SERVICE_RULE_INFOS]

    assert len(ids) == len(set(ids))
    assert set(ids) == set(TABLES)


def test_a_complete_service_passes_all_rules():
    service = {
        "cluster": "prod",
        "serviceName": "web",
        "desiredCount": 2,
        "launchType": "FARGATE",
        "platformVersion": "LATEST",
        "networkConfiguration": {
            "awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}
        },
        "loadBalancers": [
            {
                "targetGroupArn": test_load_balancers.BLUE,
                "containerName": "web",
                "containerPort": 80,
            }
        ],
        "healthCheckGracePeriodSeconds": 30,
        "deploymentConfiguration": {
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "availabilityZoneRebalancing": "ENABLED",
        "tags": [{"key": "team", "value": "web"}],
    }

    assert list(run_rules(SERVICE_RULES, service, SOURCE)) == []


def test_what_is_not_known_is_not_complained_about():
    service = {
        "serviceName": Unknown("{{ name }}"),
        "cluster": Unknown("{{ cluster }}"),
        "desiredCount": Unknown("{{ count }}"),
        "launchType": "FARGATE",
        "networkConfiguration": Unknown("{{ network }}"),
        "loadBalancers": [
            {"targetGroupArn": Unknown("{{ tg }}"), "containerName": "web", "containerPort": 80}
        ],
        "tags": [{"key": Unknown("{{ key }}"), "value": "x"}],
        "deploymentConfiguration": {"maximumPercent": Unknown("{{ most }}")},
    }

    assert list(run_rules(SERVICE_RULES, service, SOURCE)) == []


def test_what_is_known_is_checked_beside_what_is_not():
    service = {"serviceName": "a b", "cluster": Unknown("{{ cluster }}")}

    assert [finding.rule for finding in run_rules(SERVICE_RULES, service, SOURCE)] == ["service.name"]


def test_only_what_is_refused_or_cannot_work_is_an_error():
    odd = {info.id for info in SERVICE_RULE_INFOS if info.severity is not Severity.ERROR}

    assert odd == {
        "service.advanced-configuration-unused",
        "service.alarm-twice",
        "service.alarms-empty",
        "service.breaker-unused",
        "service.client-token",
        "service.connect-aliases",
        "service.connect-disabled",
        "service.deployment-stuck",
        "service.external-percent",
        "service.load-balancer-twice",
        "service.maximum-percent",
        "service.no-traffic-to-shift",
    }


WRONG = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(MEMBERS), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(MEMBERS), WRONG, max_size=4))
def test_documents_of_any_form_are_looked_at_without_a_crash(service):
    for finding in run_rules(SERVICE_RULES, service, SOURCE):
        assert finding.message


@pytest.mark.parametrize("wrong", [7, "text", True, None, [], {}, [7], ["text"], [[]], {"x": 7}])
def test_members_of_other_types_are_left_to_the_shape_check(wrong):
    subjects = [service for table in TABLES.values() for service in table.accepted.values()]
    changed = [{**service, name: wrong} for service in subjects for name in service]

    found = [finding for service in changed for finding in run_rules(SERVICE_RULES, service, SOURCE)]

    assert all(finding.message and finding.json_path for finding in found)
