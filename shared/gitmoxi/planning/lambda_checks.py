"""What Gitmoxi or Lambda cannot do to a function, and what people should know before it is changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from typing import Any

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.documents import Document, Json, without_nulls
from gitmoxi.planning.errors import PlanningError
from gitmoxi.planning.lambda_rules import MOVED_AT_ONCE, STAYING
from gitmoxi.planning.tags import check_tag_count, lambda_tags
from gitmoxi.ports.aws_lambda import LambdaAlias

DEFAULT_SHIFTING = "CANARY"
"""``trafficShiftingConfig.type`` when the object is there and says nothing."""


def alias_of(desired: DesiredLambda) -> str:
    """The alias that serves.

    Raises:
        PlanningError: the depdef names none.
    """
    alias = desired.settings.get("alias")
    if not isinstance(alias, str) or not alias:
        raise PlanningError(
            f'{desired.target} has no alias: add "alias" to its _lambdadepdef.json, '
            "the name of the alias whose traffic moves"
        )
    return alias


def code_of(desired: DesiredLambda) -> Document:
    """Where the code comes from: ``Code`` without nulls.

    Raises:
        PlanningError: the definition names no code.
    """
    code: Document = without_nulls(desired.function.get("Code") or {})
    if not code:
        raise PlanningError(
            f'{desired.target} names no code: add "Code" with S3Bucket and S3Key, ImageUri or ZipFile to its '
            "_lambdadef.json"
        )
    return code


def native_code(code: Document, target: object) -> dict[str, Any]:
    """``Code`` as an SDK takes it: ``ZipFile``, base64 in JSON, as bytes.

    Raises:
        PlanningError: ``ZipFile`` is no base64.
    """
    result = dict(code)
    if "ZipFile" in result:
        try:
            result["ZipFile"] = base64.b64decode(str(result["ZipFile"]), validate=True)
        except (binascii.Error, ValueError) as error:
            raise PlanningError(
                f"{target}: Code.ZipFile is no base64 ({error}): encode the .zip file, or put it into S3"
            ) from error
    return result


def shown_code(code: Document) -> Json:
    """``Code`` for people: a .zip file by its hash."""
    if "ZipFile" not in code:
        return dict(code)
    digest = hashlib.sha256(str(code["ZipFile"]).encode()).hexdigest()[:12]
    return {**code, "ZipFile": f"(inline, hash {digest})"}


def check_tags(desired: DesiredLambda) -> None:
    """Refuse more tags than Lambda takes, ours included.

    Raises:
        PlanningError: there are too many.
    """
    check_tag_count(lambda_tags(desired.function), added=2, what=str(desired.target))


def check_changeable(desired: DesiredLambda, live: Document) -> None:
    """Refuse changes that no call of Lambda makes.

    Raises:
        PlanningError: there are such changes; it names them.
    """
    package = "Image" if "ImageUri" in code_of(desired) else "Zip"
    changes = {
        "PackageType": (live.get("PackageType") or "Zip", desired.function.get("PackageType") or package),
        "TenancyConfig": (
            live.get("TenancyConfig"),
            desired.function.get("TenancyConfig") or live.get("TenancyConfig"),
        ),
    }
    refused = [f"{name}: {before} → {after}" for name, (before, after) in changes.items() if before != after]
    if refused:
        raise PlanningError(
            f"{desired.target} cannot be changed in place ({'; '.join(refused)}): Lambda fixes these when "
            "the function is created. Give the function another FunctionName, or delete the live one first"
        )


def general_warnings(desired: DesiredLambda) -> list[str]:
    """What this version does not do yet."""
    warnings = []
    shifting = desired.settings.get("trafficShiftingConfig")
    if shifting is not None:
        kind = shifting.get("type") or DEFAULT_SHIFTING
        if kind != "ALL_AT_ONCE":
            warnings.append(
                f"trafficShiftingConfig asks for {kind}: in this version the alias is moved ALL_AT_ONCE"
            )
    if desired.event_sources:
        warnings.append(
            "event sources are not yet supported by this version: connect them to the alias by hand"
        )
    return warnings


def update_warnings(
    desired: DesiredLambda,
    previous: DesiredLambda | None,
    alias: LambdaAlias | None,
    changed: Iterable[str],
    *,
    adopts: bool,
) -> list[str]:
    """What people should know about a change of a live function."""
    warnings = general_warnings(desired)
    if adopts:
        warnings.append(f"{desired.target} was not made by Gitmoxi: it is updated, but never deleted")
    warnings += [
        f"{name} changes: two versions that differ in it cannot share an alias, so the traffic moves at once"
        for name in sorted(MOVED_AT_ONCE.intersection(changed))
    ]
    before = previous.function if previous else {}
    warnings += [
        f"{name} was taken out of the function definition; Lambda keeps it as it is"
        for name in STAYING
        if before.get(name) is not None and desired.function.get(name) is None
    ]
    signing = desired.function.get("CodeSigningConfigArn")
    if signing is not None and signing != before.get("CodeSigningConfigArn"):
        warnings.append(
            "CodeSigningConfigArn is set only when a function is created: use PutFunctionCodeSigningConfig"
        )
    if alias is not None and alias.weights:
        weights = ", ".join(f"{weight:.0%} to version {version}" for version, weight in alias.weights.items())
        warnings.append(f"the alias {alias.name} sends {weights}: the next move ends that")
    return warnings
