"""A team hears of its deployments on its Git host and in its channels, over real processes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import trustme

from tests.contract.feedback.forge import Forge, ForgeServer, Refusal
from tests.e2e.installation import GitRepository, Installation, code_zip, put_code
from tests.e2e.samples import BUCKET, code, lambda_files
from tests.git_server import Behaviour, _Handler

pytestmark = [pytest.mark.xdist_group("e2e-feedback"), pytest.mark.timeout(400)]

SECONDS = 90
Unique = Callable[[str], str]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("feedback")


@pytest.fixture(scope="module")
def forge() -> Forge:
    return Forge(token=f"canary-{secrets.token_hex(20)}")


@pytest.fixture(scope="module")
def server(forge: Forge, authority: trustme.CA, folder: Path) -> Iterator[ForgeServer]:
    """A host that serves repositories and speaks GitHub's API."""
    git = type("Git", (_Handler,), {"folder": folder / "git", "behaviour": Behaviour()})
    server = ForgeServer(forge, authority, git)
    yield server
    server.close()


@pytest.fixture(scope="module")
def hearing(folder: Path, authority: trustme.CA, server: ForgeServer) -> Iterator[Installation]:
    """An installation that may ask the host, and trusts its authority."""
    ca_file = folder / "ca.pem"
    authority.cert_pem.write_to_path(ca_file)
    env = {
        "GITMOXI_GIT_ALLOWED_HOSTS": "127.0.0.1",
        "GITMOXI_NOTIFIER_ALLOWED_HOSTS": "127.0.0.1",
        "GITMOXI_GIT_CA_FILE": str(ca_file),
        "GITMOXI_PUBLIC_URL": "https://gitmoxi.example.com",
    }
    with Installation(folder / "installation", env=env) as running:
        put_code(running, BUCKET, {"one.zip": code_zip(code("one"))}, "us-east-1")
        yield running
        assert running.restarts == {}, f"a service died unasked:\n{running.log[-6000:]}"


@pytest.fixture(scope="module")
def key() -> str:
    return secrets.token_hex(24)


@pytest.fixture(scope="module")
def arns(hearing: Installation, forge: Forge, key: str) -> dict[str, str]:
    manager = hearing.client("secretsmanager")
    return {
        name: manager.create_secret(Name=f"e2e/{name}", SecretString=value)["ARN"]
        for name, value in (("token", forge.token), ("key", key))
    }


@pytest.fixture
def shop(
    hearing: Installation, forge: Forge, server: ForgeServer, folder: Path, arns: dict[str, str]
) -> GitRepository:
    """A repository on the host, registered with feedback and a webhook."""
    name = f"shop-{secrets.token_hex(4)}"
    forge.project = f"team/{name}"
    made = GitRepository(folder / "git" / "team" / name)
    made.url = f"{server.url}/team/{name}"
    made.commit({"README.md": "a shop\n"})
    options = {
        "-r": made.url,
        "-b": "main",
        "--token-arn": arns["token"],
        "--provider": "github",
        "--notify": f"webhook={server.url}/hooks/{name},{arns['key']}",
    }
    added = hearing.gmctl("repo", "add", "--feedback", *itertools.chain(*options.items()))
    assert added.code == 0, added.text
    return made


def notices(forge: Forge, key: str) -> list[str]:
    """The types of the notices that came, each with a signature that is right."""
    found = []
    for (_, path), headers, body in zip(forge.requests, forge.headers, forge.bodies, strict=True):
        if path.startswith("/hooks/"):
            signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
            mac = hmac.digest(key.encode(), signed, hashlib.sha256)
            assert headers["webhook-signature"] == f"v1,{base64.b64encode(mac).decode()}"
            found.append(json.loads(body)["type"])
    return found


def test_a_commit_is_pending_and_then_a_success_on_its_host(
    hearing: Installation, shop: GitRepository, forge: Forge, key: str, unique: Unique
) -> None:
    sha = shop.commit(lambda_files(f"prod/{unique('greeter')}"))
    assert (ran := hearing.deploy(shop)).code == 0, ran.text
    forge.wait_for_state(sha, "success", SECONDS)
    assert forge.states(sha) == ["pending", "success"]
    last = forge.statuses[-1]
    assert (last["context"], last["description"]) == ("gitmoxi/main", "1 deployed.")
    assert last["target_url"] == f"https://gitmoxi.example.com/v1/commits/{sha}/files"
    wait_for_notice(forge, key, "commit.deployed")


def test_a_failure_is_told_with_its_cause_although_the_host_is_out_of_order_at_first(
    hearing: Installation, shop: GitRepository, forge: Forge, key: str, unique: Unique
) -> None:
    name = unique("broken")
    forge.refusals.extend([Refusal(500), Refusal(429, {"Retry-After": "1"})])
    sha = shop.commit(lambda_files(f"prod/{name}", key="no-such.zip"))
    assert hearing.deploy(shop).code == 1
    forge.wait_for_state(sha, "failure", SECONDS)
    assert forge.states(sha)[-1] == "failure"
    assert forge.statuses[-1]["description"].startswith(f"prod/{name} failed: ")
    wait_for_notice(forge, key, "deployment.failed")


def test_the_plan_of_a_pull_request_is_one_comment_that_is_updated(
    hearing: Installation, shop: GitRepository, forge: Forge, unique: Unique
) -> None:
    name = unique("planned")
    shop.switch_to_new("feature")
    for memory in (128, 256):
        sha = shop.commit(lambda_files(f"prod/{name}", memory=memory))
        ask_for_plan(hearing, shop, 7)
        wait_for_comment(forge, 7, sha[:12])
    (comment,) = forge.comments[7]
    assert comment["body"].startswith("<!-- gitmoxi:gitmoxi/main -->\n### Gitmoxi dry run: 1 to create")


def test_threat_credentials_no_log_and_no_record_holds_the_token_or_the_key(
    hearing: Installation, forge: Forge, key: str
) -> None:
    needles = {forge.token, base64.b64encode(forge.token.encode()).decode().rstrip("="), key}
    for path in (hearing.state / "logs").iterdir():
        text = path.read_text(errors="replace")
        assert not [needle for needle in needles if needle in text], path.name
    dynamodb = hearing.client("dynamodb")
    for table in ("Commits", "Deployments", "Repositories", "Audit", "Outbox"):
        text = json.dumps(dynamodb.scan(TableName=hearing.cloud.outputs()[f"{table}Table"]), default=str)
        assert not [needle for needle in needles if needle in text], table


def wait_for_notice(forge: Forge, key: str, kind: str) -> None:
    with forge.changed:
        assert forge.changed.wait_for(lambda: kind in notices(forge, key), SECONDS), notices(forge, key)


def ask_for_plan(running: Installation, repository: GitRepository, number: int) -> None:
    """As the webhook of a pull request does."""
    body = {"repository": repository.url, "branch": "main", "head": "feature", "pull_request": number}
    answer = httpx.post(f"{running.up['api']}/v1/dryruns", json=body, timeout=10, trust_env=False)
    answer.raise_for_status()


def wait_for_comment(forge: Forge, number: int, word: str) -> None:
    with forge.changed:
        came = forge.changed.wait_for(
            lambda: any(word in one["body"] for one in forge.comments.get(number, [])), SECONDS
        )
    assert came, forge.comments
