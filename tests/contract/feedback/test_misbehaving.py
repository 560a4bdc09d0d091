"""Hosts that refuse, limit, stall, lie or send us elsewhere; and tokens that are rotated."""

from __future__ import annotations

import secrets
import threading

import pytest

from gitmoxi.adapters.feedback.web import Web
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from tests.contract.feedback.conftest import TOKEN_ARN
from tests.contract.feedback.forge import Forge, ForgeServer, Refusal
from tests.contract.feedback.test_hosts import a_comment, an_update


@pytest.fixture(params=["github", "gitlab"])
def host(request):
    return request.getfixturevalue(request.param)


class RotatedSecrets:
    """A store that remembers the old token until it is asked for a fresh one."""

    def __init__(self, old, new):
        self.old, self.new, self.fresh_reads = old, new, 0

    async def read(self, ref, *, fresh=False):
        self.fresh_reads += fresh
        return self.new if fresh else self.old


async def test_a_rotated_token_is_read_anew_after_a_refusal(host, forge):
    store = RotatedSecrets("token-" + secrets.token_hex(8), forge.token)
    object.__setattr__(host.feedback._host, "secrets", store)
    await host.feedback.set_status(host.repository, an_update())
    assert (len(forge.statuses), len(forge.requests), store.fresh_reads) == (1, 2, 1)


async def test_a_token_that_stays_refused_is_tried_once_and_named_for_what_it_needs(host, forge, token_store):
    token_store.values[parse_secret_ref(TOKEN_ARN)] = "token-" + secrets.token_hex(8)
    with pytest.raises(FeedbackRefusedError, match=r"HTTP 401: .* The token needs"):
        await host.feedback.set_status(host.repository, an_update())
    assert len(forge.requests) == 1


async def test_a_repository_that_is_hidden_from_the_token_is_refused_with_what_it_needs(host, forge):
    forge.project = "somebody/else"
    with pytest.raises(FeedbackRefusedError, match=r"HTTP 404: .* The token needs"):
        await host.feedback.upsert_comment(host.repository, a_comment())


@pytest.mark.parametrize("status", [403, 404, 422])
async def test_a_refusal_for_good_says_what_the_token_needs(host, forge, status):
    forge.refusals.append(Refusal(status, body=b'{"message": "Resource not accessible"}'))
    with pytest.raises(
        FeedbackRefusedError, match=rf"HTTP {status}: Resource not accessible\. The token needs"
    ):
        await host.feedback.set_status(host.repository, an_update())


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [
        pytest.param(Refusal(429, {"Retry-After": "42"}), 42, id="429 with seconds"),
        pytest.param(
            Refusal(429, {"Retry-After": "Sun, 22 Nov 2026 09:01:00 GMT"}), 60, id="429 with a date"
        ),
        pytest.param(Refusal(429), None, id="429 without a word"),
        pytest.param(Refusal(429, {"Retry-After": "soon"}), None, id="429 with nonsense"),
        pytest.param(Refusal(429, {"Retry-After": "9" * 30}), 3600, id="429 for ever"),
        pytest.param(Refusal(403, {"Retry-After": "30"}), 30, id="GitHub's secondary limit"),
        pytest.param(
            Refusal(403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795338090"}),
            90,
            id="GitHub's quota is used up",
        ),
    ],
)
async def test_a_limit_is_waited_for_as_long_as_the_host_says(host, forge, refusal, seconds):
    forge.refusals.append(refusal)
    with pytest.raises(ThrottledError) as raised:
        await host.feedback.set_status(host.repository, an_update())
    assert raised.value.retry_after_seconds == seconds


@pytest.mark.parametrize("status", [408, 500, 502, 503])
async def test_an_outage_is_tried_again_later(host, forge, status):
    forge.refusals.append(Refusal(status, body=b"<html>oh no</html>"))
    with pytest.raises(UnavailableError, match=f"HTTP {status}"):
        await host.feedback.set_status(host.repository, an_update())


async def test_a_host_that_does_not_answer_is_left_after_a_while(host, forge):
    enough = threading.Event()
    forge.refusals.append(Refusal(201, waits_for=enough))
    with pytest.raises(UnavailableError, match="did not answer"):
        await host.feedback.set_status(host.repository, an_update())
    enough.set()


async def test_an_answer_that_is_too_large_is_not_read_to_its_end(host, forge):
    forge.refusals.append(Refusal(200, body=b"x" * (9 * 1024 * 1024)))
    with pytest.raises(FeedbackRefusedError, match="more than"):
        await host.feedback.set_status(host.repository, an_update())


async def test_threat_credentials_no_redirection_takes_the_token_elsewhere(host, forge, authority):
    elsewhere = Forge(token=forge.token)
    server = ForgeServer(elsewhere, authority)
    try:
        for status in (301, 302, 307, 308):
            forge.refusals.append(Refusal(status, {"Location": f"{server.url}/api/v3/x"}))
            with pytest.raises(FeedbackRefusedError, match="elsewhere"):
                await host.feedback.set_status(host.repository, an_update())
    finally:
        server.close()
    assert elsewhere.requests == []


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[" * 100_000])
async def test_an_answer_that_is_no_json_is_an_outage_or_nothing(host, forge, body):
    forge.refusals.append(Refusal(500, body=body))
    with pytest.raises(UnavailableError):
        await host.feedback.set_status(host.repository, an_update())


async def test_a_server_of_another_authority_is_not_told_the_token(host, forge, token_store, clock):
    web = Web()
    object.__setattr__(host.feedback._host, "web", web)
    try:
        with pytest.raises(UnavailableError, match="CERTIFICATE_VERIFY_FAILED"):
            await host.feedback.set_status(host.repository, an_update())
    finally:
        await web.close()
    assert forge.requests == []


async def test_threat_credentials_no_error_holds_the_token(host, forge):
    for refusal in (Refusal(403), Refusal(429), Refusal(500), Refusal(302, {"Location": "https://x.test/"})):
        forge.refusals.append(refusal)
        with pytest.raises(Exception) as raised:
            await host.feedback.set_status(host.repository, an_update())
        assert forge.token not in f"{raised.value!r} {raised.value.__cause__!r} {raised.value.__context__!r}"


@pytest.mark.parametrize("token", ["", "two\nlines: of a header", "ümlaut"])
async def test_a_secret_that_can_be_no_token_is_refused_before_anything_is_sent(
    host, forge, token_store, token
):
    token_store.values[parse_secret_ref(TOKEN_ARN)] = token
    with pytest.raises(Exception, match=r"no secret|no token has"):
        await host.feedback.set_status(host.repository, an_update())
    assert forge.requests == []
