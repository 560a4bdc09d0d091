"""AWS's errors in the words and the form that each service and protocol gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from gitmoxi_local.aws_model.base import AwsError
from gitmoxi_local.calls import AwsCall, Reply

_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Dialect:
    """How one service names the three refusals that any AWS call can get: (code, status)."""

    throttle: tuple[str, int] = ("ThrottlingException", 400)
    deny: tuple[str, int] = ("AccessDeniedException", 400)
    failure: tuple[str, int] = ("InternalFailure", 500)


_QUERY = _Dialect(throttle=("Throttling", 400), deny=("AccessDenied", 403))

# The "Common Errors" and "Errors" sections of each service's API reference.
_DIALECTS: Mapping[str, _Dialect] = {
    "dynamodb": _Dialect(failure=("InternalServerError", 500)),
    "ecs": _Dialect(failure=("ServerException", 500)),
    "events": _Dialect(failure=("InternalException", 500)),
    "lambda": _Dialect(
        throttle=("TooManyRequestsException", 429),
        deny=("AccessDeniedException", 403),
        failure=("ServiceException", 500),
    ),
    "logs": _Dialect(failure=("ServiceUnavailableException", 500)),
    "s3": _Dialect(throttle=("SlowDown", 503), deny=("AccessDenied", 403), failure=("InternalError", 500)),
    "sqs": _Dialect(throttle=("RequestThrottled", 403), deny=("AccessDeniedException", 403)),
}


def throttled(call: AwsCall) -> AwsError:
    """The service's refusal of a caller who calls too often."""
    code, status = _dialect(call).throttle
    return AwsError(code, "Rate exceeded", status)


def denied(call: AwsCall) -> AwsError:
    """The service's refusal of a caller without permission, in IAM's words."""
    code, status = _dialect(call).deny
    principal = f"arn:aws:iam::{call.account}:user/{call.caller}"
    action = f"{_iam_prefix(call.service)}:{call.operation}"
    return AwsError(
        code,
        f"User: {principal} is not authorized to perform: {action} on resource: * "
        f"because no identity-based policy allows the {action} action",
        status,
    )


def failed(call: AwsCall) -> AwsError:
    """The service's answer when something broke on its own side."""
    code, status = _dialect(call).failure
    return AwsError(code, "We encountered an internal error. Please try again.", status)


def error_reply(call: AwsCall, error: AwsError, request_id: str) -> Reply:
    """The error in the form of the call's protocol."""
    render = _RENDERERS.get(call.protocol, _json_reply)
    return render(error, request_id)


def error_code(reply: Reply) -> str | None:
    """AWS's error code in a reply of any protocol, None if it is no error."""
    if reply.status < 400:  # noqa: PLR2004  # HTTP: everything from here on is an error
        return None
    if header := reply.headers.get("x-amzn-errortype"):
        return header.partition(":")[0]
    if found := _XML_CODE.search(reply.body):
        return found[1].decode()
    try:
        document = json.loads(reply.body)
    except ValueError:
        return str(reply.status)
    return str(document.get("__type", reply.status)).rpartition("#")[2]


def _dialect(call: AwsCall) -> _Dialect:
    return _DIALECTS.get(call.service, _QUERY if call.protocol == "query" else _Dialect())


def _iam_prefix(service: str) -> str:
    return {"elbv2": "elasticloadbalancing"}.get(service, service)


def _json_reply(error: AwsError, request_id: str) -> Reply:
    return Reply(
        status=error.status,
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amzn-errortype": error.code,
            "x-amzn-requestid": request_id,
        },
        body=json.dumps({"__type": error.code, "message": error.message}).encode(),
    )


def _rest_json_reply(error: AwsError, request_id: str) -> Reply:
    kind = "User" if error.status < 500 else "Service"  # noqa: PLR2004  # HTTP's border between the two
    return Reply(
        status=error.status,
        headers={
            "content-type": "application/json",
            "x-amzn-errortype": error.code,
            "x-amzn-requestid": request_id,
        },
        # Lambda's errors say "Message" or "message" by error; botocore and the SDKs read both.
        body=json.dumps({"Type": kind, "message": error.message, "Message": error.message}).encode(),
    )


def _query_reply(error: AwsError, request_id: str) -> Reply:
    fault = "Sender" if error.status < 500 else "Receiver"  # noqa: PLR2004  # HTTP's border between the two
    document = (
        f"<ErrorResponse><Error><Type>{fault}</Type><Code>{escape(error.code)}</Code>"
        f"<Message>{escape(error.message)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return _xml_reply(error.status, document, request_id)


def _rest_xml_reply(error: AwsError, request_id: str) -> Reply:
    document = (
        f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{escape(error.code)}</Code>'
        f"<Message>{escape(error.message)}</Message><RequestId>{request_id}</RequestId></Error>"
    )
    return _xml_reply(error.status, document, request_id)


def _xml_reply(status: int, document: str, request_id: str) -> Reply:
    return Reply(
        status=status,
        headers={"content-type": "text/xml", "x-amzn-requestid": request_id},
        body=document.encode(),
    )


def _cbor_reply(error: AwsError, request_id: str) -> Reply:
    members = {"__type": error.code, "message": error.message}
    body = bytes([0xA0 + len(members)]) + b"".join(
        _cbor_text(text) for pair in members.items() for text in pair
    )
    return Reply(
        status=error.status,
        headers={
            "content-type": "application/cbor",
            "smithy-protocol": "rpc-v2-cbor",
            "x-amzn-requestid": request_id,
        },
        body=body,
    )


def _cbor_text(text: str) -> bytes:
    """A CBOR text string with a two-byte length, RFC 8949 section 3.1."""
    encoded = text.encode()
    return b"\x79" + len(encoded).to_bytes(2, "big") + encoded


_RENDERERS = {
    "json": _json_reply,
    "query": _query_reply,
    "rest-json": _rest_json_reply,
    "rest-xml": _rest_xml_reply,
    "smithy-rpc-v2-cbor": _cbor_reply,
}
