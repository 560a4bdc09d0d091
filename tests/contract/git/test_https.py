"""Git over HTTPS: what a server may do wrong, and what is said about it."""

from __future__ import annotations

import socket

import pytest

from gitmoxi.adapters.git import GitLimits
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.errors import PermanentError, RetryableError
from gitmoxi.ports.git import (
    RepositoryAccessError,
    RepositoryNotFoundError,
    RepositoryTooLargeError,
    RepositoryUnreachableError,
)
from tests.contract.git.tokens import Tokens, new_token
from tests.git_server import Authority, GitHttpsServer


@pytest.fixture
def elsewhere(hosting):
    """Another server for the same repositories."""
    servers = []

    def start(context=None):
        servers.append(GitHttpsServer(hosting.folder, context or hosting.authority.context()))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


async def test_a_public_repository_is_fetched(hosting, mirror, url):
    git = mirror()
    assert await git.fetch(url, "main") == hosting.tip
    assert await git.read_blobs(url, hosting.tip, ["a"]) == {"a": b"1"}


class TestRequests:
    async def test_a_fetch_lists_the_branches_and_takes_one_pack(self, hosting, mirror, url):
        await mirror().fetch(url, "main")
        assert (hosting.behaviour.listings, hosting.behaviour.fetches) == (1, 1)

    async def test_no_pack_is_asked_for_when_nothing_is_new(self, hosting, mirror, url):
        git = mirror()
        await git.fetch(url, "main")
        await git.fetch(url, "main")
        assert (hosting.behaviour.listings, hosting.behaviour.fetches) == (2, 1)

    async def test_a_second_fetch_brings_only_what_is_new(self, hosting, mirror, url, tmp_path):
        noise = bytes(i * i % 251 for i in range(200_000))
        hosting.repository("acme/web").commit("main", {"large": noise})
        git = mirror()
        await git.fetch(url, "main")
        before = {pack.name for pack in (tmp_path / "mirrors").rglob("*.pack")}
        newest = hosting.repository("acme/web").commit("main", {"a": b"2"})
        assert await git.fetch(url, "main") == newest
        (added,) = [pack for pack in (tmp_path / "mirrors").rglob("*.pack") if pack.name not in before]
        assert added.stat().st_size < 2_000

    async def test_all_tips_are_one_request_and_make_no_mirror(self, hosting, mirror, url, tmp_path):
        hosting.repository("acme/web").commit("next", {"b": b"1"})
        assert set(await mirror().list_tips(url)) == {"main", "next"}
        assert (hosting.behaviour.listings, hosting.behaviour.fetches) == (1, 0)
        assert not list((tmp_path / "mirrors").glob("r-*"))

    async def test_a_tag_with_a_branchs_name_is_not_taken_for_it(self, hosting, mirror, url):
        git = hosting.repository("acme/web")
        newest = git.commit("main", {"a": b"2"})
        git("tag", "main", hosting.tip)
        git("tag", "only-a-tag", hosting.tip)
        assert await mirror().fetch(url, "main") == newest
        assert await mirror().list_tips(url) == {"main": newest}

    @pytest.mark.parametrize("branch", ["feature/#1@home", "a=b+c,d", "größe/日本", "v1.0"])
    async def test_branches_with_odd_names_are_fetched(self, hosting, mirror, url, branch):
        tip = hosting.repository("acme/web").commit(branch, {"b": b"1"})
        assert await mirror().fetch(url, branch) == tip


