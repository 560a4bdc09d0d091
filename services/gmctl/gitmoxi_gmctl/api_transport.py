"""Requests to the API, and every way in which they fail as an error with an exit code."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import ValidationError

from gitmoxi_gmctl.exits import ExitCode, GmctlError, RefusedError, UnreachableError
from gitmoxi_gmctl.replies import Reply

ReplyType = TypeVar("ReplyType", bound=Reply)
Query = Mapping[str, str | int | None]

_CONNECT_SECONDS = 5.0


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
            self._http = httpx.Client(base_url=url, timeout=timeout, trust_env=not _is_loopback(url.host))
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

    def _ask(
        self, kind: type[ReplyType], method: str, path: str, *, body: Any = None, query: Query | None = None
    ) -> ReplyType:
        response = self._request(method, path, body=body, query=query)
        try:
            return kind.model_validate_json(response.content)
        except ValidationError:
            raise self._stranger(response) from None

    def _request(
        self, method: str, path: str, *, body: Any = None, query: Query | None = None
    ) -> httpx.Response:
        parameters = {name: value for name, value in (query or {}).items() if value is not None}
        try:
            response = self._http.request(method, path, json=body, params=parameters)
        except httpx.TimeoutException:
            raise UnreachableError(f"The API at {self._endpoint} did not answer in time") from None
        except (httpx.RequestError, UnicodeError) as error:
            raise UnreachableError(
                f"The API at {self._endpoint} cannot be reached ({_reason(error)})",
                "start it with gmctl up, or name it with -e or GITMOXI_ENDPOINT_URL",
            ) from None
        if not response.is_success:
            raise self._refusal(response)
        return response

    def _refusal(self, response: httpx.Response) -> GmctlError:
        try:
            detail = str(response.json()["detail"])
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


def _reason(error: Exception) -> str:
    """Why, as a part of a sentence; some errors have no words."""
    return str(error).rstrip(".") or type(error).__name__


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
