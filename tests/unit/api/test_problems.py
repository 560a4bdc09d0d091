"""Every error is an RFC 9457 problem that says what to do and shows nothing of our insides."""

from __future__ import annotations

import json

import pytest

from gitmoxi.errors import (
    AccessDeniedError,
    InvariantError,
    NotFoundError,
    PermanentError,
    ThrottledError,
    UnavailableError,
)

PROBE = "/v1/repositories/r-0123456789abcdef"
SECRET = "canary-of-our-insides"


def check_problem(answer, status, kind):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:gitmoxi:problem:{kind}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert problem["instance"].startswith("/")
    assert SECRET not in answer.text
    return problem


async def test_an_unknown_path(api):
    problem = check_problem(await api.get("/v2/everything"), 404, "not-found")
    assert problem["instance"] == "/v2/everything"


async def test_an_impossible_method_says_which_are_possible(api):
    answer = await api.put("/v1/events", json={})
    check_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


async def test_nothing_is_changed_by_get(api, stage):
    for path in ("/v1/pushes", "/v1/deployments/d-1/commands"):
        check_problem(await api.get(path), 405, "method-not-allowed")


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'{"repository": ', id="cut off"),
        pytest.param(b"\xff\xfe", id="no text"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[" * 50_000, id="very deep"),
    ],
)
async def test_a_body_that_is_no_json_object(api, content):
    answer = await api.post("/v1/pushes", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("content", "place"),
    [
        pytest.param(b'{"a": nope}', "line 1, column 7: Expecting value", id="no value"),
        pytest.param(b'{"a": 1,\n "b" 2}', "line 2, column 6: Expecting ':' delimiter", id="a later line"),
        pytest.param(b'{"repository": ', "line 1, column 16: Expecting value", id="cut off"),
    ],
)
async def test_json_that_is_none_says_where_and_why(api, content, place):
    answer = await api.post("/v1/pushes", content=content, headers={"content-type": "application/json"})
    problem = check_problem(answer, 422, "invalid-request")
    assert problem["detail"] == f"the body is not JSON: {place}"
    assert problem["errors"] == [{"field": "body", "message": f"not JSON: {place}"}]


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [
        pytest.param(UnavailableError(SECRET), 503, "unavailable", id="a store is away"),
        pytest.param(ThrottledError(SECRET), 503, "unavailable", id="a store is throttled"),
        pytest.param(
            AccessDeniedError(operation="dynamodb:GetItem", code="AccessDeniedException", reason=SECRET),
            502,
            "refused-by-aws",
            id="AWS refuses",
        ),
        pytest.param(InvariantError(SECRET), 500, "internal", id="a bug that was noticed"),
        pytest.param(PermanentError(SECRET), 500, "internal", id="an error that nobody gave a meaning"),
        pytest.param(ZeroDivisionError(SECRET), 500, "internal", id="a bug"),
    ],
)
async def test_what_fails_behind_the_api_is_told_without_its_details(api, stage, fault, status, kind):
    stage.ledger.fault = fault
    check_problem(await api.get(PROBE), status, kind)


async def test_what_is_not_found_behind_the_api_is_told_in_its_words(api, stage):
    stage.ledger.fault = NotFoundError("no body 4f1c is stored")
    assert check_problem(await api.get(PROBE), 404, "not-found")["detail"] == "no body 4f1c is stored"


async def test_a_bug_is_logged_and_the_client_gets_the_id_to_find_it_by(api, stage, logs):
    stage.ledger.fault = ZeroDivisionError(SECRET)
    answer = await api.get(PROBE)
    failed = next(entry for entry in logs if entry["event"] == "request.failed")
    assert failed["log_level"] == "error"
    assert answer.headers["x-request-id"] in answer.json()["detail"]


async def test_each_request_leaves_one_line_and_one_metric(api, stage, logs):
    await api.get("/v1/repositories")
    await api.get("/nowhere")
    await api.get("/healthz")
    lines = [(entry["path"], entry["status"]) for entry in logs if entry["event"] == "request.handled"]
    assert lines == [("/v1/repositories", 200), ("/nowhere", 404)]
    assert stage.meter.noted == [("Requests", "2xx"), ("Requests", "4xx")]


async def test_probes(api, stage):
    assert (await api.get("/healthz")).json() == {"status": "ok"}
    assert (await api.get("/readyz")).json() == {"status": "ok"}
    stage.ledger.fault = UnavailableError("DynamoDB is away")
    assert (await api.get("/healthz")).status_code == 200
    check_problem(await api.get("/readyz"), 503, "unavailable")


async def test_the_api_describes_itself(api):
    document = (await api.get("/openapi.json")).json()
    assert "Problem" in document["components"]["schemas"]
    assert json.dumps(document).count("HTTPValidationError") == 0
