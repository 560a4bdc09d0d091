"""Rules on a function's code, and on what belongs to a .zip file and what to a container image."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from gitmoxi.validation.function_rules.pages import api, guide
from gitmoxi.validation.function_rules.subject import Function, given, is_image
from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import object_at, text_at
from gitmoxi.validation.rule import Problem, rule
from gitmoxi.validation.sources import shown

_WHERE = '{"S3Bucket": ..., "S3Key": ...} or {"ImageUri": ...}'
_ECR_IMAGE = re.compile(r"\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\.[^/]+/\S+")
"""Whatever the domain: local clouds have their own."""
_ZIP_BEGINS = b"PK"
_CREATE = api("CreateFunction")
_CODE = api("FunctionCode")


def _ways(function: Function) -> list[str]:
    """The members of ``Code`` that each say where the code is."""
    code = object_at(function, "Code")
    ways = ["S3Bucket"] if "S3Bucket" in code or "S3Key" in code else []
    return [*ways, *(name for name in ("ImageUri", "ZipFile") if name in code)]


@rule(
    "function.no-code",
    summary="Code says where the code is: in S3, as a container image, or in the file itself.",
    source=_CODE,
    advice=f"other tools find the code by themselves; here write {_WHERE}",
)
def _code_is_named(function: Function) -> Iterator[Problem]:
    if isinstance(function.get("Code"), dict) and not _ways(function):
        yield Problem(at=("Code",), message="Code does not say where the code is", expected=_WHERE)


@rule(
    "function.code-twice",
    summary="Code says only once where the code is.",
    source=_CODE,
    advice="keep one of them",
)
def _code_is_named_once(function: Function) -> Iterator[Problem]:
    ways = _ways(function)
    if len(ways) > 1:
        yield Problem(
            at=("Code", ways[1]), message=f"Code names its source more than once: {', '.join(ways)}"
        )


@rule(
    "function.half-of-s3",
    summary="Code in S3 has both a bucket and a key.",
    source=_CODE,
    advice="AWS needs both S3Bucket and S3Key",
)
def _s3_is_complete(function: Function) -> Iterator[Problem]:
    code = object_at(function, "Code")
    for name, other in (("S3Bucket", "S3Key"), ("S3Key", "S3Bucket")):
        if name in code and other not in code:
            yield Problem(at=("Code",), message=f"Code has {name} without {other}", expected=other)


@rule(
    "function.image-uri",
    summary="ImageUri names an image in Amazon ECR: Lambda pulls from no other registry.",
    source=guide("images-create"),
    advice="push the image to ECR, and write ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG",
)
def _image_is_in_ecr(function: Function) -> Iterator[Problem]:
    uri = text_at(function, "Code", "ImageUri")
    if uri and not _ECR_IMAGE.fullmatch(uri):
        yield Problem(
            at=("Code", "ImageUri"),
            message=f"{shown(uri)} is no image in Amazon ECR",
            found=uri,
            expected="ACCOUNT.dkr.ecr.REGION.amazonaws.com/REPOSITORY:TAG",
            advice=placeholder_advice(uri),
        )


@rule(
    "function.inline-code",
    summary="ZipFile holds a .zip file, in base64.",
    source=_CODE,
    advice="zip the code and write what `base64 -w0 FILE.zip` prints; source text, as in CloudFormation, "
    "is not taken",
)
def _inline_code_is_a_zip_file(function: Function) -> Iterator[Problem]:
    text = text_at(function, "Code", "ZipFile")
    if text is None:
        return
    try:
        content = binascii.a2b_base64(text.encode(), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return  # the shape check says so
    if not content.startswith(_ZIP_BEGINS):
        yield Problem(at=("Code", "ZipFile"), message="the content of ZipFile is no .zip file")


@rule(
    "function.package-type",
    summary="PackageType is Image for a container image, and Zip for all other code.",
    source=_CREATE,
)
def _package_type_fits_the_code(function: Function) -> Iterator[Problem]:
    ways, package = _ways(function), text_at(function, "PackageType")
    if len(ways) != 1 or package not in {None, "Zip", "Image"}:
        return
    wanted = "Image" if ways == ["ImageUri"] else "Zip"
    if (package or "Zip") != wanted:
        said = f"PackageType is {package}" if package else "there is no PackageType, which means Zip"
        yield Problem(
            at=("PackageType",),
            message=f"Code has {ways[0]}, and {said}",
            found=package or "",
            expected=wanted,
            advice=f'write "PackageType": "{wanted}"',
        )


@rule(
    "function.zip-needs",
    summary="A function from a .zip file has a Runtime and a Handler.",
    source=_CREATE,
)
def _zip_file_has_runtime_and_handler(function: Function) -> Iterator[Problem]:
    if is_image(function) or "ImageUri" in _ways(function):
        return
    examples = {"Runtime": "python3.13", "Handler": "app.handler"}
    for name, example in examples.items():
        if name not in function:
            yield Problem(
                at=(),
                message=f"{name} is missing, which a function from a .zip file needs",
                expected=name,
                advice=f'add "{name}", such as "{example}"',
            )


@rule(
    "function.image-takes-no",
    summary="A container image has its own runtime: Runtime, Handler and Layers are left out.",
    source=guide("images-create"),
    advice="remove it; the image's Dockerfile, or ImageConfig.Command, says what is run",
)
def _image_brings_its_own_runtime(function: Function) -> Iterator[Problem]:
    if is_image(function):
        for name in ("Runtime", "Handler", "Layers"):
            if given(function, name):
                yield Problem(at=(name,), message=f"AWS takes no {name} with PackageType Image", found=name)


@rule(
    "function.image-config",
    summary="ImageConfig is for container images only.",
    source=api("ImageConfig"),
    advice="remove it, or deploy a container image",
)
def _image_config_has_an_image(function: Function) -> Iterator[Problem]:
    if given(function, "ImageConfig") and not is_image(function) and "ImageUri" not in _ways(function):
        yield Problem(at=("ImageConfig",), message="ImageConfig is there, and no container image")


CODE_RULES = (
    _code_is_named,
    _code_is_named_once,
    _s3_is_complete,
    _image_is_in_ecr,
    _inline_code_is_a_zip_file,
    _package_type_fits_the_code,
    _zip_file_has_runtime_and_handler,
    _image_brings_its_own_runtime,
    _image_config_has_an_image,
)
