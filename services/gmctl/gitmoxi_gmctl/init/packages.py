"""The package of a .zip function in S3: Lambda tells no object that it came from, so one is put there.

Sources: API_GetFunction of AWS Lambda (``Code.Location``, valid for 10 minutes), API_HeadObject and
API_PutObject of Amazon S3 ("Checking object integrity": the checksum of a single upload is the object's).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.planning.export.functions import LiveLambda, s3_code
from gitmoxi_gmctl.exits import ExitCode, GmctlError

_PLACE = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<key>[^/].*)")
_DOWNLOAD_SECONDS = 120.0
_ABSENT = "404"


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """Where a package lies or is to lie."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """``code`` in the terms of ``CreateFunction``; ``sha256`` as S3 tells it, None if it does not."""

    code: dict[str, str]
    sha256: str | None = None
    uploaded: bool = False


def parse_place(text: str) -> S3Place:
    """``s3://BUCKET/KEY``.

    Raises:
        GmctlError: it is something else.
    """
    match = _PLACE.fullmatch(text)
    if match is None:
        raise GmctlError(f"--code {text!r} is no object in S3: write s3://BUCKET/KEY.", ExitCode.USAGE)
    return S3Place(bucket=match["bucket"], key=match["key"])


class Packages:
    """Brings the code that a function runs to a place in S3."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    async def keep(self, live: LiveLambda, place: S3Place) -> Package:
        """The live package at ``place``: what lies there already, if it is the same, or uploaded now.

        Raises:
            GmctlError: something else lies there, or the live package cannot be had.
        """
        wanted = live.running.code_sha256
        client = await self._clients.client("s3")
        found = await _head(client, place)
        if found is None:
            content = await self._download(live)
            answer = await _put(client, place, content, wanted)
            return Package(code=_code(place, answer), sha256=wanted, uploaded=True)
        told = found.get("ChecksumSHA256")
        if (told or await _hash(client, place)) != wanted:
            raise GmctlError(
                f"{place} holds something else than {live.target.function_name} runs, and is not "
                "overwritten: give another key with --code."
            )
        return Package(code=_code(place, found), sha256=told)

    async def _download(self, live: LiveLambda) -> bytes:
        name = live.target.function_name
        location = str(live.running.code.get("Location", ""))
        if not location:
            raise GmctlError(f"Lambda gives no link to the package of {name}: upload it by hand.")
        try:
            async with httpx.AsyncClient(timeout=_DOWNLOAD_SECONDS, follow_redirects=True) as http:
                answer = (await http.get(location)).raise_for_status()
        except httpx.HTTPError as error:
            # The link is a credential for ten minutes, and httpx quotes it.
            raise GmctlError(
                f"The package of {name} could not be downloaded ({type(error).__name__}): try again.",
                ExitCode.UNREACHABLE,
            ) from None
        if _sha256(answer.content) != live.running.code_sha256:
            raise GmctlError(f"The package of {name} arrived damaged, or was updated meanwhile: try again.")
        return answer.content


async def _head(client: Any, place: S3Place) -> dict[str, Any] | None:
    async with aws_errors("s3:GetObject", mutation=False):
        try:
            answer: dict[str, Any] = await client.head_object(
                Bucket=place.bucket, Key=place.key, ChecksumMode="ENABLED"
            )
        except ClientError as error:
            if error_code(error) == _ABSENT:
                return None
            raise
    return answer


async def _hash(client: Any, place: S3Place) -> str:
    """The hash of an object that was uploaded without one."""
    async with aws_errors("s3:GetObject", mutation=False):
        answer = await client.get_object(Bucket=place.bucket, Key=place.key)
        return _sha256(await answer["Body"].read())


async def _put(client: Any, place: S3Place, content: bytes, sha256: str) -> dict[str, Any]:
    """Uploads in one part, whose checksum is then the object's; nothing that came meanwhile is replaced."""
    async with aws_errors("s3:PutObject", mutation=False):
        answer: dict[str, Any] = await client.put_object(
            Bucket=place.bucket,
            Key=place.key,
            Body=content,
            ContentType="application/zip",
            ChecksumAlgorithm="SHA256",
            ChecksumSHA256=sha256,
            IfNoneMatch="*",
        )
    return answer


def _code(place: S3Place, answer: dict[str, Any]) -> dict[str, str]:
    version = answer.get("VersionId")
    return dict(s3_code(place.bucket, place.key, None if version == "null" else version))


def _sha256(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()
