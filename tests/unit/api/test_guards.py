"""Requests that a browser was tricked into sending, and bodies that are none, go no further."""

from __future__ import annotations

import httpx
import pytest

from gitmoxi_api.guards import MAX_BODY_BYTES, is_loopback
from tests.unit.api.stage import REPOSITORY, URL, Stage

PUSH = {"repository": URL, "branch": "main"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"origin": "https://evil.example"}, id="a page of another host"),
        pytest.param({"origin": "http://127.0.0.1:9999"}, id="a page of another port"),
        pytest.param({"origin": "null"}, id="a page without an origin"),
        pytest.param({"sec-fetch-site": "cross-site"}, id="the browser says so"),
        pytest.param({"sec-fetch-site": "same-site"}, id="a neighbour"),
    ],
)
async def test_threat_foreign_request_pages_of_others_change_nothing(api, stage, headers):
    await stage.register()
    for method, path, body in (
        ("POST", "/v1/pushes", PUSH),
        ("POST", "/v1/repositories", {"url": URL, "branches": ["x"]}),
        ("DELETE", f"/v1/repositories/{REPOSITORY}", None),
    ):
        answer = await api.request(method, path, json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:gitmoxi:problem:cross-origin")
    assert stage.publisher.published == []
    assert await stage.ledger.repository(REPOSITORY) is not None


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="no browser"),
        pytest.param({"origin": "http://127.0.0.1:8080"}, id="our own page"),
        pytest.param({"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}, id="and says so"),
    ],
)
async def test_everyone_else_may(api, stage, headers):
    assert (await api.post("/v1/pushes", json=PUSH, headers=headers)).status_code == 202


async def test_threat_foreign_request_no_page_of_others_is_allowed_to_read(api):
    answer = await api.get("/v1/repositories", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("host", "status"),
    [
        pytest.param("127.0.0.1:8080", 200, id="address"),
        pytest.param("localhost:8080", 200, id="name"),
        pytest.param("[::1]:8080", 200, id="IPv6"),
        pytest.param("evil.example:8080", 421, id="a name that was made to point here"),
        pytest.param("127.0.0.1.evil.example", 421, id="one that looks like us"),
        pytest.param("", 421, id="no name"),
        pytest.param("[", 421, id="nonsense"),
    ],
)
async def test_threat_foreign_request_a_loopback_api_answers_to_its_own_names_only(api, host, status):
    answer = await api.get("/v1/repositories", headers={"host": host})
    assert answer.status_code == status


async def test_an_api_that_was_opened_answers_to_any_name():
    transport = httpx.ASGITransport(app=Stage().app(loopback_only=False))
    async with httpx.AsyncClient(transport=transport, base_url="http://gitmoxi.internal") as client:
        assert (await client.get("/v1/repositories")).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("text/plain", id="text, which a form may send"),
        pytest.param("application/x-www-form-urlencoded", id="form"),
        pytest.param("application/jsonp", id="nearly"),
        pytest.param("", id="nothing"),
    ],
)
async def test_only_json_is_read(api, stage, kind):
    body = b'{"repository": "https://git.example.com/a", "branch": "main"}'
    answer = await api.post("/v1/pushes", content=body, headers={"content-type": kind})
    assert (answer.status_code, answer.json()["type"]) == (415, "urn:gitmoxi:problem:unsupported-media-type")
    assert stage.publisher.published == []


async def test_json_may_name_its_charset(api):
    content = b'{"repository": "https://git.example.com/a", "branch": "main"}'
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert (await api.post("/v1/pushes", content=content, headers=headers)).status_code == 202


async def test_a_body_that_says_it_is_too_large_is_not_read(api):
    content = b" " * (MAX_BODY_BYTES + 1)
    answer = await api.post("/v1/pushes", content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:gitmoxi:problem:too-large")


async def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(api):
    sent = 0

    async def endless():
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b" " * 8192

    answer = await api.post("/v1/pushes", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["type"]) == (413, "urn:gitmoxi:problem:too-large")


async def test_answers_are_neither_stored_nor_sniffed(api):
    for path in ("/v1/repositories", "/nowhere"):
        headers = (await api.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        pytest.param("127.0.0.1", True, id="the usual one"),
        pytest.param("127.8.8.8", True, id="all of 127/8"),
        pytest.param("::1", True, id="IPv6"),
        pytest.param("LOCALHOST", True, id="name"),
        pytest.param("0.0.0.0", False, id="everyone"),
        pytest.param("::", False, id="everyone on IPv6"),
        pytest.param("192.168.0.7", False, id="neighbours"),
        pytest.param("localhost.evil.example", False, id="a name of others"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_what_counts_as_this_machine(host, expected):
    assert is_loopback(host) is expected
