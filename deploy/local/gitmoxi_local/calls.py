"""One AWS call as it arrives over HTTP, and its reply."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]*)/([^/,\s]+)/aws4_request")

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """Who signed a request, for which region and service; empty strings if nobody did."""

    caller: str = ""
    region: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request: header names in lower case, ``body`` complete."""

    method: str
    path: str
    query_string: str
    headers: Mapping[str, str]
    body: bytes = b""

    def query(self) -> dict[str, str]:
        """The query's parameters, the first value of each, flags as empty strings."""
        return {
            name: values[0] for name, values in parse_qs(self.query_string, keep_blank_values=True).items()
        }

    def signature(self) -> Signature:
        """The credential scope of the Authorization header, or of a presigned query."""
        source = self.headers.get("authorization", "")
        if not source and "X-Amz-Credential=" in self.query_string:
            source = f"Credential={self.query().get('X-Amz-Credential', '')}"
        match = _CREDENTIAL.search(source)
        if match is None:
            return Signature()
        caller, region, service = match.groups()
        return Signature(caller=caller, region=region, service=service)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A complete HTTP reply."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, None if it is empty."""
        return json.loads(self.body) if self.body else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsCall:
    """A request that was recognised as an operation of an AWS service.

    ``service`` is botocore's name (``elbv2``, ``cloudwatch``); ``protocol`` is ``json``,
    ``query``, ``rest-json``, ``rest-xml`` or ``smithy-rpc-v2-cbor``; ``operation`` is empty
    when it could not be told from the request.
    """

    request: Request
    service: str
    operation: str
    protocol: str
    caller: str
    account: str
    region: str
