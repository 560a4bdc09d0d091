"""Bodies as objects of the snapshot bucket, which encrypts them with its KMS key."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from gitmoxi.adapters.aws.errors import aws_errors, error_code
from gitmoxi.domain.bodies import BodyRef, ref_of
from gitmoxi.errors import ContentionError, InvariantError, NotFoundError

if TYPE_CHECKING:
    from types_aiobotocore_s3 import S3Client

_STORED_ALREADY = "PreconditionFailed"
_BEING_STORED = "ConditionalRequestConflict"


class S3BodyStore:
    """Objects ``bodies/<sha256>`` of ``bucket``; never overwritten, for their name is their content."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

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
        return ref

    async def get(self, ref: BodyRef) -> bytes:
        """The content (API_GetObject)."""
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


def _key(ref: BodyRef) -> str:
    return f"bodies/{ref.sha256}"
