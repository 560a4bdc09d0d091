"""What a look at a function, or an answer of Lambda's, tells about a call that was or is to be made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gitmoxi.domain.deployments import Deployment, Intent
from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.strategies.lambda_foreign import ALIAS, STANDING, foreign_change, standing_after
from gitmoxi.strategies.lambda_observation import DELETING, LambdaObservation
from gitmoxi.strategies.lambda_steps import (
    CODE_SHA256,
    DELETE_RESERVED,
    MOVED_FROM,
    PROVISIONED,
    PUBLISH,
    PUT_RESERVED,
    RESERVED,
    STATE,
    UPDATE_CODE,
    UPDATE_CONFIGURATION,
    VERSION,
    alias_standing,
    weights_in,
)
from gitmoxi.validation.lambda_depdef import NONE


def is_there(seen: LambdaObservation) -> bool:
    """Whether there is a function that can be changed."""
    return seen.function is not None and seen.function.state != DELETING


def has_concurrency(function: LambdaFunction, intent: Intent, seen: LambdaObservation) -> bool:
    """Whether the concurrency that the call is about is as it sets it."""
    if intent.call in {PUT_RESERVED, DELETE_RESERVED}:
        held = function.reserved_concurrency
        return (NONE if held is None else str(held)) == intent.arguments.get(RESERVED, NONE)
    ready = NONE if seen.provisioned is None else str(seen.provisioned.requested)
    return ready == intent.arguments.get(PROVISIONED, NONE)


def changed_since(deployment: Deployment, intent: Intent, seen: LambdaObservation) -> str:
    """What somebody else changed since the call was decided, for people; empty if nothing."""
    if intent.call in {UPDATE_CODE, UPDATE_CONFIGURATION, PUBLISH} and seen.function is not None:
        return foreign_change(deployment, seen.function)
    decided = intent.arguments.get(MOVED_FROM)
    return ALIAS if decided is not None and decided != alias_standing(seen.alias) else ""


def is_precondition(error: AwsRejectedError) -> bool:
    """Whether the function or alias is another than the one that was looked at (API_PublishVersion)."""
    other_code = error.code == "InvalidParameterValueException" and "CodeSHA256" in error.reason
    return error.code == "PreconditionFailedException" or other_code


def is_moved(alias: LambdaAlias | None, intent: Intent) -> bool:
    """Whether the alias is where the call moves it, with its weights."""
    if alias is None or alias.version != intent.arguments[VERSION]:
        return False
    return dict(alias.weights) == weights_in(intent.arguments)


def has_code(function: LambdaFunction, intent: Intent, seen: LambdaObservation) -> bool:
    """Whether the code is the wanted one; where its hash cannot be known, any other than before."""
    if seen.plan is not None and not seen.plan.code_changed:
        return True
    wanted = seen.plan.wanted_code_sha256 if seen.plan is not None else None
    if wanted is not None:
        return function.code_sha256 == wanted
    return function.code_sha256 != intent.arguments[CODE_SHA256]


def answered_standing(deployment: Deployment, made: LambdaFunction, sent: Iterable[str]) -> dict[str, str]:
    """How $LATEST is to stand once the change has settled."""
    before = deployment.progress.values.get(STANDING)
    return {STANDING: standing_after(before, made, sent)} if before is not None else {}


def as_published(version: Mapping[str, Any]) -> dict[str, str]:
    """What later steps need of a published version, by its configuration."""
    return {
        VERSION: str(version["Version"]),
        CODE_SHA256: str(version.get("CodeSha256", "")),
        STATE: str(version.get("State") or ""),
    }
