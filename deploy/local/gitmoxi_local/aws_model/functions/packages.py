"""Where Lambda gets code from: a port to S3, Amazon ECR and layers, with checks of what comes from it."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import errors


class ObjectError(Exception):
    """S3 refuses an object: ``code`` and ``message`` are S3's (``NoSuchKey``, ``AccessDenied``, ...)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class Packages(Protocol):
    """The code of functions, read as the function's account in the function's region."""

    def fetch(self, context: CallContext, *, bucket: str, key: str, version: str | None) -> bytes:
        """The object that holds a deployment package.

        Raises:
            ObjectError: there is none, it lies in another region, or may not be read.
        """
        ...

    def keep(self, sha256: str, package: bytes) -> None:
        """A package was accepted under its hash (Base64, like ``CodeSha256``)."""
        ...

    def digest(self, context: CallContext, image_uri: str) -> str:
        """The digest (hexadecimal SHA-256) of the image that a URI stands for at the moment."""
        ...

    def layer_size(self, context: CallContext, arn: str) -> int | None:
        """The bytes of a layer's version, None if there is no such version."""
        ...

    def link(self, context: CallContext, name: str) -> str:
        """A URL to download the code of a function's $LATEST from."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Accepted code: Base64 SHA-256 and bytes of a package, or digest and URI of an image."""

    sha256: str
    size: int = 0
    image_uri: str | None = None


def accepted(packages: Packages, context: CallContext, code: Mapping[str, Any], package_type: str) -> Code:
    """The code that a request names, if Lambda takes it.

    https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCode.html
    https://docs.aws.amazon.com/lambda/latest/api/API_UpdateFunctionCode.html

    Raises:
        AwsError: InvalidParameterValueException; S3's refusals come with S3's code and words.
    """
    image_uri = code.get("ImageUri")
    if package_type == "Image":
        if not image_uri:
            raise errors.invalid("Please provide ImageUri when updating a function with packageType Image.")
        return Code(sha256=packages.digest(context, image_uri), image_uri=image_uri)
    if image_uri:
        raise errors.invalid("Please don't provide ImageUri when updating a function with packageType Zip.")
    package = code.get("ZipFile")
    if package is None:
        package = _object(packages, context, code)
    _require_zip(package)
    sha256 = base64.b64encode(hashlib.sha256(package).digest()).decode()
    packages.keep(sha256, package)
    return Code(sha256=sha256, size=len(package))


def attached(packages: Packages, context: CallContext, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The layers that a request names, as a configuration shows them.

    https://docs.aws.amazon.com/lambda/latest/api/API_Layer.html

    Raises:
        AwsError: one of them does not exist.
    """
    layers = []
    for arn in params.get("Layers") or []:
        size = packages.layer_size(context, arn)
        if size is None:
            raise errors.invalid(f"Layer version {arn} does not exist.")
        layers.append({"Arn": arn, "CodeSize": size})
    return layers


def resolved_image(image_uri: str, digest: str) -> str:
    """An image's URI by digest: Lambda does not follow a tag that moves (API_UpdateFunctionCode)."""
    repository, slash, last = image_uri.partition("@")[0].rpartition("/")
    return f"{repository}{slash}{last.partition(':')[0]}@sha256:{digest}"


def _object(packages: Packages, context: CallContext, code: Mapping[str, Any]) -> bytes:
    bucket, key = code.get("S3Bucket"), code.get("S3Key")
    if not bucket or not key:
        raise errors.invalid("Please provide a source for function code.")
    try:
        return packages.fetch(context, bucket=bucket, key=key, version=code.get("S3ObjectVersion"))
    except ObjectError as error:
        raise errors.invalid(
            f"Error occurred while GetObject. S3 Error Code: {error.code}. S3 Error Message: {error.message}"
        ) from error


def _require_zip(package: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            entries = archive.namelist()
    except zipfile.BadZipFile as error:
        raise errors.invalid(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from error
    if not entries:
        raise errors.invalid("Uploaded file must be a non-empty zip")
