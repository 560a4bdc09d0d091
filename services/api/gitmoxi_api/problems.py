"""Every error as an RFC 9457 problem, with what the caller can do about it and nothing of our insides."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gitmoxi.errors import (
    AwsRejectedError,
    InvalidInputError,
    NotFoundError,
    PermanentError,
    RetryableError,
)
from gitmoxi.runtime.logging import get_logger

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
"""What a client is told to wait when a store is out of reach: less would only add to its load."""

_NOT_JSON = "json_invalid"
"""FastAPI's name for a body that cannot be parsed."""

_TYPES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.FORBIDDEN: "cross-origin",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.PRECONDITION_FAILED: "precondition-failed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    HTTPStatus.MISDIRECTED_REQUEST: "misdirected-request",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid-request",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.BAD_GATEWAY: "refused-by-aws",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


class FieldProblem(BaseModel):
    """What is wrong with one field of a request; the value itself is never repeated."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str = Field(description="where it stands", examples=["body.branches.0"])
    message: str = Field(description="what is wrong with it")


class Problem(BaseModel):
    """An error, as RFC 9457 describes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: str = Field(description="a stable name for the kind", examples=["urn:gitmoxi:problem:not-found"])
    title: str = Field(description="the kind in words", examples=["Not Found"])
    status: int = Field(description="the HTTP status", examples=[404])
    detail: str = Field(description="what happened and what to do, for the person who reads it")
    instance: str = Field(description="the path that was asked for")
    errors: tuple[FieldProblem, ...] = Field(default=(), description="each wrong field of a request")


class ProblemError(Exception):
    """Ends a request with ``status`` and ``detail``."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem_response(
    status: int,
    detail: str,
    *,
    instance: str,
    errors: tuple[FieldProblem, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem as a response; ``instance`` is the request's path."""
    body = Problem(
        type=f"urn:gitmoxi:problem:{_TYPES.get(status, 'other')}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=instance,
        errors=errors,
    )
    return JSONResponse(
        body.model_dump(mode="json", exclude_defaults=True),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=dict(headers or {}),
    )


def not_found(what: str) -> ProblemError:
    """The answer where something that was named does not exist."""
    return ProblemError(HTTPStatus.NOT_FOUND, what)


def documented(*statuses: HTTPStatus) -> dict[int | str, dict[str, Any]]:
    """The problems of an endpoint for its OpenAPI description, beside those that all have."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    named: dict[int | str, dict[str, Any]] = {
        int(status): {"description": status.phrase, "content": content} for status in statuses
    }
    return {**named, "4XX": {"description": "The request is refused", "content": content}}


def handle_problems(app: FastAPI) -> None:
    """Register the handlers of everything that an endpoint may raise, unknown exceptions excepted."""
    app.add_exception_handler(ProblemError, _raised)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(RetryableError, _unavailable)
    app.add_exception_handler(PermanentError, _permanent)


async def _raised(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem_response(error.status, error.detail, instance=request.url.path)


async def _http(request: Request, error: Exception) -> Response:
    """What the framework itself answers: no such path, no such method, a body that cannot be read."""
    assert isinstance(error, HTTPException)
    path = request.url.path
    details = {
        HTTPStatus.NOT_FOUND: f"There is nothing at {path}; /openapi.json lists what there is.",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not possible at {path}.",
    }
    detail = details.get(HTTPStatus(error.status_code), error.detail)
    return problem_response(error.status_code, detail, instance=path, headers=error.headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    broken = next((fault for fault in found if fault["type"] == _NOT_JSON), None)
    if broken is not None:
        return _not_json(request, broken, str(error.body))
    # A list counts its valid items only: that it has too few then follows from what is wrong with them.
    parents = {tuple(fault["loc"][:-1]) for fault in found}
    faults = tuple(_fault(fault) for fault in found if tuple(fault["loc"]) not in parents)
    detail = "; ".join(f"{fault.field}: {fault.message}" for fault in faults)
    return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, detail, instance=request.url.path, errors=faults)


def _not_json(request: Request, fault: Mapping[str, Any], body: str) -> Response:
    """FastAPI names the place as a field ``body.<offset>``, which nobody finds in what they sent."""
    offset = int(fault["loc"][-1])
    line, column = body.count("\n", 0, offset) + 1, offset - body.rfind("\n", 0, offset)
    place = f"not JSON: line {line}, column {column}: {fault['ctx']['error']}"
    return problem_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"the body is {place}",
        instance=request.url.path,
        errors=(FieldProblem(field="body", message=place),),
    )


def _fault(fault: Mapping[str, Any]) -> FieldProblem:
    place = ".".join(str(part) for part in fault["loc"])
    return FieldProblem(field=place, message=str(fault["msg"]).removeprefix("Value error, "))


async def _unavailable(request: Request, error: Exception) -> Response:
    get_logger().warning("request.unavailable", path=request.url.path, because=str(error))
    return problem_response(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "A service that Gitmoxi stands on does not answer at the moment: try again shortly. "
        "The log of the API says which.",
        instance=request.url.path,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


async def _permanent(request: Request, error: Exception) -> Response:
    path = request.url.path
    match error:
        case NotFoundError():
            return problem_response(HTTPStatus.NOT_FOUND, str(error), instance=path)
        case InvalidInputError():
            return problem_response(HTTPStatus.UNPROCESSABLE_ENTITY, str(error), instance=path)
        case AwsRejectedError():
            get_logger().error("request.refused_by_aws", path=path, because=str(error))
            detail = (
                f"AWS refuses {error.operation} to the API ({error.code}); the log of the API has the rest."
            )
            return problem_response(HTTPStatus.BAD_GATEWAY, detail, instance=path)
        case _:
            raise error
