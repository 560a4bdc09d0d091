"""A token is read where it lies, rotated and refused, and is found nowhere else."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote

import pytest

from tests.e2e.canary import everything, sightings
from tests.e2e.installation import Installation, Ran, put_code
from tests.e2e.samples import CLUSTER, ecs_files
from tests.git_server import GitHosting

pytestmark = pytest.mark.xdist_group("e2e-canary")


def new_token() -> str:
    """Not of any shape that is redacted by itself, and different in every encoding."""
    return f"can/ary+{secrets.token_hex(16)}?{secrets.token_hex(4)}="


@pytest.fixture(scope="module")
def hosting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitHosting]:
    with GitHosting(tmp_path_factory.mktemp("canary-git")) as running:
        yield running


@pytest.fixture(scope="module")
def canary_installation(
    tmp_path_factory: pytest.TempPathFactory, hosting: GitHosting
) -> Iterator[Installation]:
    environment = {
        "GITMOXI_GIT_ALLOWED_HOSTS": "127.0.0.1",
        "GITMOXI_GIT_CA_FILE": str(hosting.ca_file),
        "GITMOXI_LOG_LEVEL": "debug",
    }
    with Installation(tmp_path_factory.mktemp("canary"), env=environment) as running:
        running.client("ecs").create_cluster(clusterName=CLUSTER)
        yield running


class Shop:
    """A repository behind a token, and the token's two places: the server, and Secrets Manager."""

    def __init__(self, installation: Installation, hosting: GitHosting) -> None:
        self._installation, self._hosting = installation, hosting
        self._secrets = installation.client("secretsmanager")
        self.url = hosting.url("shop")
        self.tokens = [new_token()]
        self.arn = self._secrets.create_secret(Name="git/shop", SecretString=self.tokens[0])["ARN"]
        hosting.behaviour.password = self.tokens[0]
        self.printed: dict[str, str] = {}

    def server_takes(self, token: str) -> None:
        self.tokens.append(token)
        self._hosting.behaviour.password = token

    def store(self, token: str) -> None:
        self._secrets.put_secret_value(SecretId=self.arn, SecretString=token)

    def commit(self, files: Mapping[str, str | None]) -> str:
        changes = {path: text and text.encode() for path, text in files.items()}
        return self._hosting.repository("shop").commit("main", changes)

    def gmctl(self, *arguments: str) -> str:
        return self._kept(" ".join(arguments), self._installation.gmctl(*arguments))

    def deploy(self, code: int) -> str:
        words = ("commit", "deploy", "-r", self.url, "-b", "main", "--wait", "--timeout", "100")
        return self._kept("commit deploy", self._installation.gmctl(*words), code)

    def _kept(self, name: str, ran: Ran, code: int = 0) -> str:
        self.printed[f"{len(self.printed)}: {name}"] = ran.text
        assert ran.code == code, ran.text
        return ran.text


def image(tag: int) -> dict[str, str]:
    return {"prod/web_input.json": json.dumps({"image": f"nginx:{tag}"})}


def test_threat_credentials_a_token_is_rotated_and_refused_and_lies_nowhere_but_in_its_store(
    canary_installation: Installation, hosting: GitHosting
) -> None:
    shop = Shop(canary_installation, hosting)
    shop.gmctl("repo", "add", "-r", shop.url, "-b", "main", "-a", shop.arn)
    shop.commit(ecs_files("prod/web"))
    shop.deploy(code=0)

    # Rotated: the next fetch is refused with the old token, and goes on with the new one.
    shop.server_takes(new_token())
    shop.store(shop.tokens[-1])
    rotated = shop.commit(image(2))
    shop.deploy(code=0)
    assert [one["state"] for one in canary_installation.deployments(rotated)] == ["SUCCEEDED"]
    assert canary_installation.restarts == {}

    # Replaced on one side only: whoever pushed is told, and nothing is lost by it.
    shop.server_takes(new_token())
    sha = shop.commit(image(3))
    refused = shop.deploy(code=1)
    for told in (refused, shop.gmctl("event", "list", "--output", "json")):
        assert "refused our credentials" in told
        assert shop.url.removesuffix(".git") in told
    assert canary_installation.api(f"/v1/deployments?commit={sha}")["deployments"] == []

    shop.store(shop.tokens[-1])
    shop.deploy(code=0)
    assert [one["state"] for one in canary_installation.deployments(sha)] == ["SUCCEEDED"]

    shop.gmctl("repo", "get", "-r", shop.url, "--output", "json")
    printed = ((name, text.encode()) for name, text in shop.printed.items())
    assert sightings([*everything(canary_installation), *printed], shop.tokens) == []


