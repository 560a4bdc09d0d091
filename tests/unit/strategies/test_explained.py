"""Refused calls are explained; a cause is told once while the deployment goes on."""

from __future__ import annotations

import json

import pytest

from gitmoxi.domain.deployments import ActionError, Progress
from gitmoxi.domain.explanations import UNKNOWN, Explanation
from gitmoxi.errors import AwsRejectedError, NotFoundError, PermanentError
from gitmoxi.strategies.explained import (
    MOST_NOTICED,
    headline,
    news,
    noticed,
    why_impossible,
    why_refused,
)
from tests.unit.strategies.stories import ECS, LAMBDA


def explained(id_: str, *evidence: str) -> Explanation:
    return Explanation(id=id_, cause=f"It is {id_}.", evidence=evidence, advice="Mend it.", source="")


@pytest.mark.parametrize(
    ("operation", "target", "resource"),
    [
        pytest.param("ecs:CreateService", ECS, ECS.service_arn, id="a service"),
        pytest.param("lambda:PublishVersion", LAMBDA, LAMBDA.function_arn, id="a function"),
        pytest.param("ecs:RegisterTaskDefinition", ECS, "<ARN of the resource>", id="not on the service"),
        pytest.param("ecs:CreateService", None, "<ARN of the resource>", id="no target"),
    ],
)
def test_a_terse_denial_gets_the_statement_that_is_missing(operation, target, resource):
    error = ActionError(code="AccessDeniedException", message="Access denied.", operation=operation)
    (one,) = why_refused(error, target)
    statement = {"Effect": "Allow", "Action": operation, "Resource": resource}
    assert one.advice.endswith(json.dumps(statement))
    assert one.evidence == ("AccessDeniedException: Access denied.",)


def test_our_own_refusal_explains_itself():
    assert why_refused(ActionError.of(PermanentError("it carries no tag of ours")), ECS) == ()


def test_what_is_kept_of_a_refusal_reads_as_the_error_did():
    error = AwsRejectedError(operation="ecs:CreateService", code="ClientException", reason="No.")
    assert str(ActionError.of(error)) == str(error)
    assert str(ActionError.of(NotFoundError("gone"))) == "gone"


def test_a_refusal_behind_an_error_of_ours_is_explained():
    refused = AwsRejectedError(
        operation="ecs:DescribeServices", code="ClusterNotFoundException", reason="No."
    )
    ours = NotFoundError("The cluster demo does not exist.")
    ours.__cause__ = refused
    assert [one.id for one in why_impossible(ours)] == ["request.cluster-missing"]
    assert why_impossible(refused) == why_impossible(ours)
    assert why_impossible(NotFoundError("no such file")) == ()


@pytest.mark.parametrize(
    ("explanations", "told"),
    [
        pytest.param((), "AWS gave no reason", id="none"),
        pytest.param((explained("bad"), explained("worse")), "It is bad", id="the first cause"),
        pytest.param((explained(UNKNOWN, "The moon."),), "The moon", id="AWS's own words, if unknown"),
        pytest.param((explained(UNKNOWN),), "It is unknown", id="not even words"),
    ],
)
def test_the_headline(explanations, told):
    assert headline(explanations) == told


def test_a_cause_is_news_once():
    progress, found = Progress(), (explained("a"), explained("b"))
    progress = noticed(progress, news(progress, found[:1]))
    assert news(progress, found) == (found[1],)
    assert news(noticed(progress, found[1:]), found) == ()


def test_symptoms_are_no_news():
    assert news(Progress(), (explained("deployment.circuit-breaker"),)) == ()


def test_only_so_many_causes_are_told_on_the_way():
    progress = noticed(Progress(), tuple(explained(f"k{number}") for number in range(20)))
    assert len(progress.values["noticed"].split()) == MOST_NOTICED
    assert news(progress, (explained("another"),)) == ()
