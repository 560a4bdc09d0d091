"""HTTPS to hosts that others named: checked, pinned to the checked address, bounded, never redirected."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gitmoxi.adapters.git.hosts import Resolver, look_up, system_resolver
from gitmoxi.errors import UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError

USER_AGENT = "gitmoxi"
"""GitHub answers no request without one."""

MOST_BYTES = 8 * 1024 * 1024
"""Of an answer: a page of 50 long comments is half of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebTimes:
    """Seconds; ``whole`` is for one request with all its answer, however slowly a server drips."""

    connect: float = 5.0
    read: float = 10.0
    whole: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WebRequest:
    """What is sent. ``name`` is what errors call the other side: a URL may itself be a secret."""

    method: str
    url: str
    name: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What came back: names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def ok(self) -> bool:
        return HTTPStatus(200) <= self.status < HTTPStatus.MULTIPLE_CHOICES


class Web:
    """Sends requests; use it as a context manager.

    ``ca_file`` holds authorities that are trusted beside the system's. Proxies and ``.netrc`` of the
    environment are left aside: what is checked here must be what is connected to.
    """

    def __init__(
        self,
        *,
        ca_file: Path | None = None,
        resolve: Resolver = system_resolver,
        times: WebTimes | None = None,
    ) -> None:
        self._resolve = resolve
        self._times = times or WebTimes()
        context = ssl.create_default_context()
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        self._client = httpx.AsyncClient(
            verify=context,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(self._times.read, connect=self._times.connect),
        )

    async def close(self) -> None:
        await self._client.aclose()

    async def send(self, request: WebRequest, allowed_hosts: Collection[str]) -> WebAnswer:
        """The answer, whatever its status but a redirection.

        ``allowed_hosts`` is as :func:`gitmoxi.adapters.git.hosts.look_up` says.

        Raises:
            FeedbackRefusedError: no https URL, a redirection, or an answer that is too large.
            RepositoryUrlError: the host may not be asked.
            UnavailableError: it did not answer, or not in time.
        """
        parts = urlsplit(request.url)
        if parts.scheme != "https" or not parts.hostname:
            raise FeedbackRefusedError(f"{request.name} has no https address")
        # Only the host is named in what this raises: a URL may itself be a secret.
        origin = f"https://{parts.netloc}"
        place = await asyncio.to_thread(look_up, origin, allowed_hosts, self._resolve)
        try:
            async with asyncio.timeout(self._times.whole):
                answer = await self._first_reached(request, parts.hostname, place.addresses)
        except (httpx.HTTPError, TimeoutError) as error:
            raise UnavailableError(f"{request.name} did not answer ({_told(error)})") from None
        if answer.status in _REDIRECTIONS:
            raise FeedbackRefusedError(
                f"{request.name} answers that it is elsewhere (HTTP {answer.status}), and is not followed: "
                "register its present address"
            )
        return answer

    async def _first_reached(self, request: WebRequest, host: str, addresses: tuple[str, ...]) -> WebAnswer:
        for address in addresses[:-1]:
            try:
                return await self._at(request, host, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._at(request, host, addresses[-1])

    async def _at(self, request: WebRequest, host: str, address: str) -> WebAnswer:
        url = httpx.URL(request.url)
        sent = self._client.build_request(
            request.method,
            url.copy_with(host=address),
            headers={"User-Agent": USER_AGENT, **request.headers, "Host": url.netloc.decode("ascii")},
            content=request.content,
            extensions={"sni_hostname": host},
        )
        answer = await self._client.send(sent, stream=True)
        try:
            content = bytearray()
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > MOST_BYTES:
                    raise FeedbackRefusedError(f"{request.name} answers with more than {MOST_BYTES} bytes")
        finally:
            await answer.aclose()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return WebAnswer(status=answer.status_code, headers=headers, content=bytes(content))


_REDIRECTIONS = frozenset({301, 302, 303, 307, 308})


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
