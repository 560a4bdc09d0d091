"""A repository's URL, its server and its name server are hostile: where our connections may go."""

from __future__ import annotations

import base64
import socket
from contextlib import closing

import pytest

from gitmoxi.adapters.git import GitMirrorOptions, Pygit2Mirror
from gitmoxi.adapters.git.egress import Egress
from gitmoxi.adapters.git.hosts import Destination
from gitmoxi.adapters.git.limits import TransferLimits
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.ports.git import RepositoryNotFoundError, RepositoryUnreachableError
from tests.contract.git.tokens import Tokens, new_token
from tests.git_server import GitHosting, GitHttpsServer

METADATA = "169.254.169.254"


@pytest.fixture
def hosting(tmp_path):
    with GitHosting(tmp_path) as hosting:
        hosting.tip = hosting.repository("web").commit("main", {"a": b"1"})
        yield hosting


@pytest.fixture
def mirror(tmp_path, hosting):
    def make(*allowed, resolve=None, credentials=None):
        options = GitMirrorOptions(
            folder=tmp_path / "mirrors", allowed_hosts=allowed, ca_file=hosting.ca_file
        )
        return (
            Pygit2Mirror(options, credentials)
            if resolve is None
            else Pygit2Mirror(options, credentials, resolve)
        )

    return make


class Changing:
    """A name server that gives another answer each time."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    def __call__(self, host):
        self.asked.append(host)
        return [self.answers.pop(0)]


async def test_threat_ssrf_rebinding_finds_nothing_to_rebind(hosting, mirror):
    """The name is looked up once, by us: not even the machine's own resolver knows it."""
    with GitHttpsServer(hosting.folder, hosting.authority.context("git.example")) as server:
        resolve = Changing("127.0.0.1", METADATA, METADATA)
        git = mirror("git.example", resolve=resolve)
        assert await git.fetch(f"https://git.example:{server.port}/web.git", "main") == hosting.tip
        assert resolve.asked == ["git.example"]


async def test_threat_ssrf_rebinding_to_an_internal_address_is_refused_at_the_next_look_up(mirror):
    git = mirror(resolve=Changing("127.0.0.1"))
    with pytest.raises(RepositoryUrlError, match=r"internal address 127\.0\.0\.1"):
        await git.fetch("https://git.example/web.git", "main")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "127.1", "2130706433", "0.0.0.0", "[::]", "[::1]"],
)
async def test_threat_ssrf_no_spelling_of_loopback_is_connected_to(hosting, mirror, host):
    with pytest.raises(RepositoryUrlError, match="internal address"):
        await mirror().list_tips(f"https://{host}:{hosting.port}/web.git")
    assert hosting.behaviour.paths == []


@pytest.mark.parametrize(
    "url",
    [
        f"https://{METADATA}/latest/meta-data/",
        "https://[fd00:ec2::254]/latest/",
        "https://[::ffff:a9fe:a9fe]/latest",
        "https://[64:ff9b::a9fe:a9fe]/latest",
        "https://2852039166/latest",
    ],
)
async def test_threat_ssrf_instance_metadata_is_not_asked(mirror, url):
    with pytest.raises(RepositoryUrlError, match="internal address"):
        await mirror().fetch(url, "main")


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_threat_ssrf_by_redirect_is_not_followed(hosting, mirror, scheme):
    hosting.behaviour.location = f"{scheme}://{METADATA}"
    with pytest.raises(RepositoryNotFoundError, match="register the URL that it redirects to"):
        await mirror("127.0.0.1", METADATA).fetch(hosting.url("web"), "main")


async def test_threat_credentials_a_redirect_takes_no_token_to_another_server(hosting, mirror):
    token = new_token()
    hosting.behaviour.password = token
    with GitHttpsServer(hosting.folder, hosting.authority.context()) as other:
        other.behaviour.password = token
        git = mirror("127.0.0.1", "localhost", credentials=Tokens(token))
        for host in ("127.0.0.1", "localhost"):
            hosting.behaviour.location = f"https://{host}:{other.port}"
            with pytest.raises(RepositoryNotFoundError, match="redirect"):
                await git.fetch(hosting.url("web"), "main")
        assert other.behaviour.authorizations == []


async def test_threat_credentials_a_server_that_we_do_not_trust_gets_no_token(hosting, mirror):
    with GitHttpsServer(hosting.folder, hosting.authority.context("other.example")) as impostor:
        git = mirror("127.0.0.1", credentials=Tokens(new_token()))
        for _ in range(3):
            with pytest.raises(RepositoryUnreachableError, match="is not trusted"):
                await git.fetch(f"{impostor.origin}/web.git", "main")
        assert impostor.behaviour.paths == []


class TestEgress:
    """Our own proxy is no way out for anybody else on this host."""

    @pytest.fixture
    def egress(self, hosting):
        destination = Destination(host="git.example", port=hosting.port, addresses=("127.0.0.1",))
        limits = TransferLimits(total_bytes=1000, seconds=20, silence_seconds=20)
        with Egress("https://git.example/web", destination, limits) as egress:
            yield egress

    def ask(self, egress, *lines):
        """The first line of the answer; empty when there is none."""
        port = int(egress.proxy_url.rpartition(":")[2])
        with closing(socket.create_connection(("127.0.0.1", port), 10)) as client:
            client.sendall("\r\n".join([*lines, "", ""]).encode())
            return client.recv(1000).decode().partition("\r\n")[0]

    def proof(self, egress, password=None):
        user, _, real = egress.proxy_url.removeprefix("http://").rpartition("@")[0].partition(":")
        given = base64.b64encode(f"{user}:{password or real}".encode()).decode()
        return f"Proxy-Authorization: Basic {given}"

    def test_with_the_password_it_leads_to_the_destination(self, egress, hosting):
        answer = self.ask(egress, f"CONNECT git.example:{hosting.port} HTTP/1.1", self.proof(egress))
        assert answer == "HTTP/1.1 200 Connection established"

    def test_without_it_nobody_is_let_through(self, egress, hosting):
        request = f"CONNECT git.example:{hosting.port} HTTP/1.1"
        assert " 407 " in self.ask(egress, request)
        assert self.ask(egress, request, self.proof(egress, "guess")) == ""
        assert egress.verdict is None, "a stranger ends no conversation of ours"

    @pytest.mark.parametrize(
        "request_line",
        [
            f"CONNECT {METADATA}:80 HTTP/1.1",
            "CONNECT git.example:22 HTTP/1.1",
            "CONNECT git.example.evil.example:443 HTTP/1.1",
            f"GET http://{METADATA}/latest/meta-data/ HTTP/1.1",
        ],
    )
    def test_it_leads_nowhere_else(self, egress, request_line):
        assert self.ask(egress, request_line, self.proof(egress)) in {"HTTP/1.1 403 Forbidden", ""}
        assert isinstance(egress.verdict, RepositoryNotFoundError)

    def test_every_conversation_has_its_own_password(self, egress, hosting):
        limits = TransferLimits(total_bytes=1, seconds=1, silence_seconds=1)
        destination = Destination(host="git.example", port=hosting.port, addresses=("127.0.0.1",))
        with Egress("https://git.example/web", destination, limits) as other:
            assert other.proxy_url.split("@")[0] != egress.proxy_url.split("@")[0]
