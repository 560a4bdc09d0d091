"""What people name on the command line: kinds of files, and forms of the report."""

from __future__ import annotations

from enum import StrEnum

from gitmoxi.domain.files import FileKind


class KindName(StrEnum):
    """What ``--as`` takes: the suffixes less their underscore and ``.json``."""

    SVCDEF = "svcdef"
    TASKDEF = "taskdef"
    INPUT = "input"
    DEPDEF = "depdef"
    LAMBDADEF = "lambdadef"
    LAMBDA_EVENT_SOURCE_DEF = "lambdaeventsourcedef"
    LAMBDA_INPUT = "lambdainput"
    LAMBDA_DEPDEF = "lambdadepdef"

    @property
    def kind(self) -> FileKind:
        return FileKind[self.name]


SUFFIXES = ", ".join(kind.suffix for kind in FileKind)
"""As a sentence lists them."""


class ReportFormat(StrEnum):
    """How findings are written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"
    SARIF = "sarif"
    GITHUB = "github"
