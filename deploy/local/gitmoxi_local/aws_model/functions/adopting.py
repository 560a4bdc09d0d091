"""Takes over functions that somebody made behind the model's back, CloudFormation for example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions.state import Doc, Edition, Function
from gitmoxi_local.aws_model.functions.world import World

_STATES = {"State": "Active", "LastUpdateStatus": "Successful"}


def adopt(world: World, context: CallContext, name: str, record: Mapping[str, Any] | None) -> None:
    """Make a function what ``record`` says, or forget it if that is None.

    ``record`` has ``config``, ``versions`` (each with a ``config``), ``aliases``, ``tags`` and
    ``concurrency``. A function that is as we know it, by its RevisionId, and one that changes
    stay as they are.
    """
    region = world.region(context)
    known = region.functions.get(name)
    if record is None:
        region.functions.pop(name, None)
        return
    if known is not None and (known.transition is not None or _revision(known) == _revision_in(record)):
        return
    latest = _edition(record)
    versions = {number: _edition(version) for number, version in record.get("versions", {}).items()}
    region.functions[name] = Function(
        account=region.account,
        region=region.region,
        name=name,
        latest=latest,
        serving=copied_edition(latest),
        newest_version=max((int(number) for number in versions), default=0),
        versions=versions,
        aliases=copied(record.get("aliases") or {}),
        tags=dict(record.get("tags") or {}),
        reserved=record.get("concurrency"),
    )


def copied_edition(edition: Edition) -> Edition:
    """An edition that shares nothing with the given one."""
    return Edition(config=copied(edition.config), image_uri=edition.image_uri)


def _edition(record: Mapping[str, Any]) -> Edition:
    config: Doc = {member: value for member, value in copied(record["config"]).items() if value != ""}
    image_uri = config.pop("ImageUri", None)
    config.setdefault("Description", "")
    config.setdefault("SnapStart", {"ApplyOn": "None", "OptimizationStatus": "Off"})
    return Edition(config=config | _STATES, image_uri=image_uri, described_as=config["Description"])


def _revision_in(record: Mapping[str, Any]) -> str:
    return str(record["config"].get("RevisionId"))


def _revision(function: Function) -> str:
    served = function.serving or function.latest
    return str(served.config["RevisionId"])
