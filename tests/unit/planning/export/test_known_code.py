"""Code that nobody deployed with us yet is known by its hash in S3, where S3 tells one."""

from __future__ import annotations

import pytest

from gitmoxi.domain.deployments import Verb
from gitmoxi.planning.aws_lambda import plan_lambda
from tests.unit.planning.samples import LIVE_ALIAS, OWNER, desired_lambda, live_lambda, live_version


@pytest.mark.parametrize(
    ("known", "previous", "verb"),
    [
        pytest.param("sha-1", None, Verb.NOTHING, id="the same"),
        pytest.param("sha-2", None, Verb.UPDATE, id="other code"),
        pytest.param(None, None, Verb.UPDATE, id="not known"),
        pytest.param(
            "sha-1",
            desired_lambda({"Code": {"S3Key": "greet-0.zip"}}),
            Verb.UPDATE,
            id="a known past counts more",
        ),
    ],
)
def test_the_hash_in_s3(known, previous, verb):
    plan = plan_lambda(
        desired_lambda(),
        live_lambda(),
        LIVE_ALIAS,
        live_version(),
        owner=OWNER,
        previous=previous,
        wanted_code_sha256=known,
    )
    assert plan.verb is verb
