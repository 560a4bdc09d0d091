"""A name that is nearly a deployment file's is noted: the file would be passed over without a word."""

from __future__ import annotations

import pytest

from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.names import odd_names


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("a/web-taskdef.json", "web_taskdef.json"),
        ("web_taskdefs.json", "web_taskdef.json"),
        ("web.svcdef.json", "web_svcdef.json"),
        ("web_svcdfe.json", "web_svcdef.json"),
        ("web_TaskDef.json", "web_taskdef.json"),
        ("web_taskdef.JSON", "web_taskdef.json"),
        ("f_lamdadef.json", "f_lambdadef.json"),
        ("f_lambdaeventsource.json", "f_lambdaeventsourcedef.json"),
        ("taskdef.json", "NAME_taskdef.json"),
        ("_svcdef.json", "NAME_svcdef.json"),
    ],
)
def test_a_name_that_is_nearly_right_is_noted(path, meant):
    (note,) = odd_names([path])
    assert (note.file, note.severity, note.rule) == (path, Severity.NOTE, "document.odd-name")
    assert note.advice == f"if it is to be deployed, name it {meant}"


@pytest.mark.parametrize(
    "path",
    [
        "package.json",
        "lambda.json",
        "task.json",
        "web_taskdata.json",
        "inputs.json",
        "user_input.JSON",
        ".json",
        "1.json",
    ],
)
def test_other_names_are_left_alone(path):
    assert list(odd_names([path])) == []
