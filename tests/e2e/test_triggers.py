"""A webhook and the poller over real processes: signed with a stored secret, found without any event."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets

import httpx
import pytest

from tests.e2e.installation import FactQueue, GitRepository, Installation
from tests.e2e.samples import ecs_files

pytestmark = pytest.mark.xdist_group("e2e-triggers")


def with_webhook_secret(running: Installation, repository: GitRepository) -> tuple[str, str]:
    """Register the repository with a secret of Secrets Manager; its id, and the secret."""
    key = secrets.token_hex(32)
    tag = {"Key": "gitmoxi:installation", "Value": "gitmoxi"}
    made = running.client("secretsmanager").create_secret(Name="webhook", SecretString=key, Tags=[tag])
    added = running.gmctl("repo", "add", "-r", repository.url, "-b", "main", "--webhook-secret", made["ARN"])
    assert added.code == 0, added.text
    (registered,) = running.api("/v1/repositories")["repositories"]
    return registered["id"], key


def send(running: Installation, repository: GitRepository, path: str, key: str, sha: str) -> httpx.Response:
    """GitHub's push event, signed with ``key``."""
    told = {"clone_url": repository.url, "html_url": repository.url}
    body = json.dumps({"ref": "refs/heads/main", "after": sha, "repository": told}).encode()
    headers = {
        "content-type": "application/json",
        "x-github-event": "push",
        "x-github-delivery": "72d3162e-cc78-11e3-81ab-4c9367dc0958",
        "x-hub-signature-256": "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest(),
    }
    with httpx.Client(base_url=running.up["api"], trust_env=False, timeout=10) as client:
        return client.post(path, content=body, headers=headers)


def test_scenario_21_22_a_webhook_deploys_once_and_the_poller_what_no_webhook_told_of(tmp_path):
    repository = GitRepository(tmp_path / "shop")
    sha = repository.commit(ecs_files("prod/hooked"))
    with Installation(tmp_path, env={"GITMOXI_GIT_POLL_SECONDS": "1"}) as running:
        running.client("ecs").create_cluster(clusterName="e2e")
        facts = FactQueue(running)
        identity, key = with_webhook_secret(running, repository)
        path = f"/v1/webhooks/github/{identity}"

        assert send(running, repository, path, "a guess", sha).status_code == 401
        answers = [send(running, repository, path, key, sha) for _ in range(5)]

        assert {answer.status_code for answer in answers} == {202}, answers[0].text
        facts.wait_for(1)
        push = running.api(answers[0].headers["location"])
        assert (push["outcome"], push["sha"], push["seq"]) == ("INGESTED", sha, 1)

        unannounced = repository.commit({"prod/hooked_input.json": json.dumps({"image": "nginx:2"})})
        facts.wait_for(2)

        assert [fact["commit"] for fact in facts.seen] == [sha, unannounced]
        assert {fact["detail_type"] for fact in facts.seen} == {"deployment.succeeded.v1"}
        (shown,) = running.api("/v1/repositories")["repositories"]
        assert shown["health"]["ok"]
