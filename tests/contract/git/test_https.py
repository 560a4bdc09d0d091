"""Git over HTTPS: certificates are checked, tokens handed over in memory, other hosts never visited."""

from __future__ import annotations

import socket

import pytest

from gitmoxi.adapters.git import GitLimits, GitMirrorOptions, Pygit2Mirror
from gitmoxi.domain.repositories import RepositoryUrlError, repository_id
from gitmoxi.ports.git import (
    GitCredentials,
    RepositoryAccessError,
    RepositoryNotFoundError,
    RepositoryUnreachableError,
)
from tests.contract.git.https_server import GitHttpsServer, make_certificate

TOKEN = "token-" + "t" * 12


class Tokens:
    """A credential source with one token, which can be rotated."""

    def __init__(self, password):
        self.password = password
        self.asked_for = []

    async def identity(self, _repository_id):
        return "arn:the-token"

    async def read(self, repository_id):
        self.asked_for.append(repository_id)
        return GitCredentials(username="x-access-token", password=self.password)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(tmp_path, certificate, git_cli):
    git = git_cli(tmp_path / "served" / "web")
    server = GitHttpsServer(tmp_path / "served", *certificate)
    server.git = git
    server.repository = f"{server.url}/web/.git"
    yield server
    server.close()


@pytest.fixture
def mirror(tmp_path, certificate):
    def make(credentials=None, **options):
        defaults = {"allowed_hosts": ("127.0.0.1",), "ca_file": certificate[0]}
        return Pygit2Mirror(
            GitMirrorOptions(folder=tmp_path / "mirrors", **(defaults | options)), credentials
        )

    return make


@pytest.fixture
def elsewhere(tmp_path, certificate):
    """Another server, with the trusted certificate or one of its own."""
    servers = []

    def start(make=lambda _folder: certificate):
        other = tmp_path / "other"
        other.mkdir()
        servers.append(GitHttpsServer(tmp_path / "served", *make(other)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def url(server):
    # The repository lies at web/.git; its URL as people write it ends in a name.
    (server.git.folder.parent / "web.git").symlink_to(server.git.folder / ".git")
    return f"{server.url}/web.git"


async def test_a_public_repository_is_fetched(server, mirror, url):
    sha = server.git.commit("main", {"a": b"1"})
    git = mirror()
    assert await git.fetch(url, "main") == sha
    assert await git.read_blobs(url, sha, ["a"]) == {"a": b"1"}


async def test_a_second_fetch_brings_only_what_is_new(server, mirror, url):
    server.git.commit("main", {"a": b"1"})
    git = mirror()
    await git.fetch(url, "main")
    server.behaviour.paths.clear()
    await git.fetch(url, "main")
    assert [path for path in server.behaviour.paths if "git-upload-pack" not in path.partition("?")[2]] == []
    newest = server.git.commit("main", {"a": b"2"})
    assert await git.fetch(url, "main") == newest


async def test_an_unknown_authority_is_refused(elsewhere, mirror):
    stranger = elsewhere(make_certificate)
    with pytest.raises(RepositoryUnreachableError, match="certificate"):
        await mirror().resolve_tip(f"{stranger.url}/web.git", "main")
    assert stranger.behaviour.paths == []


class TestCredentials:
    async def test_a_token_opens_a_private_repository_and_is_read_at_use(self, server, mirror, url):
        sha = server.git.commit("main", {"a": b"1"})
        server.behaviour.password = TOKEN
        tokens = Tokens(TOKEN)
        git = mirror(tokens)
        assert await git.fetch(url, "main") == sha
        server.behaviour.password = tokens.password = TOKEN[::-1]
        assert await git.resolve_tip(url, "main") == sha, "a rotated token is picked up"
        assert set(tokens.asked_for) == {repository_id(url)}

    async def test_nothing_is_handed_over_before_the_server_asks(self, server, mirror, url):
        server.git.commit("main", {"a": b"1"})
        await mirror(Tokens(TOKEN)).resolve_tip(url, "main")
        assert set(server.behaviour.authorizations) == {""}

    async def test_a_refused_token_is_tried_once_and_named_without_its_value(self, server, mirror, url):
        server.git.commit("main", {"a": b"1"})
        server.behaviour.password = TOKEN
        with pytest.raises(RepositoryAccessError, match="refused our credentials") as caught:
            await mirror(Tokens("wrong-" + TOKEN)).resolve_tip(url, "main")
        assert TOKEN not in str(caught.value)
        assert sum(bool(given) for given in server.behaviour.authorizations) == 1

    async def test_a_private_repository_without_a_token_says_what_to_do(self, server, mirror, url):
        server.git.commit("main", {"a": b"1"})
        server.behaviour.password = TOKEN
        with pytest.raises(RepositoryAccessError, match="register the ARN of its token"):
            await mirror().resolve_tip(url, "main")

    async def test_the_token_is_in_no_file_of_the_mirror(self, server, mirror, url, tmp_path):
        server.git.commit("main", {"a": b"1"})
        server.behaviour.password = TOKEN
        await mirror(Tokens(TOKEN)).fetch(url, "main")
        for file in (tmp_path / "mirrors").rglob("*"):
            assert file.is_dir() or TOKEN.encode() not in file.read_bytes()


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, RepositoryNotFoundError),
        (410, RepositoryNotFoundError),
        (403, RepositoryAccessError),
        (429, RepositoryUnreachableError),
        (500, RepositoryUnreachableError),
        (503, RepositoryUnreachableError),
    ],
)
async def test_the_servers_status_decides_whether_a_retry_makes_sense(server, mirror, url, status, error):
    server.git.commit("main", {"a": b"1"})
    server.behaviour.status = status
    with pytest.raises(error, match=str(status)):
        await mirror().resolve_tip(url, "main")


