"""Repositories are registered, listed and forgotten through the API."""

from __future__ import annotations

import httpx
import pytest

from tests.unit.api.stage import REPOSITORY, URL, Stage

REGISTRATION = {"url": URL, "branches": ["main"]}


async def test_a_registration_is_kept_and_shown(api, stage):
    arn = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/token-a1b2c3"
    body = {
        "url": URL,
        "branches": ["main", "release/1"],
        "token_arn": arn,
        "path_globs": ["prod/**"],
        "max_deletes": 0,
    }
    answer = await api.post("/v1/repositories", json=body)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/repositories/{REPOSITORY}"
    assert answer.json() == {
        "id": REPOSITORY,
        "url": URL,
        "branches": ["main", "release/1"],
        "path_globs": ["prod/**"],
        "max_deletes": 0,
        "token_arn": arn,
        "baseline": False,
        "webhook_secret_arn": None,
        "provider": None,
        "feedback": False,
        "notifications": [],
        "registered_at": "2026-11-22T09:00:00Z",
        "revision": 1,
        "branch_details": [
            {"name": "main", "seq": 0, "last_processed": None, "target_count": 0},
            {"name": "release/1", "seq": 0, "last_processed": None, "target_count": 0},
        ],
    }
    assert answer.headers["etag"] == '"1"'
    stored = await stage.ledger.repository(REPOSITORY)
    assert (stored.branches, stored.token_arn, stored.path_globs, stored.max_deletes) == (
        ("main", "release/1"),
        arn,
        ("prod/**",),
        0,
    )


async def test_every_spelling_of_a_url_is_the_same_repository(api):
    await api.post("/v1/repositories", json=REGISTRATION)
    again = await api.post("/v1/repositories", json={"url": f"{URL}.git/", "branches": ["main", "main"]})
    assert (again.status_code, again.json()["id"]) == (200, REPOSITORY)
    assert len((await api.get("/v1/repositories")).json()["repositories"]) == 1


async def test_other_settings_for_a_registered_repository_are_a_conflict(api, stage):
    await api.post("/v1/repositories", json=REGISTRATION)
    answer = await api.post("/v1/repositories", json={"url": URL, "branches": ["develop"]})
    assert answer.status_code == 409
    assert "branches: main" in answer.json()["detail"]
    assert (await stage.ledger.repository(REPOSITORY)).branches == ("main",)


async def test_the_list_is_ordered_by_url(api):
    for name in ("b", "a"):
        url = f"https://git.example.com/{name}"
        await api.post("/v1/repositories", json={"url": url, "branches": ["main"]})
    urls = [item["url"] for item in (await api.get("/v1/repositories")).json()["repositories"]]
    assert urls == ["https://git.example.com/a", "https://git.example.com/b"]


async def test_one_repository_is_found_by_its_id(api, stage):
    await stage.register()
    answer = await api.get(f"/v1/repositories/{REPOSITORY}")
    assert (answer.status_code, answer.json()["url"]) == (200, URL)


async def test_a_forgotten_repository_is_gone(api, stage):
    await stage.register()
    assert (await api.delete(f"/v1/repositories/{REPOSITORY}")).status_code == 204
    assert await stage.ledger.repository(REPOSITORY) is None
    assert (await api.delete(f"/v1/repositories/{REPOSITORY}")).status_code == 404


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        pytest.param({"url": "git@host:a/b"}, "body.url", "use https://host/path", id="ssh"),
        pytest.param({"url": "http://host/a"}, "body.url", "not supported", id="no encryption"),
        pytest.param({"url": ""}, "body.url", "at least 1 character", id="empty"),
        pytest.param({"branches": []}, "body.branches", "at least 1 item", id="no branch"),
        pytest.param({"branches": ["a..b"]}, "body.branches.0", "holds '..'", id="no branch's name"),
        pytest.param(
            {"token_arn": "not-an-arn"}, "body.token_arn", "no ARN of a secret", id="the token itself"
        ),
        pytest.param(
            {"path_globs": ["/etc/*"]}, "body.path_globs.0", "from the repository's root", id="absolute"
        ),
        pytest.param(
            {"path_globs": ["../*"]}, "body.path_globs.0", "from the repository's root", id="outside"
        ),
        pytest.param({"depth": 1}, "body.depth", "not permitted", id="unknown field"),
    ],
)
async def test_a_wrong_field_is_named_with_what_is_wrong(api, change, field, message):
    answer = await api.post("/v1/repositories", json=REGISTRATION | change)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"] == field
    assert message in fault["message"]


async def test_credentials_in_a_url_are_refused_and_never_repeated(api):
    password = "canary-" + "x" * 8
    url = f"https://user:{password}@git.example.com/team/shop"
    answer = await api.post("/v1/repositories", json={"url": url, "branches": ["main"]})
    assert answer.status_code == 422
    assert "carries credentials" in answer.json()["detail"]
    assert password not in answer.text


async def test_a_token_in_the_place_of_its_arn_is_never_repeated(api):
    token = "canary-" + "x" * 8
    answer = await api.post("/v1/repositories", json=REGISTRATION | {"token_arn": token})
    assert answer.status_code == 422
    assert token not in answer.text


async def test_folders_are_repositories_in_local_mode_only():
    folder = {"url": "file:///srv/git/shop", "branches": ["main"]}
    for allowed, status in ((True, 201), (False, 422)):
        transport = httpx.ASGITransport(app=Stage().app(allow_file=allowed))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            assert (await client.post("/v1/repositories", json=folder)).status_code == status
