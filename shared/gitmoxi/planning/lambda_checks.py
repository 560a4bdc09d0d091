"""What Gitmoxi or Lambda cannot do to a function, said before anything is changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import MISSING, Document, Json, without_nulls
from gitmoxi.planning.errors import PlanningError, ReplacementNeededError
from gitmoxi.planning.lambda_rules import LAMBDA_RULES
from gitmoxi.planning.tags import check_tag_count, lambda_tags


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


def check_changeable(desired: DesiredLambda, live: Document, *, everything: tuple[Difference, ...]) -> None:
    """Refuse changes that no call of Lambda makes.

    Raises:
        ReplacementNeededError: there are such changes; it names them, and carries ``everything`` else that
            differs, too.
    """
    package = "Image" if "ImageUri" in code_of(desired) else "Zip"
    changes = {
        "PackageType": (live.get("PackageType") or "Zip", desired.function.get("PackageType") or package),
        "TenancyConfig": (
            live.get("TenancyConfig"),
            desired.function.get("TenancyConfig") or live.get("TenancyConfig"),
        ),
    }
    refused = tuple(
        Difference(
            document=LAMBDA_RULES.document,
            path=name,
            before=MISSING if before is None else before,
            after=after,
        )
        for name, (before, after) in changes.items()
        if before != after
    )
    if refused:
        raise ReplacementNeededError(
            f"{desired.target} cannot be changed in place ({'; '.join(map(str, refused))}): Lambda fixes "
            "these when the function is created. Give the function another FunctionName, or delete the live "
            "one first",
            differences=(*refused, *everything),
        )
