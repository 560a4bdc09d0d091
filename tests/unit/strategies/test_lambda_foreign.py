"""Whether somebody else changed a function: by what its members are, not by its revision."""

from __future__ import annotations

import pytest

from gitmoxi.strategies.lambda_foreign import changed_between, standing_after, standing_of
from tests.unit.strategies.stories import function

VPC = {"SubnetIds": ["a", "b"], "SecurityGroupIds": ["g"]}


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        pytest.param({"MemorySize": 128}, {"MemorySize": 256}, ("MemorySize",), id="a setting"),
        pytest.param({}, {"Layers": [{"Arn": "arn:l:1"}]}, ("Layers",), id="one that comes"),
        pytest.param({"KMSKeyArn": "k"}, {}, ("KMSKeyArn",), id="one that goes"),
        pytest.param({"CodeSha256": "1"}, {"CodeSha256": "2"}, ("CodeSha256",), id="the code"),
        pytest.param({"RevisionId": "1"}, {"RevisionId": "2"}, (), id="the revision alone"),
        pytest.param({"LastModified": "1"}, {"LastModified": "2"}, (), id="the time alone"),
        pytest.param({"Description": ""}, {}, (), id="empty or left out"),
        pytest.param(
            {"VpcConfig": VPC},
            {"VpcConfig": {**VPC, "SubnetIds": ["b", "a"], "VpcId": "v"}},
            (),
            id="another order, and what AWS adds",
        ),
        pytest.param(
            {"Environment": {"Variables": {"A": "1"}}},
            {"Environment": {"Variables": {"A": "1", "B": "2"}}},
            ("Environment",),
            id="a variable that comes",
        ),
        pytest.param(
            {"Environment": {"Variables": {"A": "1"}}},
            {"Environment": {"Error": {"ErrorCode": "AccessDeniedException"}}},
            (),
            id="variables that Lambda cannot decrypt at the moment",
        ),
        pytest.param(
            {"Environment": {"Variables": {"A": "1"}}},
            {"Environment": {"Variables": {"A": "2"}}},
            (),
            id="the value of a variable is not written down, not even in digits",
        ),
    ],
)
def test_what_changed(before, after, changed):
    assert changed_between(standing_of(function(**before)), standing_of(function(**after))) == changed


def test_our_own_change_is_expected_and_nothing_else():
    before = standing_of(function(Timeout=3, MemorySize=128))
    expected = standing_after(before, function(Timeout=9, MemorySize=256), ["Timeout"])
    assert changed_between(expected, standing_of(function(Timeout=9, MemorySize=256))) == ("MemorySize",)


def test_what_another_release_wrote_tells_nothing():
    assert changed_between("abcd", standing_of(function())) == ()
