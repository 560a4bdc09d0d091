"""Reports for the tests of the forms that they are written in."""

from __future__ import annotations

from gitmoxi.domain.findings import Finding, Severity
from gitmoxi_gmctl.validate.report import FileResult, UncheckedPath, make_report, result_of


def finding(**changes):
    return Finding(
        **{
            "file": "a/web_taskdef.json",
            "rule": "shape.wrong-type",
            "severity": Severity.ERROR,
            "message": "cpu is a number",
            "line": 3,
            "column": 5,
            "json_path": "$.cpu",
            "advice": "write it in quotes",
        }
        | changes
    )


def report(*findings, files=("a/web_taskdef.json",), unchecked=(), companions=(), others=()):
    return make_report(
        files=[
            FileResult(
                path=path,
                kind="taskdef",
                result=result_of([f for f in findings if f.file == path], partial=False),
            )
            for path in files
        ],
        findings=findings,
        unchecked=[UncheckedPath(path=path, reason=reason, error=error) for path, reason, error in unchecked],
        companions=companions,
        other_json_files=others,
    )
