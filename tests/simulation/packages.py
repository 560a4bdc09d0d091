"""Code of functions for a model in this process: all of it exists, until a test says no."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field

from gitmoxi_local.aws_model.base import CallContext
from gitmoxi_local.aws_model.functions import ObjectError

MISSING = ObjectError("NoSuchKey", "The specified key does not exist.")
NO_BUCKET = ObjectError("NoSuchBucket", "The specified bucket does not exist")
ELSEWHERE = ObjectError(
    "PermanentRedirect",
    "The bucket you are attempting to access must be addressed using the specified endpoint. Please send "
    "all future requests to this endpoint.",
)
DENIED = ObjectError("AccessDenied", "Access Denied")


@dataclass(kw_only=True)
class MemoryPackages:
    """A ``Packages`` whose objects differ by bucket, key and version.

    Attributes:
        objects: what lies under a key, if not a zip of its own name.
        refused: keys that S3 refuses; those that begin with ``missing`` are not there anyway.
        digests: the digest that an image's URI stands for, if not one of its own text.
        layers: bytes of the versions of layers by their ARN.
        kept: accepted packages by hash.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, ObjectError] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    layers: dict[str, int] = field(default_factory=dict)
    kept: dict[str, bytes] = field(default_factory=dict)

    def fetch(self, context: CallContext, *, bucket: str, key: str, version: str | None) -> bytes:
        refusal = self.refused.get(key, MISSING if key.startswith("missing") else None)
        if refusal is not None:
            raise refusal
        return self.objects.get(key, zipped(f"{bucket}/{key}?{version}"))

    def keep(self, sha256: str, package: bytes) -> None:
        self.kept[sha256] = package

    def digest(self, context: CallContext, image_uri: str) -> str:
        return self.digests.get(image_uri, hashlib.sha256(image_uri.encode()).hexdigest())

    def layer_size(self, context: CallContext, arn: str) -> int | None:
        return self.layers.get(arn)

    def link(self, context: CallContext, name: str) -> str:
        return f"https://{context.region}.example/{name}"


def zipped(text: str) -> bytes:
    """A deployment package; the same text gives the same bytes."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr(zipfile.ZipInfo("app.py"), text)
    return memory.getvalue()
