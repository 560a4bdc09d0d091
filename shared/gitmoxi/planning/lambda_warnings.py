"""What people should know before a plan for a Lambda function is carried out, and what it risks.

Sources: API_UpdateFunctionConfiguration of the AWS Lambda API Reference, and "Implement Lambda canary
deployments using a weighted alias" of the Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitmoxi.domain.deployments import PlannedWarning, Risk
from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.lambda_concurrency import kept_concurrency
from gitmoxi.planning.lambda_rules import MOVED_AT_ONCE, STAYING
from gitmoxi.ports.aws_lambda import LambdaAlias

DEFAULT_SHIFTING = "CANARY"
"""``trafficShiftingConfig.type`` when the object is there and says nothing."""


def creation_warnings(desired: DesiredLambda) -> tuple[PlannedWarning, ...]:
    """What this version does not do yet."""
    return tuple(PlannedWarning(text=text) for text in _unsupported(desired))


def update_warnings(
    desired: DesiredLambda,
    previous: DesiredLambda | None,
    alias: LambdaAlias | None,
    changed: frozenset[str],
    *,
    adopts: bool,
    live_concurrency: Mapping[str, int | None],
) -> tuple[PlannedWarning, ...]:
    """What is odd about a change of a live function, then what it risks; ``changed`` are its members."""
    told = [*_unsupported(desired)]
    if adopts:
        told.append(f"{desired.target} was not made by Gitmoxi: it is updated, but never deleted")
    told += _kept_though_removed(desired, previous)
    told += kept_concurrency(desired, previous.settings if previous else {}, live_concurrency)
    return (
        *(PlannedWarning(text=text) for text in told),
        *_moved_at_once(changed),
        *_changed_network(changed),
        *_ended_weights(alias, moves=bool(changed)),
    )


def _unsupported(desired: DesiredLambda) -> Iterator[str]:
    shifting = desired.settings.get("trafficShiftingConfig")
    if shifting is not None:
        kind = shifting.get("type") or DEFAULT_SHIFTING
        if kind != "ALL_AT_ONCE":
            yield f"trafficShiftingConfig asks for {kind}: in this version the alias is moved ALL_AT_ONCE"
    if desired.event_sources:
        yield "event sources are not yet supported by this version: connect them to the alias by hand"


def _kept_though_removed(desired: DesiredLambda, previous: DesiredLambda | None) -> Iterator[str]:
    """What left the file and stays in Lambda all the same, and what is set at creation only."""
    before = previous.function if previous else {}
    for name in STAYING:
        if before.get(name) is not None and desired.function.get(name) is None:
            yield f"{name} was taken out of the function definition; Lambda keeps it as it is"
    signing = desired.function.get("CodeSigningConfigArn")
    if signing is not None and signing != before.get("CodeSigningConfigArn"):
        yield "CodeSigningConfigArn is set only when a function is created: use PutFunctionCodeSigningConfig"


def _moved_at_once(changed: frozenset[str]) -> Iterator[PlannedWarning]:
    for name in sorted(MOVED_AT_ONCE & changed):
        text = (
            f"{name} changes: two versions that differ in it cannot share an alias, so the traffic moves at "
            "once"
        )
        yield PlannedWarning(text=text, risk=Risk.DATA_PATH)


def _changed_network(changed: frozenset[str]) -> Iterator[PlannedWarning]:
    if "VpcConfig" in changed:
        text = "the network changes: check that the function reaches there what it needs"
        yield PlannedWarning(text=text, risk=Risk.DATA_PATH)


def _ended_weights(alias: LambdaAlias | None, *, moves: bool) -> Iterator[PlannedWarning]:
    """Somebody shifts traffic by hand, or a deployment of others is under way."""
    if alias is not None and alias.weights:
        weights = ", ".join(f"{weight:.0%} to version {version}" for version, weight in alias.weights.items())
        text = f"the alias {alias.name} sends {weights}: the next move ends that"
        yield PlannedWarning(text=text, risk=Risk.DATA_PATH if moves else None)
