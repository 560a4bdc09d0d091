"""Makes sure that the object which holds a function's code is there, as Lambda does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import AwsCall, Request
from gitmoxi_local.gateway import Forward

_NOT_FOUND = 404


async def require_code_object(call: AwsCall, code: Mapping[str, Any], forward: Forward) -> None:
    """Refuse a call whose ``S3Bucket`` and ``S3Key`` name no object.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html

    Raises:
        AwsError: ``InvalidParameterValueException`` with S3's own code and words.
    """
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not bucket or not key:
        return
    if await _status(call, f"/{quote(bucket)}", "", forward) == _NOT_FOUND:
        raise _missing("NoSuchBucket", "The specified bucket does not exist")
    version = code.get("S3ObjectVersion")
    query = f"versionId={quote(version)}" if version else ""
    if await _status(call, f"/{quote(bucket)}/{quote(key)}", query, forward) == _NOT_FOUND:
        raise _missing("NoSuchKey", "The specified key does not exist.")


async def _status(call: AwsCall, path: str, query: str, forward: Forward) -> int:
    headers = {
        "host": call.request.headers.get("host", "127.0.0.1"),
        "authorization": call.request.headers.get("authorization", "").replace("/lambda/", "/s3/"),
    }
    reply = await forward(Request(method="HEAD", path=path, query_string=query, headers=headers))
    return reply.status


def _missing(code: str, words: str) -> AwsError:
    return AwsError(
        "InvalidParameterValueException",
        f"Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {words}",
    )
