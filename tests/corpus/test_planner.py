"""The planner says of a file what ``gmctl validate`` says of it."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import FindingsError, Severity
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.objects import render_object
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.lambda_function import validate_lambda

pytestmark = pytest.mark.corpus

SUFFIXES = {
    "taskdef": ("_taskdef.json", TargetKind.ECS, {"_svcdef.json": b'{"serviceName": "s"}'}),
    "lambdadef": ("_lambdadef.json", TargetKind.LAMBDA, {"_lambdadepdef.json": b'{"alias": "PROD"}'}),
}
VALIDATE = {TargetKind.ECS: validate_ecs, TargetKind.LAMBDA: validate_lambda}


def planned(corpus, row):
    """The errors of the planner's way: rendered and validated as a whole object."""
    suffix, kind, others = SUFFIXES[row["kind"]]
    files = {f"a/n{name}": data for name, data in others.items()}
    files[f"a/n{suffix}"] = (corpus / row["file"]).read_bytes()
    try:
        VALIDATE[kind](render_object(prefix="a/n", kind=kind, files=files, references={}))
    except FindingsError as error:
        return {
            (f.line, f.column, f.rule, f.message)
            for f in error.findings
            if f.severity is Severity.ERROR and f.file == f"a/n{suffix}"
        }
    return set()


def test_the_same_errors_stand_at_the_same_places(corpus, corpus_sources, checked):
    """Templates without values aside: there the planner says that a name is undefined."""
    different = {}
    for row in corpus_sources:
        if row["kind"] not in SUFFIXES:
            continue
        offline = {
            (f.line, f.column, f.rule, f.message)
            for f in checked[row["file"]].findings
            if f.severity is Severity.ERROR
        }
        online = planned(corpus, row)
        if online != offline and not any(rule == "template.undefined" for _, _, rule, _ in online):
            different[row["file"]] = {"planner": online - offline, "gmctl": offline - online}
    assert different == {}
