"""The files of a live Lambda function.

Sources: API_GetFunction, API_FunctionConfiguration, API_CreateFunction, API_EventSourceMappingConfiguration
and API_CreateEventSourceMapping of the AWS Lambda API Reference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import LambdaTarget
from gitmoxi.planning.documents import Document, Json
from gitmoxi.planning.export.files import ExportedFile, ExportedFiles, document_text
from gitmoxi.planning.export.first_run import lambda_first_run
from gitmoxi.planning.export.reduction import reduced
from gitmoxi.planning.export.remarks import function_secrets, own_tags, template_remarks
from gitmoxi.planning.lambda_rules import LAMBDA_RULES, comparable_function, default_log_group
from gitmoxi.planning.rules import Rules
from gitmoxi.ports.aws_lambda import LambdaAlias, LambdaFunction
from gitmoxi.validation.aws_model import input_shape

DEFAULT_ALIAS: Final = "live"
"""The alias that the files name where the function has none."""

_WRITTEN: Final = frozenset({"MemorySize", "Timeout"})
"""Everybody looks for these, whatever they are."""

_MAPPING_RULES: Final = Rules(
    document="event source mapping",
    defaults={
        "": {
            "BisectBatchOnFunctionError": False,
            "Enabled": True,
            "MaximumRecordAgeInSeconds": -1,
            "MaximumRetryAttempts": -1,
            "ParallelizationFactor": 1,
            "TumblingWindowInSeconds": 0,
        },
    },
)
"""What a mapping that says nothing is described with (API_CreateEventSourceMapping)."""

_OFF: Final = frozenset({"Disabled", "Disabling"})


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLambda:
    """A function with what serves of it.

    Attributes:
        latest: ``$LATEST``.
        alias: the alias that serves, if there is one.
        served: the version that the alias serves.
        mappings: the alias's event source mappings, as ``ListEventSourceMappings`` describes them.
        unaliased_mappings: how many mappings invoke ``$LATEST`` past the alias.
    """

    target: LambdaTarget
    latest: LambdaFunction
    alias: LambdaAlias | None = None
    served: LambdaFunction | None = None
    mappings: Sequence[Document] = ()
    unaliased_mappings: int = 0

    @property
    def running(self) -> LambdaFunction:
        """What callers of the alias get: the version that it serves."""
        return self.served or self.latest


def lambda_files(
    live: LiveLambda, *, alias_name: str, code: Document, code_sha256: str | None = None
) -> ExportedFiles:
    """The files that describe a live function as it serves.

    Args:
        live: the function.
        alias_name: the alias to serve, whether it lives already or not.
        code: its ``Code`` in the terms of ``CreateFunction``.
        code_sha256: for code in S3, base64 SHA-256 of that object where S3 knows it.
    """
    documents: dict[FileKind, Json] = {FileKind.LAMBDADEF: _function_document(live, code)}
    mappings = [_mapping_document(mapping, live.target) for mapping in live.mappings]
    if mappings:
        documents[FileKind.LAMBDA_EVENT_SOURCE_DEF] = {
            "PullEventSources": [{"EventSourceMapping": mapping} for mapping in mappings]
        }
    documents[FileKind.LAMBDA_DEPDEF] = {
        "alias": alias_name,
        "environment": {"account": live.target.account, "region": live.target.region},
    }
    files = tuple(ExportedFile(kind=kind, text=document_text(it)) for kind, it in documents.items())
    return ExportedFiles(
        files=files,
        notes=(
            *_notes(live, alias_name),
            *_code_notes(code, code_sha256),
            *function_secrets(documents[FileKind.LAMBDADEF]),
            *template_remarks(documents.values()),
        ),
        first_run=lambda_first_run(
            live.target, files, live.latest, live.alias, live.served, code_sha256=code_sha256
        ),
    )


def _function_document(live: LiveLambda, code: Document) -> dict[str, Json]:
    described: dict[str, Any] = dict(comparable_function(live.running))
    described |= {"Code": code, "FunctionName": live.target.function_name}
    # A version carries the description that it was published with.
    described["Description"] = live.latest.configuration.get("Description")
    if described.get("PackageType") == "Zip":
        described.pop("PackageType")
    described["LoggingConfig"] = {
        name: value
        for name, value in described["LoggingConfig"].items()
        if (name, value) != ("LogGroup", default_log_group(live.target.function_name))
    }
    document = reduced(described, input_shape("lambda", "CreateFunction"), LAMBDA_RULES, kept=_WRITTEN)
    tags = own_tags(live.latest.tags)
    return {**document, "Tags": tags} if tags else document


def _mapping_document(mapping: Document, target: LambdaTarget) -> dict[str, Json]:
    described = {**mapping, "FunctionName": target.function_name, "Enabled": mapping.get("State") not in _OFF}
    return reduced(described, input_shape("lambda", "CreateEventSourceMapping"), _MAPPING_RULES)


def _notes(live: LiveLambda, alias_name: str) -> Iterator[str]:
    if live.alias is None:
        yield (
            f"there is no alias {alias_name}: the first deployment publishes a version and makes it; callers "
            "reach new versions only through it"
        )
    elif live.alias.weights:
        yield f"the alias {alias_name} sends traffic to several versions: the files hold the main one's"
    elif live.served is not None and live.served.code_sha256 != live.latest.code_sha256:
        yield f"$LATEST has other code than version {live.alias.version}, which the files hold: it serves"
    if (live.running.configuration.get("Environment") or {}).get("Error"):
        yield (
            "the environment variables are left out, because Lambda could not decrypt them: they stay as "
            "they are until the file names some"
        )
    if live.latest.reserved_concurrency is not None:
        yield (
            f"the reserved concurrency of {live.latest.reserved_concurrency} is no part of the definition: "
            "it stays as it is"
        )
    if live.unaliased_mappings:
        yield (
            f"{live.unaliased_mappings} event source mapping(s) invoke $LATEST past the alias: they are not "
            "written and stay as they are"
        )


def _code_notes(code: Document, code_sha256: str | None) -> Iterator[str]:
    if "S3Key" in code and code_sha256 is None:
        yield (
            f"S3 keeps no SHA-256 of {code['S3Key']}: the first deployment sends the same code once more (an "
            "upload with the checksum algorithm SHA256 keeps one)"
        )


def image_code(function: LambdaFunction) -> dict[str, str] | None:
    """``Code`` of a container image; None for a .zip, of which Lambda does not tell where it came from."""
    uri = function.code.get("ImageUri")
    return {"ImageUri": str(uri)} if uri else None


def s3_code(bucket: str, key: str, version: str | None) -> Mapping[str, str]:
    """``Code`` of a .zip in S3."""
    code = {"S3Bucket": bucket, "S3Key": key}
    return {**code, "S3ObjectVersion": version} if version else code
