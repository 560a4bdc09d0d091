"""GetFunction, GetFunctionConfiguration, ListFunctions and ListVersionsByFunction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import configuration, paging
from gitmoxi_local.aws_model.functions.packages import resolved_image
from gitmoxi_local.aws_model.functions.state import LATEST, Doc, Function
from gitmoxi_local.aws_model.functions.world import World, edition


def get(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetFunction: configuration, code, tags and reserved concurrency.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
    """
    function, qualifier = world.find(context, params)
    found = edition(function, qualifier)
    answer: Doc = {"Configuration": configuration.shown(function, found, qualifier)}
    if found.image_uri is None:
        answer["Code"] = {"RepositoryType": "S3", "Location": world.packages.link(context, function.name)}
    else:
        resolved = resolved_image(found.image_uri, found.config["CodeSha256"])
        answer["Code"] = {
            "RepositoryType": "ECR",
            "ImageUri": found.image_uri,
            "ResolvedImageUri": resolved,
        }
    if function.tags:
        answer["Tags"] = dict(function.tags)
    if function.reserved is not None:
        answer["Concurrency"] = {"ReservedConcurrentExecutions": function.reserved}
    return answer


def get_configuration(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """GetFunctionConfiguration.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
    """
    function, qualifier = world.find(context, params)
    return configuration.shown(function, edition(function, qualifier), qualifier)


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """ListFunctions, without states; published versions too with FunctionVersion ALL.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
    """
    functions = [function for _, function in sorted(world.region(context).functions.items())]
    if params.get("FunctionVersion") == "ALL":
        found = [config for function in functions for config in _editions(function)]
    else:
        found = [configuration.shown(function, function.latest) for function in functions]
    return paging.page(
        "Functions", [configuration.listed(config) for config in found], params, world.limits.page
    )


def versions(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """ListVersionsByFunction: $LATEST first, then the versions in the order of their numbers.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListVersionsByFunction.html
    """
    function, _ = world.find(context, params)
    return paging.page("Versions", _editions(function), params, world.limits.page)


def _editions(function: Function) -> list[Doc]:
    published = [
        configuration.shown(function, function.versions[number], number)
        for number in sorted(function.versions, key=int)
    ]
    return [configuration.shown(function, function.latest, LATEST), *published]