def test_a_parameter_that_is_not_there_is_named_and_read_once_it_is(
    canary_installation: Installation, hosting: GitHosting
) -> None:
    """User and password in one parameter, as for GitLab's deploy tokens; this server takes any user's."""
    token, url = new_token(), hosting.url("late")
    hosting.repository("late").commit("main", {"README.md": b"nothing to deploy yet"})
    hosting.behaviour.password = token
    account = canary_installation.client("sts").get_caller_identity()["Account"]
    arn = f"arn:aws:ssm:us-east-1:{account}:parameter/git/late"
    added = canary_installation.gmctl("repo", "add", "-r", url, "-b", "main", "-a", arn)
    assert added.code == 0, added.text
    deploy = ("commit", "deploy", "-r", url, "-b", "main", "--wait", "--timeout", "100")

    refused = canary_installation.gmctl(*deploy)
    assert refused.code == 1, refused.text
    assert f"AWS has no parameter {arn} to read" in " ".join(refused.text.split())

    stored = json.dumps({"username": "deploy-token-7", "password": token})
    canary_installation.client("ssm").put_parameter(Name="/git/late", Value=stored, Type="SecureString")
    taken = canary_installation.gmctl(*deploy)
    assert taken.code == 0, taken.text
    sent = base64.b64encode(f"deploy-token-7:{token}".encode()).decode()
    assert hosting.behaviour.authorizations[-1] == f"Basic {sent}"


def in_a_log(installation: Installation, canary: str) -> None:
    (installation.state / "logs" / "planted.log").write_text(f"Authorization: Basic {canary}")


def in_a_table(installation: Installation, canary: str) -> None:
    table = installation.cloud.outputs()["AuditTable"]
    item = {"pk": {"S": "PLANTED"}, "sk": {"S": "1"}, "deep": {"L": [{"M": {"x": {"S": canary}}}]}}
    installation.client("dynamodb").put_item(TableName=table, Item=item)


def in_bytes_of_a_table(installation: Installation, canary: str) -> None:
    table = installation.cloud.outputs()["AuditTable"]
    item = {"pk": {"S": "PLANTED"}, "sk": {"S": "2"}, "bytes": {"B": canary.encode()}}
    installation.client("dynamodb").put_item(TableName=table, Item=item)


def in_a_dead_letter(installation: Installation, canary: str) -> None:
    url = installation.cloud.outputs()["PlannerDlqUrl"]
    installation.client("sqs").send_message(QueueUrl=url, MessageBody=json.dumps({"x": canary}))


def in_a_log_group(installation: Installation, canary: str) -> None:
    logs, group = installation.client("logs"), installation.cloud.outputs()["PlannerLogGroup"]
    logs.create_log_stream(logGroupName=group, logStreamName="planted")
    event = {"timestamp": 1_767_225_600_000, "message": f"before {canary} behind"}
    logs.put_log_events(logGroupName=group, logStreamName="planted", logEvents=[event])


def in_a_snapshot(installation: Installation, canary: str) -> None:
    put_code(installation, "planted", {"x": canary.encode()}, "us-east-1")


def in_an_answer(installation: Installation, canary: str) -> None:
    added = installation.gmctl(
        *("repo", "add", "-r", "https://git.example/planted", "-b", "main", "--path", f"{canary}/**")
    )
    assert added.code == 0, added.text


@pytest.mark.parametrize(
    ("plant", "place"),
    [
        pytest.param(in_a_log, "file state/logs/planted.log", id="a file"),
        pytest.param(in_a_table, "table ", id="a table"),
        pytest.param(in_bytes_of_a_table, "table ", id="bytes in a table"),
        pytest.param(in_a_dead_letter, "queue ", id="a dead-letter queue"),
        pytest.param(in_a_log_group, "log group ", id="a log group"),
        pytest.param(in_a_snapshot, "object planted/x", id="an object"),
        pytest.param(in_an_answer, "GET /v1/repositories", id="an answer of the API"),
    ],
)
def test_the_search_finds_what_is_planted(
    canary_installation: Installation, plant: Callable[[Installation, str], None], place: str
) -> None:
    canary = f"planted-{secrets.token_hex(12)}"
    plant(canary_installation, canary)
    places = {sighting.place for sighting in sightings(everything(canary_installation), [canary])}
    assert [found for found in places if found.startswith(place)], places


@pytest.mark.parametrize(
    ("encode", "spelling"),
    [
        pytest.param(lambda canary: canary, "raw", id="raw"),
        pytest.param(lambda canary: quote(canary, safe=""), "URL-encoded", id="URL-encoded"),
        pytest.param(lambda canary: canary.encode().hex(), "hex", id="hex"),
        pytest.param(lambda canary: json.dumps({"x": canary + '"'}), "raw", id="JSON"),
        *(
            pytest.param(
                lambda canary, before=before: base64.b64encode(before + canary.encode() + b"!!").decode(),
                "base64",
                id=f"base64 behind {len(before)} bytes",
            )
            for before in (b"", b"a", b"ab", b"abc", b"x-access-token:")
        ),
        pytest.param(
            lambda canary: base64.b64encode(f"oauth2:{canary}".encode()).decode(), "Basic", id="Basic"
        ),
    ],
)
def test_the_search_reads_every_encoding(encode: Callable[[str], str], spelling: str) -> None:
    canary = new_token()
    found = sightings([("here", f"before {encode(canary)} behind".encode())], [canary])
    assert spelling in {sighting.spelling for sighting in found}