class TestCredentials:
    async def test_a_token_opens_a_private_repository(self, hosting, mirror, url):
        hosting.behaviour.password = new_token()
        assert await mirror(Tokens(hosting.behaviour.password)).fetch(url, "main") == hosting.tip

    async def test_nothing_is_handed_over_before_the_server_asks(self, hosting, mirror, url):
        await mirror(Tokens(new_token())).resolve_tip(url, "main")
        assert set(hosting.behaviour.authorizations) == {""}

    async def test_a_rotated_token_is_read_again_and_tried_once_more(self, hosting, mirror, url):
        rotated = new_token()
        hosting.behaviour.password = rotated
        tokens = Tokens(new_token(), fresh=rotated)
        assert await mirror(tokens).fetch(url, "main") == hosting.tip
        assert tokens.reads == [False, True]

    async def test_a_token_that_is_refused_and_unchanged_is_not_tried_again(self, hosting, mirror, url):
        hosting.behaviour.password, wrong = new_token(), new_token()
        tokens = Tokens(wrong)
        with pytest.raises(RepositoryAccessError, match="check that the token is valid") as caught:
            await mirror(tokens).resolve_tip(url, "main")
        assert wrong not in str(caught.value)
        assert sum(bool(given) for given in hosting.behaviour.authorizations) == 1
        assert tokens.reads == [False, True]

    async def test_two_wrong_tokens_are_the_end(self, hosting, mirror, url):
        hosting.behaviour.password = new_token()
        tokens = Tokens(new_token(), fresh=new_token())
        with pytest.raises(RepositoryAccessError, match="refused our credentials"):
            await mirror(tokens).fetch(url, "main")
        assert sum(bool(given) for given in hosting.behaviour.authorizations) == 2
        assert tokens.reads == [False, True]

    async def test_a_private_repository_without_a_token_says_what_to_do(self, hosting, mirror, url):
        hosting.behaviour.password = new_token()
        with pytest.raises(RepositoryAccessError, match="register the ARN of its token"):
            await mirror().resolve_tip(url, "main")


@pytest.mark.parametrize(
    ("status", "error", "advice"),
    [
        pytest.param(404, RepositoryNotFoundError, "check the URL", id="404"),
        pytest.param(410, RepositoryNotFoundError, "check the URL", id="410"),
        pytest.param(401, RepositoryAccessError, "register the ARN of its token", id="401"),
        pytest.param(403, RepositoryAccessError, "register the ARN of its token", id="403"),
        pytest.param(429, RepositoryUnreachableError, "tried again", id="429"),
        pytest.param(500, RepositoryUnreachableError, "tried again", id="500"),
        pytest.param(502, RepositoryUnreachableError, "tried again", id="502"),
        pytest.param(503, RepositoryUnreachableError, "tried again", id="503"),
    ],
)
async def test_scenario_27_the_servers_status_decides_whether_a_retry_makes_sense(
    hosting, mirror, url, status, error, advice
):
    hosting.behaviour.status = status
    with pytest.raises(error, match=advice) as caught:
        await mirror().resolve_tip(url, "main")
    assert str(status) in str(caught.value) or status == 401
    assert isinstance(caught.value, RetryableError if status in {429, 500, 502, 503} else PermanentError)


class TestCertificates:
    async def refusal(self, mirror, server, host="127.0.0.1"):
        with pytest.raises(RepositoryUnreachableError, match="is not trusted") as caught:
            await mirror().resolve_tip(f"https://{host}:{server.port}/acme/web.git", "main")
        assert server.behaviour.paths == []
        assert "GITMOXI_GIT_CA_FILE" in str(caught.value)
        return str(caught.value)

    async def test_an_unknown_authority_is_named_as_such(self, mirror, elsewhere, tmp_path):
        stranger = elsewhere(Authority(tmp_path / "stranger").context())
        assert "unable to get local issuer certificate" in await self.refusal(mirror, stranger)

    async def test_an_expired_certificate_is_named_as_such(self, hosting, mirror, elsewhere):
        expired = elsewhere(hosting.authority.context(expired=True))
        assert "certificate has expired" in await self.refusal(mirror, expired)

    async def test_a_certificate_for_another_host_is_named_as_such(self, hosting, mirror, elsewhere):
        wrong = elsewhere(hosting.authority.context("git.example"))
        assert "certificate is not valid for" in await self.refusal(mirror, wrong, "localhost")
        assert "certificate is not valid for" in await self.refusal(mirror, wrong)

    async def test_an_authority_of_ones_own_is_trusted_beside_others(self, hosting, mirror, url, tmp_path):
        authority = Authority(tmp_path / "other")
        with GitHttpsServer(hosting.folder, authority.context()) as other:
            mirror()  # trusts the hosting's
            git = mirror(ca_file=authority.ca_file)
            assert await git.resolve_tip(f"{other.origin}/acme/web.git", "main") == hosting.tip
            assert await git.resolve_tip(url, "main") == hosting.tip


