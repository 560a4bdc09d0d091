"""Calls that AWS refused: the missing statement, and what the error codes mean."""

from __future__ import annotations

import json

import pytest

from gitmoxi.errors import AccessDeniedError
from gitmoxi.explaining.explaining import explain_refusal
from gitmoxi.explaining.signs import Refusal
from tests.unit.explaining.documented import FUNCTION, MESSAGES, ROLE, SESSION


def denied(message, action="lambda:UpdateFunctionCode", code="AccessDeniedException", resource=""):
    return explain_refusal(Refusal(action=action, code=code, message=message, resource=resource))


def statement(explained):
    return json.loads(explained.advice[explained.advice.index("{") : explained.advice.rindex("}") + 1])


def test_the_denied_action_and_resource_become_the_statement():
    explained = denied(
        f"User: {SESSION} is not authorized to perform: lambda:UpdateFunctionCode on resource: "
        f"{FUNCTION} because "
        "no identity-based policy allows the lambda:UpdateFunctionCode action"
    )
    assert explained.cause == f"Calling lambda:UpdateFunctionCode on {FUNCTION} is denied to {SESSION}."
    assert statement(explained) == {
        "Effect": "Allow",
        "Action": "lambda:UpdateFunctionCode",
        "Resource": FUNCTION,
    }


def test_the_action_that_aws_names_may_be_another_than_the_calls():
    explained = denied(
        f"User: {SESSION} is not authorized to perform: ecs:TagResource on resource: {FUNCTION}"
    )
    assert statement(explained)["Action"] == "ecs:TagResource"


def test_a_terse_denial_falls_back_on_the_call():
    explained = denied("Access Denied", action="s3:HeadObject", resource="arn:aws:s3:::code/app.zip")
    assert statement(explained) == {
        "Effect": "Allow",
        "Action": "s3:HeadObject",
        "Resource": "arn:aws:s3:::code/app.zip",
    }


def test_a_resource_that_is_no_arn_is_left_for_the_reader():
    explained = denied("User: x is not authorized to perform: lambda:GetFunction on resource: my-function")
    assert statement(explained)["Resource"] == "<ARN of the resource>"


@pytest.mark.parametrize(
    ("call", "services"),
    [
        ("ecs:RegisterTaskDefinition", ["ecs-tasks.amazonaws.com"]),
        ("ecs:CreateService", ["ecs-tasks.amazonaws.com", "ecs.amazonaws.com"]),
        ("lambda:CreateFunction", ["lambda.amazonaws.com"]),
    ],
)
def test_a_role_may_be_passed_to_the_services_of_the_call_only(call, services):
    explained = denied(MESSAGES["role.not-passable"][0], action=call)
    assert explained.id == "role.not-passable"
    assert statement(explained) == {
        "Effect": "Allow",
        "Action": "iam:PassRole",
        "Resource": ROLE,
        "Condition": {"StringEquals": {"iam:PassedToService": services}},
    }


def test_an_explicit_deny_gets_no_statement():
    explained = denied(MESSAGES["access.denied-explicitly"][0])
    assert "{" not in explained.advice
    assert "service control policy" in explained.advice


@pytest.mark.parametrize(
    ("code", "id_"),
    [
        ("ClusterNotFoundException", "request.cluster-missing"),
        ("ServiceNotActiveException", "request.service-missing"),
        ("ServiceNotFoundException", "request.service-missing"),
        ("NamespaceNotFoundException", "request.namespace-missing"),
        ("PlatformTaskDefinitionIncompatibilityException", "request.platform-unfit"),
        ("UnsupportedFeatureException", "request.unsupported"),
        ("BlockedException", "request.blocked"),
        ("PreconditionFailedException", "request.changed-meanwhile"),
        ("ResourceConflictException", "request.conflict"),
        ("ResourceNotFoundException", "request.not-found"),
        ("InvalidParameterException", "request.invalid"),
        ("ParamValidationError", "request.invalid"),
        ("CodeStorageExceededException", "quota.code-storage"),
        ("LimitExceededException", "quota.exceeded"),
        ("ServiceQuotaExceededException", "quota.exceeded"),
        ("InvalidZipFileException", "code.not-a-zip"),
        ("UnrecognizedClientException", "access.credentials-unusable"),
        ("AccessDenied", "access.denied"),
        ("UnauthorizedOperation", "access.denied"),
        ("SomethingNewException", "unknown"),
    ],
)
def test_codes_tell_when_the_message_does_not(code, id_):
    explained = denied("the words of AWS", code=code)
    assert explained.id == id_
    assert explained.evidence == (f"{code}: the words of AWS",)


def test_a_refusal_is_made_of_the_error_that_the_adapters_raise():
    error = AccessDeniedError(operation="ecs:CreateService", code="AccessDeniedException", reason="no")
    assert Refusal.from_error(error, "arn:aws:ecs:x") == Refusal(
        action="ecs:CreateService", code="AccessDeniedException", message="no", resource="arn:aws:ecs:x"
    )
