"""Tells which AWS operation a request is, from its headers, its form, or its method and path."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape, StructureShape

from gitmoxi_local.calls import Request

# Where the name in a SigV4 credential scope is not botocore's name of the service.
_BOTOCORE_NAMES: Mapping[str, str] = {
    "apigateway": "apigatewayv2",
    "elasticloadbalancing": "elbv2",
    "monitoring": "cloudwatch",
    "states": "stepfunctions",
    "tagging": "resourcegroupstaggingapi",
}

# X-Amz-Target prefixes, for requests that nobody signed.
_TARGETS: Mapping[str, str] = {
    "AWSEvents": "events",
    "AmazonEC2ContainerServiceV20141113": "ecs",
    "AmazonSQS": "sqs",
    "AmazonSSM": "ssm",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "DynamoDB_20120810": "dynamodb",
    "GraniteServiceVersion20100801": "cloudwatch",
    "Logs_20140328": "logs",
    "TrentService": "kms",
    "secretsmanager": "secretsmanager",
}

_RPC_CBOR = re.compile(r"^/service/[^/]+/operation/(\w+)$")

_READS = re.compile(
    r"^(Assume|BatchGet|Check|Decode|Describe|Discover|Estimate|Filter|Get|Head|List|Lookup|Poll|Query|Receive"
    r"|Scan|Search|Select|Simulate|Test|TransactGet|Validate)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """The operation of a request; empty where it cannot be told."""

    service: str
    operation: str
    protocol: str


def is_mutation(operation: str) -> bool:
    """Whether an operation changes something, told by AWS's naming habits."""
    return _READS.match(operation) is None


@functools.cache
def service_model(service: str) -> ServiceModel | None:
    """Botocore's model of a service, None if it knows no such service."""
    session = botocore.session.get_session()
    if service not in session.get_available_services():
        return None
    return session.get_service_model(service)


def recognise(request: Request) -> Recognised:
    """Name the service, the operation and the protocol of a request."""
    target, _, operation = request.headers.get("x-amz-target", "").rpartition(".")
    signed = request.signature().service
    service = _BOTOCORE_NAMES.get(signed, signed) or _TARGETS.get(target, "")
    if operation:
        return Recognised(service=service, operation=operation, protocol="json")
    if rpc := _RPC_CBOR.match(request.path):
        return Recognised(service=service, operation=rpc[1], protocol="smithy-rpc-v2-cbor")
    model = service_model(service) if service else None
    protocol = str(model.metadata.get("protocol", "")) if model else ""
    if protocol.startswith("rest-") and model is not None:
        route = rest_routes(service).match(request)
        return Recognised(service=service, operation=route.operation if route else "", protocol=protocol)
    return Recognised(service=service, operation=_form_action(request), protocol=protocol or "query")


def params_of(request: Request, recognised: Recognised) -> dict[str, Any]:
    """The call's parameters as far as they are text: JSON members, form fields, path and query."""
    if recognised.protocol == "query":
        return {name: value for name, value in _form(request) if name not in {"Action", "Version"}}
    if recognised.protocol.startswith("rest-"):
        route = rest_routes(recognised.service).match(request)
        members: dict[str, Any] = dict(route.members) if route else {}
        if recognised.protocol == "rest-json" and not (route and route.has_payload):
            members.update(_json_object(request.body))
        return members
    return _json_object(request.body) if recognised.protocol == "json" else {}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body) if body else {}
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _form(request: Request) -> list[tuple[str, str]]:
    text = request.body.decode("utf-8", errors="replace") or request.query_string
    return parse_qsl(text, keep_blank_values=True)


