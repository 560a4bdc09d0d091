"""A whole account and region to read from: many services in several clusters, and many functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gitmoxi_local.aws_model.base import AwsError
from tests.simulation.in_process_aws import InProcessAws
from tests.unit.gmctl.init.account import SERVICE, SHA256, TASK_DEFINITION
from tests.unit.planning.export.modelled import HERE, ModelledEcs
from tests.unit.planning.samples import LIVE_FUNCTION, merged

Doc = dict[str, Any]
REGISTRY = f"{HERE.account}.dkr.ecr.{HERE.region}.amazonaws.com"
_PAGE = 50


@dataclass
class Function:
    """``aliases`` by name: the version; ``image`` False: a .zip."""

    aliases: dict[str, str] = field(default_factory=lambda: {"live": "4"})
    image: bool = True


@dataclass
class Region:
    """ECS is the model; of Lambda just what ``gmctl init --all`` asks.

    ``of_codedeploy`` are names of services that CodeDeploy deploys, which the model does not know;
    ``draining`` are those that are being deleted.
    """

    functions: dict[str, Function] = field(default_factory=dict)
    of_codedeploy: set[str] = field(default_factory=set)
    draining: set[str] = field(default_factory=set)
    ecs: ModelledEcs = field(default_factory=ModelledEcs)

    def __post_init__(self) -> None:
        self.aws = InProcessAws(
            models={
                "ecs": self._ecs,
                "sts": lambda _operation, _params: {"Account": HERE.account},
                "application-autoscaling": lambda _operation, _params: {"ScalableTargets": []},
                "lambda": self._lambda,
            }
        )

    def create(self, cluster: str, *names: str) -> None:
        """Services of one task definition each."""
        self.ecs.call("CreateCluster", clusterName=cluster, capacityProviders=["FARGATE"])
        for name in names:
            answer = self.ecs.call("RegisterTaskDefinition", **TASK_DEFINITION | {"family": name})
            arn = answer["taskDefinition"]["taskDefinitionArn"]
            request = SERVICE | {"serviceName": name, "cluster": cluster, "taskDefinition": arn}
            self.ecs.call("CreateService", **request)
        while (due := self.ecs.model.advance()) is not None and len(names) > 0:
            if (due - self.ecs.around.moment).total_seconds() > _SETTLED_SECONDS:
                break
            self.ecs.around.moment = max(due, self.ecs.around.moment)

    def _ecs(self, operation: str, params: Mapping[str, Any]) -> Doc:
        answer = self.ecs.call(operation, **params)
        if operation == "DescribeServices":
            for service in answer["services"]:
                if service["serviceName"] in self.of_codedeploy:
                    service["deploymentController"] = {"type": "CODE_DEPLOY"}
                if service["serviceName"] in self.draining:
                    service["status"] = "DRAINING"
        return answer

    def _lambda(self, operation: str, params: Mapping[str, Any]) -> Doc:
        if operation == "ListFunctions":
            return self._page(int(params.get("Marker", "0")))
        name = str(params["FunctionName"]).partition(":")[0]
        if name not in self.functions:
            raise AwsError("ResourceNotFoundException", f"Function not found: {name}", 404)
        aliases = self.functions[name].aliases
        match operation:
            case "GetFunction":
                return self._function(name, str(params.get("Qualifier", "$LATEST")))
            case "ListAliases":
                return {"Aliases": [{"Name": alias} for alias in aliases]}
            case "GetAlias":
                alias = params["Name"]
                return {"Name": alias, "FunctionVersion": aliases[alias], "RevisionId": "1"}
            case "ListEventSourceMappings":
                return {"EventSourceMappings": []}
            case other:
                raise AssertionError(other)

    def _page(self, start: int) -> Doc:
        names = sorted(self.functions)
        more = {"NextMarker": str(start + _PAGE)} if start + _PAGE < len(names) else {}
        return {"Functions": [{"FunctionName": name} for name in names[start : start + _PAGE]], **more}

    def _function(self, name: str, version: str) -> Doc:
        configuration = merged(
            LIVE_FUNCTION, {"FunctionName": name, "Version": version, "CodeSha256": SHA256}
        )
        if not self.functions[name].image:
            return {"Configuration": configuration, "Code": {"Location": ""}, "Tags": {}}
        left_out = {"Runtime": ..., "Handler": ..., "Layers": ...}
        configuration = merged(configuration, {"PackageType": "Image", **left_out})
        return {"Configuration": configuration, "Code": {"ImageUri": f"{REGISTRY}/{name}:7"}, "Tags": {}}


_SETTLED_SECONDS = 60
