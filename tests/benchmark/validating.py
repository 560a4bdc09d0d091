"""How fast real files are checked, beside parsing them and asking botocore's own validator."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from botocore.model import StructureShape
from botocore.validate import ParamValidator

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import FindingsError
from gitmoxi.domain.rendered import RenderedDocument
from gitmoxi.rendering.strict_json import parse_bytes
from gitmoxi.validation.aws_model import input_shape
from gitmoxi.validation.documents import check_document
from tests.benchmark.measuring import Measured, compare

_KINDS = {
    "taskdef": (FileKind.TASKDEF, "ecs", "RegisterTaskDefinition"),
    "svcdef": (FileKind.SVCDEF, "ecs", "CreateService"),
    "lambdadef": (FileKind.LAMBDADEF, "lambda", "CreateFunction"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    path: str
    data: bytes
    kind: FileKind
    shape: StructureShape


def measure(corpus: Path) -> Measured:
    """All native definitions of the corpus; what is no JSON is refused by both."""
    files = list(_files(corpus))

    def ours() -> None:
        for file in files:
            try:
                parsed = parse_bytes(file.data, path=file.path)
            except FindingsError:
                continue
            document = RenderedDocument(
                path=file.path, document=parsed.value, text="", positions=parsed.positions
            )
            check_document(file.kind, document)

    def bare() -> None:
        validator = ParamValidator()
        for file in files:
            try:
                validator.validate(json.loads(file.data), file.shape)
            except ValueError:
                continue

    return compare(
        "validate.corpus",
        ours,
        bare,
        compared_with="json.loads and botocore's ParamValidator",
        unit="files",
        count=len(files),
    )


def _files(corpus: Path) -> Iterator[_File]:
    with (corpus / "SOURCES.tsv").open(newline="") as sources:
        for row in csv.DictReader(sources, delimiter="\t"):
            if row["kind"] in _KINDS:
                kind, service, operation = _KINDS[row["kind"]]
                data = (corpus / row["file"]).read_bytes()
                shape = input_shape(service, operation)
                yield _File(path=row["file"], data=data, kind=kind, shape=shape)
