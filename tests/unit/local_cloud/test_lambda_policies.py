"""A policy belongs to one resource: https://docs.aws.amazon.com/lambda/latest/api/API_GetPolicy.html"""

from __future__ import annotations

import json

import pytest

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.lambda_front.policies import policy_of

ARN = "arn:aws:lambda:us-east-1:000000000000:function:f"
RECORD = {
    "config": {"FunctionArn": ARN, "RevisionId": "r1"},
    "policy": {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "all", "Resource": ARN}, {"Sid": "alias", "Resource": f"{ARN}:live"}],
    },
}


@pytest.mark.parametrize(("qualifier", "sid"), [("", "all"), ("live", "alias")])
def test_a_resource_has_its_own_statements(qualifier, sid):
    answer = policy_of(RECORD, qualifier)

    assert [statement["Sid"] for statement in json.loads(answer["Policy"])["Statement"]] == [sid]
    assert answer["RevisionId"] == "r1"


def test_no_statement_is_no_policy():
    with pytest.raises(AwsError) as caught:
        policy_of(RECORD, "2")

    assert (caught.value.code, caught.value.status) == ("ResourceNotFoundException", 404)
