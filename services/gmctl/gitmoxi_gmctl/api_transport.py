"""Requests to the API, and every way in which they fail as an error with an exit code."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import httpx
from pydantic import ValidationError

from gitmoxi_gmctl.exits import ExitCode, GmctlError, RefusedError, UnreachableError
from gitmoxi_gmctl.paths import is_loopback
from gitmoxi_gmctl.replies import Reply

ReplyType = TypeVar("ReplyType", bound=Reply)
Query = Mapping[str, str | int | None]

_CONNECT_SECONDS = 5.0
_COMMANDS: Final = {
    "repositories": "gmctl repo get",
    "commits": "gmctl commit get -r URL -b BRANCH",
    "deployments": "gmctl deployment get",
    "targets": "gmctl deployment get",
}
_OPTIONS: Final = {
    "url": "--repository",
    "repository": "--repository",
    "branches": "--branch",
    "branch": "--branch",
    "head": "--head",
    "token_arn": "--token-arn",
    "webhook_secret_arn": "--webhook-secret",
    "path_globs": "--path",
    "notifications": "--notify",
    "max_deletes": "--max-deletes",
    "by": "--by",
}
_FIELDS = re.compile(rf"\bbody\.({'|'.join(sorted(_OPTIONS, key=len, reverse=True))})(?:\.\w+)*(?=:)")
"""Fields of the API's bodies, which a person gave by an option."""

_PATHS = re.compile(rf"GET /v1/({'|'.join(_COMMANDS)})(?= lists)")
_EVENTS = "text/event-stream"


class EventLines:
    """The events of a stream, each its name and data; empty ones are signs of life.

    Iterating raises ``UnreachableError`` where it is cut or silent for too long.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._events = self._parsed()

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return self._events

    def close(self) -> None:
        """Hang up."""
        self._response.close()

    def _parsed(self) -> Iterator[tuple[str, str]]:
        name = data = ""
        try:
            for line in self._response.iter_lines():
                field, _, value = line.partition(":")
                if field == "event":
                    name = value.strip()
                elif field == "data":
                    data = value
                elif not field:  # the end of an event, or a comment
                    yield name, data
                    name = data = ""
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise UnreachableError(f"The stream of events is cut ({_reason(error)})") from None


class ApiTransport:
    """Speaks to the API at ``endpoint``."""

    def __init__(self, endpoint: str, *, timeout_seconds: float = 30.0) -> None:
        self._endpoint = endpoint.rstrip("/")
        try:
            url = httpx.URL(self._endpoint)
        except httpx.InvalidURL as error:
            raise GmctlError(f"{endpoint} is no address: {error}", ExitCode.USAGE) from None
        if url.scheme not in {"http", "https"} or not url.host:
            raise GmctlError(
                f"{endpoint} is no address of an API: write http://HOST:PORT or https://HOST", ExitCode.USAGE
            )
        timeout = httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, _CONNECT_SECONDS))
        try:
            # A proxy could not lead back to this machine.
            self._http = httpx.Client(
                base_url=url, timeout=timeout, trust_env=not is_loopback(url.host), verify=_trust(url)
            )
        except (ValueError, ImportError, OSError, httpx.InvalidURL) as error:
            raise GmctlError(
                "The proxy or certificate variables of the environment (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, "
                f"SSL_CERT_FILE, SSL_CERT_DIR) cannot be used: {error}",
                ExitCode.USAGE,
            ) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def events_of(
        self, path: str, query: Query, last_event_id: str | None, *, silence_seconds: float
    ) -> EventLines:
        """A stream of events that goes on until it is closed.

        Raises:
            GmctlError: there is none.
        """
        parameters = {name: value for name, value in query.items() if value is not None}
        headers = {"Accept": _EVENTS} | ({"Last-Event-ID": last_event_id} if last_event_id else {})
        request = self._http.build_request(
            "GET", path, params=parameters, headers=headers, timeout=httpx.Timeout(silence_seconds)
        )
        try:
            response = self._http.send(request, stream=True)
        except httpx.RequestError as error:
            raise UnreachableError(f"There is no stream of events ({_reason(error)})") from None
        if response.is_success and response.headers.get("content-type", "").startswith(_EVENTS):
            return EventLines(response)
        response.close()
        raise UnreachableError(f"There is no stream of events (HTTP {response.status_code})")

    def _ask(
        self,
        kind: type[ReplyType],
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ReplyType:
        return self.read(kind, self._request(method, path, body=body, query=query, headers=headers))

    def get(self, path: str, *, query: Query, etag: str | None) -> httpx.Response:
        """Whatever there is, for ``read``; 304 if the answer is still that of ``etag``."""
        return self._request("GET", path, query=query, headers={"If-None-Match": etag} if etag else {})

    def read(self, kind: type[ReplyType], response: httpx.Response) -> ReplyType:
        """The reply in a response."""
        try:
            return kind.model_validate_json(response.content)
        except ValidationError:
            raise self._stranger(response) from None

    def _request(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        parameters = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            response = self._http.request(method, path, json=body, params=parameters, headers=headers)
        except httpx.TimeoutException:
            raise UnreachableError(f"The API at {self._endpoint} did not answer in time") from None
        except (httpx.RequestError, UnicodeError) as error:
            raise UnreachableError(
                f"The API at {self._endpoint} cannot be reached ({_reason(error)})",
                "start it with gmctl up, or name it with -e or GITMOXI_ENDPOINT_URL",
            ) from None
        if not response.is_success and response.status_code != HTTPStatus.NOT_MODIFIED:
            raise self._refusal(response)
        return response

    def _refusal(self, response: httpx.Response) -> GmctlError:
        try:
            detail = _for_people(str(response.json()["detail"]))
        except (ValueError, KeyError, TypeError):
            return self._stranger(response)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            return UnreachableError(detail.removesuffix("."))
        return RefusedError(detail, response.status_code)

    def _stranger(self, response: httpx.Response) -> UnreachableError:
        return UnreachableError(
            f"What answers at {self._endpoint} is not this version's API (HTTP {response.status_code} at "
            f"{response.request.url.path})",
            "check -e or GITMOXI_ENDPOINT_URL",
        )


def _trust(url: httpx.URL) -> ssl.SSLContext | bool:
    """Whom to trust. Plain HTTP asks nobody, and reading all authorities would take a noticeable while."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if url.scheme == "http" else True


def _for_people(detail: str) -> str:
    """The API names its own paths and fields; here commands and options help."""
    named = _FIELDS.sub(lambda found: _OPTIONS[found[1]], detail)
    return _PATHS.sub(lambda found: _COMMANDS[found[1]], named)


def _reason(error: Exception) -> str:
    """Why, as a part of a sentence; some errors have no words."""
    return str(error).rstrip(".") or type(error).__name__
