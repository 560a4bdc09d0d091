"""Gives the model of Lambda code from ministack's S3."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import ObjectError
from gitmoxi_local.lambda_front import ministack

_ELSEWHERE = (
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send "
    "all future requests to this endpoint."
)


class MinistackPackages:
    """A ``Packages`` of what lies in ministack.

    Accepted packages are kept in ``folder``, for an update may settle after a restart. Images have
    no registry behind them: each URI stands for a digest of its own.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def fetch(self, context: CallContext, *, bucket: str, key: str, version: str | None) -> bytes:
        """The object, of the same region only.

        https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html, "S3Bucket"
        """
        home = ministack.bucket_region(context.account, bucket)
        if home is None:
            raise ObjectError("NoSuchBucket", "The specified bucket does not exist")
        if home != context.region:
            raise ObjectError("PermanentRedirect", _ELSEWHERE)
        found = ministack.s3_object(context.account, bucket, key, version)
        if found is None:
            raise ObjectError("NoSuchKey", "The specified key does not exist.")
        return found

    def keep(self, sha256: str, package: bytes) -> None:
        """Remember a package until ministack runs it."""
        path = self._path(sha256)
        if path.exists():
            return
        self._folder.mkdir(exist_ok=True)
        scratch = path.with_suffix(".tmp")
        scratch.write_bytes(package)
        scratch.replace(path)

    def digest(self, context: CallContext, image_uri: str) -> str:
        """The digest that the URI names, or one made of its text."""
        del context
        _, _, digest = image_uri.partition("@sha256:")
        return digest or hashlib.sha256(image_uri.encode()).hexdigest()

    def layer_size(self, context: CallContext, arn: str) -> int | None:
        """What ministack has under a layer's ARN."""
        return ministack.layer_size(context.account, context.region, arn)

    def link(self, context: CallContext, name: str) -> str:
        """Where ministack serves the code of $LATEST."""
        return ministack.code_url(context.account, context.region, name)

    def of(self, config: Mapping[str, Any], record: Mapping[str, Any] | None) -> bytes | None:
        """The package of a configuration: as ``record`` of ministack has it, or as it was accepted."""
        sha256 = config["CodeSha256"]
        holders = [] if record is None else [record, *record["versions"].values()]
        packages = (one.get("code_zip") for one in holders if one["config"].get("CodeSha256") == sha256)
        found = next((package for package in packages if package is not None), None)
        if found is not None:
            return bytes(found)
        path = self._path(sha256)
        return path.read_bytes() if path.exists() else None

    def _path(self, sha256: str) -> Path:
        return self._folder / f"{sha256.replace('/', '_')}.zip"
