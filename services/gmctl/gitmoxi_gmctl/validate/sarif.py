"""Findings as SARIF 2.1.0, which code hosts show beside the code.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from gitmoxi.domain.findings import RuleInfo
from gitmoxi.domain.plain_text import plain
from gitmoxi_gmctl.validate.report import Report, ReportedFinding, UncheckedPath
from gitmoxi_gmctl.validate.wording import explanation

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif_log(report: Report, rules: Mapping[str, RuleInfo]) -> dict[str, Any]:
    """The log of one run, as plain JSON.

    Args:
        report: what was found.
        rules: what is known about rules by id; those that found nothing here are left out.
    """
    used = sorted({finding.rule for finding in report.findings})
    driver = {
        "name": "gitmoxi",
        "semanticVersion": version("gitmoxi"),
        "rules": [_rule(rule, rules.get(rule)) for rule in used],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [_invocation(report.unchecked)],
        "artifacts": [{"location": _location(file.path)} for file in report.files],
        "results": [_result(finding, used.index(finding.rule)) for finding in report.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: str, info: RuleInfo | None) -> dict[str, Any]:
    if info is None:
        return {"id": rule}
    told: dict[str, Any] = {
        "id": rule,
        "shortDescription": {"text": _text(info.summary)},
        "defaultConfiguration": {"level": info.severity.value},
    }
    if info.advice:
        told["help"] = {"text": _text(info.advice)}
    if info.source:
        told["helpUri"] = info.source
    return told


def _result(finding: ReportedFinding, index: int) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _location(finding.file)}
    if finding.line is not None:
        column = {"startColumn": finding.column} if finding.column is not None else {}
        physical["region"] = {"startLine": finding.line, **column}
    location: dict[str, Any] = {"physicalLocation": physical}
    if finding.json_path:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.json_path}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity.value,
        "message": {"text": _text("\n".join((finding.message, *explanation(finding))))},
        "locations": [location],
        "partialFingerprints": {"gitmoxi/v1": _fingerprint(finding)},
    }


def _invocation(unchecked: Sequence[UncheckedPath]) -> dict[str, Any]:
    notifications = [
        {
            "level": "error" if path.error else "note",
            "message": {"text": _text(f"{path.path}: {path.reason}")},
        }
        for path in unchecked
    ]
    return {
        "executionSuccessful": not any(path.error for path in unchecked),
        "toolExecutionNotifications": notifications,
    }


def _location(path: str) -> dict[str, str]:
    """Relative to where the check ran, which is the checkout's root in CI; absolute paths stay so."""
    posix = PurePath(path).as_posix()
    quoted = quote(posix, errors="surrogateescape")
    return {"uri": f"file://{quoted}" if posix.startswith("/") else quoted}


def _fingerprint(finding: ReportedFinding) -> str:
    """The same for the same finding when lines above it come and go."""
    parts = (finding.rule, finding.file, finding.json_path, finding.message)
    return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()


def _text(text: str) -> str:
    """Text in which nothing is a link: SARIF takes ``[words](address)`` for one."""
    return plain(text).replace("](", "] (")