def _form_action(request: Request) -> str:
    return next((value for name, value in _form(request) if name == "Action"), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class RestMatch:
    """A REST request's operation with the members found in its path and query."""

    operation: str
    members: Mapping[str, str]
    has_payload: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    """One operation's HTTP trait, compiled."""

    operation: str
    method: str
    path: re.Pattern[str]
    labels: Mapping[str, str]
    literals: Mapping[str, str]
    required_query: frozenset[str]
    required_headers: frozenset[str]
    query_members: Mapping[str, str]
    has_payload: bool
    literal_length: int

    def specificity(self) -> tuple[int, int, int]:
        """How narrow the route is: the narrowest of all that match is the operation."""
        demands = len(self.literals) + len(self.required_query) + len(self.required_headers)
        return demands, self.literal_length, -len(self.labels)

    def match(self, request: Request, path: str, query: Mapping[str, str]) -> RestMatch | None:
        """The members if the request is this operation, else None."""
        if request.method != self.method:
            return None
        found = self.path.fullmatch(path)
        if found is None or not self._demands_met(request.headers, query):
            return None
        members = {self.labels[group]: unquote(value) for group, value in found.groupdict().items()}
        members |= {member: query[name] for name, member in self.query_members.items() if name in query}
        return RestMatch(operation=self.operation, members=members, has_payload=self.has_payload)

    def _demands_met(self, headers: Mapping[str, str], query: Mapping[str, str]) -> bool:
        literals = all(
            name in query and (not value or query[name] == value) for name, value in self.literals.items()
        )
        return literals and self.required_query <= query.keys() and self.required_headers <= headers.keys()


class RestRoutes:
    """The REST operations of one service, narrowest first."""

    def __init__(self, model: ServiceModel) -> None:
        routes = [_compile(model.operation_model(name)) for name in model.operation_names]
        self._routes = sorted(routes, key=_Route.specificity, reverse=True)

    def match(self, request: Request) -> RestMatch | None:
        """The operation of a request, None if the service has none for its method and path."""
        query = {
            name: values[0] for name, values in parse_qs(request.query_string, keep_blank_values=True).items()
        }
        path = request.path.rstrip("/") or "/"
        matches = (route.match(request, path, query) for route in self._routes)
        return next((found for found in matches if found is not None), None)


@functools.cache
def rest_routes(service: str) -> RestRoutes:
    """The compiled routes of a REST service that botocore knows."""
    model = service_model(service)
    if model is None:
        raise LookupError(f"botocore knows no service {service!r}")
    return RestRoutes(model)


def _compile(operation: OperationModel) -> _Route:
    path, _, query = operation.http["requestUri"].partition("?")
    pattern, labels = _path_pattern(path.rstrip("/") or "/")
    shape = operation.input_shape
    members = _located(shape, "uri")
    return _Route(
        operation=operation.name,
        method=operation.http["method"],
        path=re.compile(pattern),
        labels={group: members.get(label, label) for group, label in labels.items()},
        literals=dict(parse_qsl(query, keep_blank_values=True)),
        required_query=frozenset(_located(shape, "querystring", required_only=True)),
        required_headers=frozenset(name.lower() for name in _located(shape, "header", required_only=True)),
        query_members=_located(shape, "querystring"),
        has_payload=bool(shape is not None and shape.serialization.get("payload")),
        literal_length=len(re.sub(r"\{[^}]*\}", "", path)),
    )


def _path_pattern(template: str) -> tuple[str, dict[str, str]]:
    pattern, labels = "", {}
    for index, part in enumerate(re.split(r"(\{[^}]*\})", template)):
        if not part.startswith("{"):
            pattern += re.escape(part)
            continue
        label = part[1:-1]
        labels[f"label{index}"] = label.rstrip("+")
        pattern += f"(?P<label{index}>{'.+' if label.endswith('+') else '[^/]+'})"
    return pattern, labels


def _located(shape: Shape | None, location: str, *, required_only: bool = False) -> dict[str, str]:
    """Wire name → member name of the input's members that travel in a location."""
    if not isinstance(shape, StructureShape):
        return {}
    names = shape.required_members if required_only else shape.members
    return {
        shape.members[name].serialization.get("name", name): name
        for name in names
        if shape.members[name].serialization.get("location") == location
    }