class TestRedirects:
    async def test_a_renamed_repository_on_the_same_server_is_found(self, hosting, mirror, url):
        hosting.behaviour.location_of = {"/old.git": "/acme/web.git"}
        assert await mirror().fetch(f"{hosting.origin}/old.git", "main") == hosting.tip

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    async def test_another_port_or_host_is_not_asked(self, hosting, mirror, url, elsewhere, host):
        other = elsewhere()
        hosting.behaviour.location = f"https://{host}:{other.port}"
        with pytest.raises(RepositoryNotFoundError, match="register the URL that it redirects to"):
            await mirror().resolve_tip(url, "main")
        assert other.behaviour.paths == []

    async def test_plain_http_is_not_followed(self, hosting, mirror, url):
        hosting.behaviour.location = hosting.origin.replace("https", "http")
        with pytest.raises(RepositoryNotFoundError, match="redirect"):
            await mirror().resolve_tip(url, "main")

    async def test_a_loop_ends(self, hosting, mirror, url):
        hosting.behaviour.location = hosting.origin
        with pytest.raises(RepositoryNotFoundError, match="redirect"):
            await mirror().resolve_tip(url, "main")
        assert hosting.behaviour.listings < 20


class TestPatience:
    async def test_a_server_that_drips_is_given_up(self, hosting, mirror, url):
        hosting.behaviour.drip_seconds = 0.02
        git = mirror(limits=GitLimits(tips_seconds=0.3))
        with pytest.raises(RepositoryUnreachableError, match=r"still answering after 0\.3 s"):
            await git.resolve_tip(url, "main")

    async def test_a_server_that_says_nothing_is_given_up(self, mirror):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            git = mirror(limits=GitLimits(server_timeout_seconds=0.1))
            with pytest.raises(RepositoryUnreachableError, match=r"said nothing for 0\.1 s"):
                await git.resolve_tip(f"https://127.0.0.1:{silent.getsockname()[1]}/web", "main")

    async def test_a_server_that_stops_in_the_middle_of_a_pack_is_given_up(self, hosting, mirror, url):
        hosting.behaviour.hold.clear()
        git = mirror(limits=GitLimits(server_timeout_seconds=0.3))
        with pytest.raises(RepositoryUnreachableError, match=r"said nothing for 0\.3 s"):
            await git.fetch(url, "main")

    async def test_a_slow_server_is_waited_for(self, hosting, mirror, url):
        hosting.behaviour.slow_seconds = 0.3
        assert await mirror().fetch(url, "main") == hosting.tip

    async def test_a_pack_without_end_is_cut_at_the_limit(self, hosting, mirror, url):
        hosting.behaviour.endless = True
        git = mirror(limits=GitLimits(fetch_bytes=1 << 20))
        with pytest.raises(
            RepositoryTooLargeError, match=r"more than 1048576 bytes, the limit.*own"
        ) as caught:
            await git.fetch(url, "main")
        assert isinstance(caught.value, PermanentError)

    async def test_a_list_of_branches_without_end_is_cut_too(self, hosting, mirror, url):
        git = mirror(limits=GitLimits(tips_bytes=1000))
        with pytest.raises(RepositoryTooLargeError, match="more than 1000 bytes"):
            await git.list_tips(url)

    async def test_a_pack_that_is_cut_short_is_worth_a_retry(self, hosting, mirror, url):
        hosting.repository("acme/web").commit("main", {"b": bytes(range(256)) * 40})
        git = mirror()
        hosting.behaviour.keep_bytes = 200
        with pytest.raises(RepositoryUnreachableError, match="tried again"):
            await git.fetch(url, "main")
        hosting.behaviour.keep_bytes = None
        assert await git.fetch(url, "main") == await git.resolve_tip(url, "main")

    async def test_a_refused_connection_names_the_address(self, mirror):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            port = taken.getsockname()[1]
        with pytest.raises(RepositoryUnreachableError, match=rf"127\.0\.0\.1:{port} takes no connection"):
            await mirror().resolve_tip(f"https://127.0.0.1:{port}/web", "main")

    async def test_the_next_address_is_tried_when_one_does_not_answer(self, hosting, mirror, url):
        git = mirror(resolve=lambda _host: ["127.0.0.2", "127.0.0.1"])
        assert await git.resolve_tip(url, "main") == hosting.tip


async def test_loopback_is_refused_unless_it_is_named(hosting, mirror, url):
    with pytest.raises(RepositoryUrlError, match=r"internal address 127\.0\.0\.1"):
        await mirror(allowed_hosts=()).resolve_tip(url, "main")
    assert hosting.behaviour.paths == []
