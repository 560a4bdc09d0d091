"""The rules for task definitions: what they take, what they find, and how they behave with odd documents."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmoxi.domain.findings import Severity
from gitmoxi.domain.unknown import Unknown
from gitmoxi.validation.aws_model import input_shape
from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.sources import Source
from gitmoxi.validation.task_rules import TASK_RULE_INFOS, TASK_RULES, TaskDefinition
from tests.unit.validation.task_rules.documents import all_findings, container, found, one, task
from tests.unit.validation.task_rules.documents import fargate as on_fargate
from tests.unit.validation.task_rules.tables import containers, fargate, networks, sizes, values, volumes

TABLES = (containers, fargate, networks, sizes, values, volumes)
ACCEPTED = list(chain.from_iterable(table.ACCEPTED for table in TABLES))
REFUSED = list(chain.from_iterable(table.REFUSED for table in TABLES))


@pytest.mark.parametrize(("rule", "document"), ACCEPTED)
def test_what_aws_takes_is_taken(rule, document):
    assert all_findings(document) == []


@pytest.mark.parametrize("refusal", REFUSED)
def test_what_breaks_a_rule_is_found_with_place_reason_and_advice(refusal):
    (finding,) = found(refusal.rule, refusal.document)

    assert finding.json_path == refusal.path
    assert finding.line is not None
    for part in refusal.message:
        assert part in finding.message
    assert refusal.advice in finding.advice


def test_every_rule_has_documents_that_break_it():
    assert {case.values[0].rule for case in REFUSED} == {info.id for info in TASK_RULE_INFOS}


def test_every_rule_is_listed_once_and_stands_on_a_page():
    ids = [info.id for info in TASK_RULE_INFOS]

    assert len(ids) == len(set(ids))
    for info in TASK_RULE_INFOS:
        assert info.id.partition(".")[0] in {"task", "placeholder"}
        assert info.summary.endswith(".")
        assert info.source.startswith("https://docs.aws.amazon.com/AmazonECS/") or info.id.startswith(
            "placeholder"
        )


@pytest.mark.parametrize(
    ("rule", "severity"),
    [
        pytest.param("task.no-memory", Severity.ERROR, id="AWS refuses it"),
        pytest.param("task.volume-unused", Severity.WARNING, id="AWS takes it"),
        pytest.param("placeholder.in-text", Severity.WARNING, id="it may be meant"),
    ],
)
def test_what_aws_takes_is_a_warning_only(rule, severity):
    assert {info.id: info.severity for info in TASK_RULE_INFOS}[rule] is severity


def test_a_task_that_its_service_starts_on_fargate_must_be_fit_for_it():
    document = one(privileged=True)

    assert all_findings(document) == []
    rules = {finding.rule for finding in all_findings(document, started_on_fargate=True)}
    assert rules == {"task.fargate-size-missing", "task.fargate-network", "task.fargate-container"}


def test_no_finding_repeats_a_key_that_stands_in_the_file():
    key = "AKIA" + "ABCDEFGHIJKLMNOP"
    document = task(
        container(
            environment=[{"name": "KEY", "value": key}],
            secrets=[{"name": "K", "valueFrom": f"arn:{key}"}],
            dockerLabels={"key": key},
        )
    )

    findings = all_findings(document)

    assert {"task.secret-in-plain-text", "task.secret-reference"} <= {finding.rule for finding in findings}
    assert key not in repr(findings)


MEMBERS = sorted(input_shape("ecs", "RegisterTaskDefinition").members)
CONTAINER_MEMBERS = sorted(
    input_shape("ecs", "RegisterTaskDefinition").members["containerDefinitions"].member.members
)
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "value", "containerName", "condition", "type"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
ODD_CONTAINERS = st.lists(
    st.dictionaries(st.sampled_from(CONTAINER_MEMBERS), ANY_VALUE) | ANY_VALUE, max_size=3
)
ODD_DOCUMENTS = st.dictionaries(st.sampled_from(MEMBERS), ANY_VALUE).flatmap(
    lambda document: ODD_CONTAINERS.map(lambda given: document | {"containerDefinitions": given})
)


@settings(deadline=None, max_examples=50)
@given(ODD_DOCUMENTS, st.booleans())
def test_whatever_the_document_holds_no_rule_falls_over(document, fargate_is_told):
    subject = TaskDefinition(document=document, started_on_fargate=fargate_is_told)

    for finding in run_rules(TASK_RULES, subject, Source(file="f", positions={})):
        assert finding.message


def unknown_at(document, *path):
    """The document with an unknown value at ``path``."""
    if not path:
        return Unknown("{{ x }}")
    head, *rest = path
    changed = document.copy()
    changed[head] = unknown_at(document[head], *rest)
    return changed


def known_findings(document):
    return list(run_rules(TASK_RULES, TaskDefinition(document=document), Source(file="f", positions={})))


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(("cpu",), id="the size"),
        pytest.param(("networkMode",), id="the network mode"),
        pytest.param(("requiresCompatibilities",), id="the launch types"),
        pytest.param(("containerDefinitions",), id="all containers"),
        pytest.param(("containerDefinitions", 0), id="a container"),
        pytest.param(("containerDefinitions", 0, "name"), id="a name"),
        pytest.param(("containerDefinitions", 0, "image"), id="an image"),
        pytest.param(("containerDefinitions", 0, "environment", 0, "value"), id="the value of a variable"),
    ],
)
def test_nothing_is_found_in_what_is_not_known(path):
    good = on_fargate(container(environment=[{"name": "A", "value": "1"}]))

    assert known_findings(unknown_at(good, *path)) == []


def test_an_unknown_container_does_not_hide_what_is_wrong_with_another():
    document = task(container(), container(name="b", image=None))

    findings = known_findings(unknown_at(document, "containerDefinitions", 0, "image"))

    assert [finding.json_path for finding in findings] == ["$.containerDefinitions[1].image"]
