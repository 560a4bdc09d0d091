"""Whether a function's code is to be sent again, though AWS does not say where the live code came from."""

from __future__ import annotations

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Json, canonical
from gitmoxi.planning.lambda_checks import code_of, shown_code
from gitmoxi.ports.aws_lambda import LambdaFunction


def code_difference(
    desired: DesiredLambda,
    live: LambdaFunction,
    served: LambdaFunction | None,
    *,
    previous: DesiredLambda | None,
    good_sha256: str | None,
) -> Difference | None:
    """Compare the wanted ``Code`` with what is known of the live one; None where they are equal.

    An image is known by its URI. A .zip file is known only by the last good revision: by what that wanted,
    and by the hash that it published (``good_sha256``, else that of the ``served`` version), which tells
    whether somebody, or a deployment that failed since, left other code in ``$LATEST``.
    """
    wanted = code_of(desired)
    live_image = live.code.get("ImageUri")
    if "ImageUri" in wanted and live_image is not None and wanted["ImageUri"] != live_image:
        return Difference(path="Code", before={"ImageUri": live_image}, after=shown_code(wanted))
    if previous is None:
        known = "ImageUri" in wanted and wanted["ImageUri"] == live_image
        return None if known else Difference(path="Code", before=_live_code(live), after=shown_code(wanted))
    earlier = code_of(previous)
    if canonical(earlier) != canonical(wanted):
        return Difference(path="Code", before=shown_code(earlier), after=shown_code(wanted))
    expected = good_sha256 or (served.code_sha256 if served else "")
    if expected and expected != live.code_sha256:
        return Difference(path="CodeSha256", before=live.code_sha256, after=expected)
    return None


def _live_code(live: LambdaFunction) -> Json:
    return live.code.get("ImageUri") or f"code with SHA-256 {live.code_sha256}"
