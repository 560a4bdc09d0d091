"""PublishVersion: a copy of $LATEST that never changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions import configuration, rules
from gitmoxi_local.aws_model.functions.state import Doc, Edition, Function
from gitmoxi_local.aws_model.functions.world import World


def publish_version(world: World, context: CallContext, params: Mapping[str, Any]) -> Doc:
    """PublishVersion; the answer is the newest version if $LATEST differs from it in nothing.

    https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
    """
    function, _ = world.to_change(context, params)
    rules.not_busy(function)
    rules.revision_matches(params, function.latest.config)
    rules.code_hash_matches(params, function)
    version = publish(world, function, params.get("Description"))
    world.changed(function)
    return configuration.shown(function, function.versions[version], version)


def publish(world: World, function: Function, description: str | None = None) -> str:
    """The number of the version that equals $LATEST: the newest one, or a new one.

    A version of a change under way becomes ready with it (unverified: AWS documents no state of it).
    """
    latest = function.latest
    newest = max(function.versions, key=int, default=None)
    if newest is not None and _unchanged(function.versions[newest], latest):
        return newest
    function.newest_version += 1
    number = str(function.newest_version)
    config = copied(latest.config)
    config["Version"] = number
    if description is not None:
        config["Description"] = description
    if config["SnapStart"]["ApplyOn"] == "PublishedVersions":
        config["SnapStart"]["OptimizationStatus"] = "On"
    world.renew(config)
    function.versions[number] = Edition(
        config=config, image_uri=latest.image_uri, described_as=latest.config["Description"]
    )
    if function.transition is None:
        world.renew(latest.config)
    else:
        config["State"] = "Pending"
        function.transition.version = number
    return number


def _unchanged(version: Edition, latest: Edition) -> bool:
    """Whether $LATEST differs in nothing from a version.

    Which one counts after the newest was deleted is unverified; here the newest that is left does.
    """
    described = version.described_as == latest.config["Description"]
    return described and configuration.same(version.config, latest.config)
