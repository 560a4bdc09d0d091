"""Bodies as objects of the snapshot bucket, which encrypts them with its KMS key."""

from __future__ import annotations

import base64
from collections import OrderedDict
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.domain.bodies import BodyRef, ref_of
from gitmoxi.errors import ContentionError, InvariantError, NotFoundError

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_STORED_ALREADY = "PreconditionFailed"
_BEING_STORED = "ConditionalRequestConflict"

RECENT_BYTES = 4 * 1024 * 1024
"""Of bodies that a process keeps at hand: the wanted states of hundreds of targets, of some KB each."""


class S3BodyStore:
    """Objects ``bodies/<sha256>`` of ``bucket``; never overwritten, for their name is their content.

    So what was stored or read a while ago is at hand without asking: every look at a target needs its bodies.
    """

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket
        self._recent = _Recent(RECENT_BYTES)

    async def put(self, content: bytes) -> BodyRef:
        """Store ``content`` unless it is stored (API_PutObject with ``If-None-Match``).

        S3 checks the hash too, so that nothing else is ever stored under it.

        Raises:
            ContentionError: somebody is storing the same body at this moment.
        """
        ref = ref_of(content)
        async with aws_errors("s3:PutObject", mutation=True):
            try:
                await self._client.put_object(
                    Bucket=self._bucket,
                    Key=_key(ref),
                    Body=content,
                    ContentType="application/octet-stream",
                    ChecksumSHA256=base64.b64encode(bytes.fromhex(ref.sha256)).decode(),
                    IfNoneMatch="*",
                )
            except ClientError as error:
                code = error_code(error)
                if code == _BEING_STORED:
                    raise ContentionError(f"body {ref.sha256} is being stored by another: {error}") from error
                if code != _STORED_ALREADY:
                    raise
        self._recent.keep(ref, content)
        return ref

    async def get(self, ref: BodyRef) -> bytes:
        """The content (API_GetObject)."""
        content = self._recent.get(ref)
        if content is None:
            content = await self._read(ref)
            self._recent.keep(ref, content)
        return content

    async def _read(self, ref: BodyRef) -> bytes:
        async with aws_errors("s3:GetObject", mutation=False):
            try:
                answer = await self._client.get_object(Bucket=self._bucket, Key=_key(ref))
            except ClientError as error:
                if error_code(error) != "NoSuchKey":
                    raise
                raise NotFoundError(f"no body {ref.sha256} is stored in bucket {self._bucket}") from error
            async with answer["Body"] as stream:
                content = await stream.read()
        if ref_of(content) != ref:
            raise InvariantError(f"the bytes stored as body {ref.sha256} are not that body")
        return content


class _Recent:
    """The bodies used last, of ``most`` bytes together."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._kept: OrderedDict[BodyRef, bytes] = OrderedDict()

    def keep(self, ref: BodyRef, content: bytes) -> None:
        """Keep ``content``, in the place of what was not used for longest."""
        if ref in self._kept or len(content) > self._most:
            return
        self._kept[ref] = content
        self._bytes += len(content)
        while self._bytes > self._most:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest)

    def get(self, ref: BodyRef) -> bytes | None:
        """The content, used just now; None when it is not kept."""
        if ref in self._kept:
            self._kept.move_to_end(ref)
        return self._kept.get(ref)


def _key(ref: BodyRef) -> str:
    return f"bodies/{ref.sha256}"
