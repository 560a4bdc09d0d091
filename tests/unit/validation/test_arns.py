"""Which part of an ARN is said to be wrong."""

from __future__ import annotations

import pytest

from gitmoxi.validation.arns import arn_fault


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("arn:aws:ecs:region:111122223333:cluster/c", 'its region is "region"', id="a region"),
        pytest.param("arn:aws:ecs:eu-west-1:1111:cluster/c", 'account "1111" is not 12', id="an account"),
        pytest.param("arn:aws:iam::ACCOUNT:role/r", 'account "ACCOUNT"', id="an account in words"),
    ],
)
def test_the_wrong_part_is_named(text, says):
    assert says in arn_fault(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("arn:aws:ecs:eu-west-1:111122223333:cluster/c", id="a good one"),
        pytest.param("arn:aws:iam::111122223333:role/r", id="without region"),
        pytest.param("arn:aws-us-gov:ecs:us-gov-west-1:111122223333:cluster/c", id="another partition"),
        pytest.param("arn:aws-eusc:ecs:eusc-de-east-1:111122223333:cluster/c", id="the European cloud"),
        pytest.param("arn:aws:ecs", id="too short to have parts"),
        pytest.param("cluster", id="no ARN"),
        pytest.param("", id="nothing"),
    ],
)
def test_nothing_is_said_where_no_part_stands_out(text):
    assert arn_fault(text) == ""
