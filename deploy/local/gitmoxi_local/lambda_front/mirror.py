"""Keeps ministack's functions as the model has them, so that what runs is what the control plane says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gitmoxi_local.aws_model.codec import copied
from gitmoxi_local.aws_model.functions import FunctionChanged
from gitmoxi_local.aws_model.functions.state import Doc, Edition, Function
from gitmoxi_local.lambda_front import ministack
from gitmoxi_local.lambda_front.code import MinistackPackages

Look = Callable[[FunctionChanged], Function | None]

_READY: Doc = {
    "State": "Active",
    "StateReason": "",
    "StateReasonCode": "",
    "LastUpdateStatus": "Successful",
    "LastUpdateStatusReason": "",
    "LastUpdateStatusReasonCode": "",
}


class Mirror:
    """Writes a function to ministack whenever the model tells of a change.

    While an update is under way, and after it failed, ministack runs what was good before
    (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html). ``look`` gives the
    model's function, None if it is gone.
    """

    def __init__(self, packages: MinistackPackages, look: Look) -> None:
        self._packages = packages
        self._look = look

    def follow(self, change: FunctionChanged) -> None:
        """Bring ministack up to date with one function."""
        function = self._look(change)
        if function is None:
            ministack.remove(change.account, change.region, change.name)
            return
        record = ministack.function(change.account, change.region, change.name)
        versions = {
            number: self._runnable(edition, record, f"{function.arn}:{number}")
            for number, edition in function.versions.items()
        }
        ministack.put(
            change.account,
            change.region,
            change.name,
            {
                **self._runnable(function.serving or function.latest, record, function.arn),
                "versions": versions,
                "next_version": function.newest_version + 1,
                "aliases": copied(function.aliases),
                "tags": dict(function.tags),
                "concurrency": function.reserved,
            },
        )

    def _runnable(self, edition: Edition, record: Mapping[str, Any] | None, arn: str) -> Doc:
        config: Doc = {**copied(edition.config), **_READY, "FunctionArn": arn}
        if edition.image_uri is not None:
            config["ImageUri"] = edition.image_uri
        return {"config": config, "code_zip": self._packages.of(edition.config, record)}
