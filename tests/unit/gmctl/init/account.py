"""An account to read from: modelled ECS, and of the other services just what ``gmctl init`` asks."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitmoxi_local.aws_model.base import AwsError
from tests.simulation.in_process_aws import InProcessAws
from tests.unit.planning.export.modelled import HERE, ModelledEcs
from tests.unit.planning.samples import LIVE_FUNCTION, merged

Doc = dict[str, Any]

PACKAGE = b"what runs"
SHA256 = base64.b64encode(hashlib.sha256(PACKAGE).digest()).decode()
FUNCTION_ARN = f"arn:aws:lambda:{HERE.region}:{HERE.account}:function:greet"

TASK_DEFINITION: Doc = {
    "family": "web",
    "networkMode": "awsvpc",
    "requiresCompatibilities": ["FARGATE"],
    "cpu": "256",
    "memory": "512",
    "containerDefinitions": [{"name": "web", "image": "web:1"}],
}
SERVICE: Doc = {
    "serviceName": "web",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}},
}


@dataclass
class Account:
    """The service ``demo/web`` and the function ``greet``, whose alias ``live`` serves version 4.

    Attributes:
        scaled: Application Auto Scaling knows the service.
        aliases: of the function, by name: the version.
        mappings: event source mappings by what they invoke.
        location: where the function's package can be had.
        image: the function's image, if it is one.
        objects: in S3, by key: the content.
        unsigned: keys of objects without a SHA-256.
    """

    ecs: ModelledEcs = field(default_factory=ModelledEcs)
    scaled: bool = False
    aliases: dict[str, str] = field(default_factory=lambda: {"live": "4"})
    mappings: dict[str, list[Doc]] = field(default_factory=dict)
    location: str = ""
    image: str = ""
    objects: dict[str, bytes] = field(default_factory=dict)
    unsigned: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ecs.create(SERVICE, TASK_DEFINITION)
        self.aws = InProcessAws(
            models={
                "ecs": lambda operation, params: self.ecs.call(operation, **params),
                "sts": lambda _operation, _params: {"Account": HERE.account},
                "application-autoscaling": lambda _operation, _params: {
                    "ScalableTargets": [{}] if self.scaled else []
                },
                "lambda": self._lambda,
                "s3": self._s3,
            }
        )

    def _lambda(self, operation: str, params: Mapping[str, Any]) -> Doc:
        name = str(params.get("FunctionName", "greet")).partition(":")[0]
        if name != "greet":
            raise AwsError("ResourceNotFoundException", f"Function not found: {name}", 404)
        match operation:
            case "GetFunction":
                return self._function(str(params.get("Qualifier", "$LATEST")))
            case "ListFunctions":
                return {"Functions": [{"FunctionName": "greet"}, {"FunctionName": "bill"}]}
            case "ListAliases":
                return self._aliases_page(int(params.get("Marker", "0")))
            case "GetAlias":
                name = params["Name"]
                return {"Name": name, "FunctionVersion": self.aliases[name], "RevisionId": "1"}
            case "ListEventSourceMappings":
                return {"EventSourceMappings": self.mappings.get(params["FunctionName"], [])}
            case other:
                raise AssertionError(other)

    def _aliases_page(self, start: int) -> Doc:
        """One alias on each page."""
        names = list(self.aliases)
        more = {"NextMarker": str(start + 1)} if start + 1 < len(names) else {}
        return {"Aliases": [{"Name": name} for name in names[start : start + 1]], **more}

    def _function(self, version: str) -> Doc:
        configuration = merged(LIVE_FUNCTION, {"Version": version, "CodeSha256": SHA256})
        if self.image:
            left_out = {"Runtime": ..., "Handler": ..., "Layers": ...}
            configuration = merged(configuration, {"PackageType": "Image", **left_out})
        code = {"ImageUri": self.image} if self.image else {"Location": self.location}
        return {"Configuration": configuration, "Code": code, "Tags": {"team": "shop"}}

    def _s3(self, operation: str, params: Mapping[str, Any]) -> Doc:
        key = params["Key"]
        if operation == "PutObject":
            self.objects[key] = params["Body"]
            return {}
        if key not in self.objects:
            raise AwsError("404", "Not Found", 404)
        if operation == "GetObject":
            return {"Body": Body(self.objects[key])}
        digest = base64.b64encode(hashlib.sha256(self.objects[key]).digest()).decode()
        return {} if key in self.unsigned else {"ChecksumSHA256": digest}


class Body:
    """An object's content as aiobotocore streams it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    async def read(self) -> bytes:
        return self._content
