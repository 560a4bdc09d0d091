"""CodeCommit's event as a push."""

from __future__ import annotations

import pytest

from gitmoxi_ingestor.codecommit import RepositoryStateChange, clone_url, push_of


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("us-east-2", "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/shop"),
        ("cn-north-1", "https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/shop"),
    ],
)
def test_the_address_to_clone_from(region, url):
    assert clone_url("shop", region) == url


def test_the_push_is_that_of_the_event():
    change = RepositoryStateChange.model_validate(
        {
            "event": "referenceUpdated",
            "repositoryName": "shop",
            "referenceType": "branch",
            "referenceName": "main",
            "commitId": "b" * 40,
            "oldCommitId": "a" * 40,
        }
    )

    push = push_of(change, region="eu-west-1", event_id="e-1")

    assert push is not None
    assert (push.branch, push.commit, push.delivery_id, push.force) == ("main", "b" * 40, "e-1", False)


@pytest.mark.parametrize("missing", ["event", "repositoryName", "referenceType", "referenceName"])
def test_an_event_that_is_none_is_refused_at_the_border(missing):
    known = {"event": "referenceCreated", "repositoryName": "r", "referenceType": "branch"}
    known["referenceName"] = "main"

    with pytest.raises(ValueError, match=missing):
        RepositoryStateChange.model_validate({k: v for k, v in known.items() if k != missing})
