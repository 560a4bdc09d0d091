"""Which part of an ARN is said to be wrong."""

from __future__ import annotations

import pytest

from gitmoxi.validation.arns import TARGET_GROUP, arn_fault, target_group_fault


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


@pytest.mark.parametrize(
    "id_",
    [
        pytest.param("0123456789abcdef", id="as AWS makes it"),
        pytest.param("sgpitalk1mub85al", id="as local clouds make it"),
    ],
)
def test_a_target_group_has_an_id_of_letters_and_digits(id_):
    arn = f"arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/tg1/{id_}"

    assert TARGET_GROUP.fullmatch(arn)


ELB = "arn:aws:elasticloadbalancing"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("tg1", "it has not the form arn:aws:elasticloadbalancing:", id="a name"),
        pytest.param("arn:gcp:elasticloadbalancing:r:a:t/n/i", 'partition is "gcp"', id="the partition"),
        pytest.param(
            "arn:aws:ecs:eu-west-1:111122223333:targetgroup/n/1", 'service is "ecs"', id="the service"
        ),
        pytest.param(f"{ELB}::111122223333:targetgroup/n/1", "it has no region", id="no region"),
        pytest.param(f"{ELB}:eu-west-1::targetgroup/n/1", "it has no account", id="no account"),
        pytest.param(f"{ELB}:HERE:111122223333:targetgroup/n/1", 'region is "HERE"', id="the region"),
        pytest.param(f"{ELB}:eu-west-1:1:targetgroup/n/1", 'account "1" is not 12', id="the account"),
        pytest.param(
            f"{ELB}:eu-west-1:111122223333:loadbalancer/app/n/1",
            'it names "loadbalancer/',
            id="what it names",
        ),
        pytest.param(
            f"{ELB}:eu-west-1:111122223333:targetgroup/n", 'after targetgroup/ it has "n"', id="no id"
        ),
        pytest.param(
            f"{ELB}:eu-west-1:111122223333:targetgroup/n/1-2", 'it has "n/1-2", not <name>/<id>', id="the id"
        ),
    ],
)
def test_the_wrong_part_of_a_target_groups_arn_is_named(text, says):
    assert not TARGET_GROUP.fullmatch(text)
    assert says in target_group_fault(text)
