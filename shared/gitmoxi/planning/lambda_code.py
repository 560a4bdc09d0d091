"""Whether a function's code is to be sent again, though AWS does not say where the live code came from."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from gitmoxi.planning.desired import DesiredLambda
from gitmoxi.planning.differences import Difference
from gitmoxi.planning.documents import Document, Json, canonical
from gitmoxi.planning.lambda_checks import code_of, shown_code
from gitmoxi.ports.aws_lambda import LambdaFunction


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHashes:
    """``CodeSha256`` (base64 of the SHA-256) of code that cannot be read; None where it is not known.

    Attributes:
        good: what the last good deployment published.
        wanted: of the object in S3 that is wanted now.
    """

    good: str | None = None
    wanted: str | None = None


def code_difference(
    desired: DesiredLambda,
    live: LambdaFunction,
    served: LambdaFunction | None,
    *,
    previous: DesiredLambda | None,
    hashes: KnownHashes,
) -> Difference | None:
    """Compare the wanted ``Code`` with what is known of the live one; None where they are equal.

    An image is known by its URI. A .zip file is known only by the last good revision: by what that wanted,
    and by the hash that it published (``hashes.good``, else that of the ``served`` version), which tells
    whether somebody, or a deployment that failed since, left other code in ``$LATEST``. S3 may know the hash
    of what is wanted: that tells of other bytes under the same key, and of code that lives without a last
    good revision.
    """
    wanted = code_of(desired)
    live_image = live.code.get("ImageUri")
    if "ImageUri" in wanted and live_image is not None and wanted["ImageUri"] != live_image:
        return code_place({"ImageUri": live_image}, shown_code(wanted), path="Code")
    if previous is None:
        known = ("ImageUri" in wanted and wanted["ImageUri"] == live_image) or (
            hashes.wanted is not None and hashes.wanted == live.code_sha256
        )
        return None if known else code_place(_live_code(live), shown_code(wanted), path="Code")
    earlier = code_of(previous)
    if canonical(earlier) != canonical(wanted):
        if "ImageUri" in wanted:
            return None  # it lives already, as was seen above
        return code_place(shown_code(earlier), shown_code(wanted), path="Code")
    expected = hashes.wanted or hashes.good or (served.code_sha256 if served else "")
    if expected and expected != live.code_sha256:
        return code_place(live.code_sha256, expected, path="CodeSha256")
    return None


def code_place(before: Json, after: Json, *, path: str) -> Difference:
    """A difference of code."""
    return Difference(document="code", path=path, before=before, after=after)


def _live_code(live: LambdaFunction) -> Json:
    return live.code.get("ImageUri") or f"code with SHA-256 {live.code_sha256}"


def known_hash(code: Document, hashes: KnownHashes) -> str | None:
    """The ``CodeSha256`` of a function with ``code``, the native one; None if it is not known."""
    if "ZipFile" in code:
        return base64.b64encode(hashlib.sha256(code["ZipFile"]).digest()).decode()
    return hashes.wanted