async def test_a_redirect_to_another_host_is_not_followed(server, mirror, url, elsewhere):
    server.git.commit("main", {"a": b"1"})
    other = elsewhere()
    server.behaviour.location = other.url.replace("127.0.0.1", "localhost")
    with pytest.raises(RepositoryNotFoundError, match="register the URL that it redirects to"):
        await mirror().resolve_tip(url, "main")
    assert other.behaviour.paths == []


async def test_a_redirect_on_the_same_host_finds_a_renamed_repository(server, mirror, url, elsewhere):
    sha = server.git.commit("main", {"a": b"1"})
    server.behaviour.location = elsewhere().url
    assert await mirror().resolve_tip(url, "main") == sha


async def test_a_redirect_to_plain_http_is_not_followed(server, mirror, url):
    server.behaviour.location = server.url.replace("https", "http")
    with pytest.raises(RepositoryNotFoundError, match="redirect"):
        await mirror().resolve_tip(url, "main")


async def test_a_server_that_drips_is_given_up(server, mirror, url):
    server.behaviour.drip_seconds = 0.02
    git = mirror(limits=GitLimits(fetch_seconds=0.2, server_timeout_seconds=0.2))
    with pytest.raises(RepositoryUnreachableError, match=r"still answering after 0\.2 s"):
        await git.resolve_tip(url, "main")
    server.behaviour.stop_dripping.set()


async def test_a_server_that_says_nothing_is_given_up(mirror):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        git = mirror(limits=GitLimits(server_timeout_seconds=0.1))
        with pytest.raises(RepositoryUnreachableError, match="cannot be read now"):
            await git.resolve_tip(f"https://127.0.0.1:{silent.getsockname()[1]}/web", "main")


async def test_loopback_is_refused_unless_it_is_named(server, mirror, url):
    with pytest.raises(RepositoryUrlError, match=r"internal address 127\.0\.0\.1"):
        await mirror(allowed_hosts=()).resolve_tip(url, "main")
    assert server.behaviour.paths == []
