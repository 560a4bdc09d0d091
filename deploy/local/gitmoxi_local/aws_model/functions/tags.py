"""TagResource, UntagResource and ListTags, of functions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import errors
from gitmoxi_local.aws_model.functions.state import Doc, Function
from gitmoxi_local.aws_model.functions.world import World

_MOST_TAGS = 50


def tag(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """TagResource: at most 50 tags.

    https://docs.aws.amazon.com/lambda/latest/api/API_TagResource.html
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-tags.html
    """
    function = _tagged(world, context, params, changes=True)
    tags = {**function.tags, **params["Tags"]}
    if len(tags) > _MOST_TAGS:
        raise errors.invalid("Number of tags exceeds resource tag limit.")
    function.tags = tags
    world.changed(function)
    return {}


def untag(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """UntagResource: keys that there are not are no error.

    https://docs.aws.amazon.com/lambda/latest/api/API_UntagResource.html
    """
    function = _tagged(world, context, params, changes=True)
    for key in params["TagKeys"]:
        function.tags.pop(key, None)
    world.changed(function)
    return {}


def listing(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """ListTags.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListTags.html
    """
    return {"Tags": dict(_tagged(world, context, params, changes=False).tags)}


def _tagged(world: World, context: CallContext, params: Mapping[str, Any], *, changes: bool) -> Function:
    named = {"FunctionName": params["Resource"]}
    function, qualifier = world.to_change(context, named) if changes else world.find(context, named)
    if qualifier:
        raise errors.invalid("Tags on function aliases and versions are not supported.")
    return function
