"""Deployment files: kinds by suffix, path-prefixes, service objects."""

from __future__ import annotations

import pytest

from gitmoxi.domain.files import FileKind, FileRole, classify, definition_kind, group_files, repository_path
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvalidInputError


@pytest.mark.parametrize(
    ("path", "prefix", "kind"),
    [
        ("dev/nginx/nginx_svcdef.json", "dev/nginx/nginx", FileKind.SVCDEF),
        ("dev/nginx/nginx_taskdef.json", "dev/nginx/nginx", FileKind.TASKDEF),
        ("nginx_input.json", "nginx", FileKind.INPUT),
        ("a/nginx_depdef.json", "a/nginx", FileKind.DEPDEF),
        ("a/f_lambdadef.json", "a/f", FileKind.LAMBDADEF),
        ("a/f_lambdaeventsourcedef.json", "a/f", FileKind.LAMBDA_EVENT_SOURCE_DEF),
        ("a/f_lambdainput.json", "a/f", FileKind.LAMBDA_INPUT),
        pytest.param("a/x_lambdadepdef.json", "a/x", FileKind.LAMBDA_DEPDEF, id="not a depdef of x_lambda"),
        pytest.param("a/x_lambda_depdef.json", "a/x_lambda", FileKind.DEPDEF, id="a name ending in _lambda"),
        pytest.param(
            "a/x_svcdef.json_taskdef.json", "a/x_svcdef.json", FileKind.TASKDEF, id="a suffix within"
        ),
    ],
)
def test_a_suffix_tells_kind_and_prefix(path, prefix, kind):
    file = classify(path)

    assert file is not None
    assert (file.prefix, file.kind, file.path) == (prefix, kind, path)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("README.md", id="another file"),
        pytest.param("nginx_svcdef.json.sample", id="a sample"),
        pytest.param("nginx-svcdef.json", id="no underscore"),
        pytest.param("nginx_SVCDEF.json", id="upper case"),
        pytest.param("dev/_svcdef.json", id="no name before the suffix"),
        pytest.param("_svcdef.json", id="no name at the root"),
    ],
)
def test_other_paths_are_no_deployment_files(path):
    assert classify(path) is None


def test_only_settings_trigger_nothing_and_only_inputs_are_no_templates():
    assert {kind for kind in FileKind if not kind.triggers_deployment} == {
        FileKind.DEPDEF,
        FileKind.LAMBDA_DEPDEF,
    }
    assert {kind for kind in FileKind if not kind.is_template} == {FileKind.INPUT, FileKind.LAMBDA_INPUT}


@pytest.mark.parametrize("kind", TargetKind)
def test_every_kind_of_target_has_one_definition_file(kind):
    definitions = [k for k in FileKind if k.target_kind is kind and k.role is FileRole.DEFINITION]

    assert definitions == [definition_kind(kind)]


def test_files_of_one_prefix_form_one_object():
    grouping = group_files(
        ["a/n_svcdef.json", "a/n_taskdef.json", "a/n_input.json", "a/m_svcdef.json", "x.md"]
    )

    assert set(grouping.objects) == {"a/n", "a/m"}
    found = grouping.objects["a/n"]
    assert found.kind is TargetKind.ECS
    assert found.definition == "a/n_svcdef.json"
    assert found.input == "a/n_input.json"
    assert found.paths == ("a/n_input.json", "a/n_svcdef.json", "a/n_taskdef.json")
    assert not grouping.conflicts


def test_an_object_without_a_definition_file_says_so():
    assert group_files(["a/n_taskdef.json"]).objects["a/n"].definition is None


def test_a_prefix_that_is_both_ecs_and_lambda_is_a_conflict_that_names_the_files():
    grouping = group_files(["a/n_svcdef.json", "a/n_lambdadef.json", "a/n_lambdainput.json"])

    assert not grouping.objects
    message = str(grouping.conflicts["a/n"])
    assert "a/n_svcdef.json" in message
    assert "a/n_lambdadef.json, a/n_lambdainput.json" in message


@pytest.mark.parametrize("path", ["infra/terraform_output.json", "a.json", "a/..b/c.json", "a b/ü.json"])
def test_normalised_repository_paths_are_taken(path):
    assert repository_path(path) == path


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../x", r"has \.\. in it"),
        ("a/../../x", r"has \.\. in it"),
        ("a/..", r"has \.\. in it"),
        ("/etc/passwd", "absolute"),
        ("//x", "absolute"),
        ("a\\b", "backslash"),
        ("..\\x", "backslash"),
        ("", "empty"),
        ("  ", "empty"),
        (".", "not normalised"),
        ("./a", r"not normalised \(a would be\)"),
        ("a//b", r"not normalised \(a/b would be\)"),
        ("a/", r"not normalised \(a would be\)"),
        ("a\x00b", "control characters"),
        ("a\nb", "control characters"),
    ],
)
def test_other_paths_are_refused_and_the_reason_is_given(path, why):
    with pytest.raises(InvalidInputError, match=why):
        repository_path(path)
