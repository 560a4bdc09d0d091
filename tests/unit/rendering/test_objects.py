"""Service objects: input files, references, and documents with places and sensitive values."""

from __future__ import annotations

import json
import pickle
import traceback

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.rendered import Position
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.errors import RenderError
from gitmoxi.rendering.inputs import referenced_paths
from gitmoxi.rendering.objects import render_object

SECRET = "correct horse"


def render(files, references=None):
    """``files`` by suffix, contents as text."""
    return render_object(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={f"a/n{suffix}": text.encode() for suffix, text in files.items()},
        references={path: text.encode() for path, text in (references or {}).items()},
    )


def value_of(expression, inputs, references=None):
    template = '{"v": {{ ' + expression + " | tojson }}}"
    files = {"_svcdef.json": template, "_input.json": json.dumps(inputs)}
    rendered = render(files, {path: json.dumps(content) for path, content in (references or {}).items()})
    return rendered.documents[FileKind.SVCDEF].document["v"]


def refusals(files, references=None):
    with pytest.raises(RenderError) as caught:
        render(files, references)
    return caught.value.findings


def ref(kind, *paths):
    return {"ref": {"file": list(paths), "type": kind}}


def test_documents_come_back_by_kind_with_path_text_and_places():
    rendered = render({"_svcdef.json": '{\n "a": "{{ x }}"}', "_input.json": '{"x": "y"}'})

    document = rendered.documents[FileKind.SVCDEF]
    assert (document.path, document.document, document.text) == (
        "a/n_svcdef.json",
        {"a": "y"},
        '{\n "a": "y"}',
    )
    assert document.positions["a",] == Position(2, 2)
    assert rendered.documents[FileKind.INPUT].document == {"x": "y"}


def test_without_an_input_file_templates_have_no_values():
    assert render({"_svcdef.json": '{"a": 1}'}).documents[FileKind.SVCDEF].document == {"a": 1}


def test_a_rendered_object_can_be_pickled():
    rendered = render({"_svcdef.json": '{"a": 1}'})

    assert pickle.loads(pickle.dumps(rendered)) == rendered


def test_a_terraform_output_counts_by_its_value():
    tf = {"subnets": {"value": ["s-1"], "type": ["list", "string"], "sensitive": False}}

    assert value_of("subnets", ref("TERRAFORM", "tf.json"), {"tf.json": tf}) == ["s-1"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [("Net.VpcId", "vpc-1"), ("Net['VpcId']", "vpc-1"), ("VpcId", "vpc-1"), ("Bucket", "b")],
)
def test_cdk_outputs_are_reached_by_stack_and_by_name(expression, expected):
    cdk = {"Net": {"VpcId": "vpc-1"}, "Data-Stack": {"Bucket": "b"}}

    assert value_of(expression, ref("CDK", "cdk.json"), {"cdk.json": cdk}) == expected


def test_a_stack_wins_over_an_output_of_its_name():
    cdk = {"Net": {"Data": "x"}, "Data": {"y": 1}}

    assert value_of("Data", ref("CDK", "cdk.json"), {"cdk.json": cdk}) == {"y": 1}


def test_an_output_of_two_stacks_is_a_warning():
    cdk = '{"A": {"Vpc": 1},\n "B": {"Vpc": 2}}'
    files = {"_svcdef.json": "{{ Vpc }}", "_input.json": json.dumps(ref("CDK", "cdk.json"))}

    rendered = render(files, {"cdk.json": cdk})

    assert rendered.documents[FileKind.SVCDEF].document == 2
    (warning,) = rendered.warnings
    assert (warning.rule, warning.file, warning.line) == ("ref.ambiguous-output", "cdk.json", 2)
    assert "A.Vpc or B.Vpc" in warning.advice


def test_an_output_of_many_stacks_is_one_warning_at_the_one_that_counts():
    cdk = json.dumps({f"S-{number}": {"Vpc": number, "Same": 1} for number in range(12)}, indent=1)
    files = {"_svcdef.json": "{{ Vpc }}", "_input.json": json.dumps(ref("CDK", "cdk.json"))}

    rendered = render(files, {"cdk.json": cdk})

    assert rendered.documents[FileKind.SVCDEF].document == 11
    (warning,) = rendered.warnings
    assert "12 stacks" in warning.message
    assert warning.json_path == "$['S-11'].Vpc"


def test_json_references_are_taken_as_they_are():
    assert value_of("a.b", ref("JSON", "x.json"), {"x.json": {"a": {"b": [1]}}}) == [1]


def test_a_later_file_wins_over_an_earlier_one_and_own_values_over_all():
    files = {"1.json": {"a": 1, "b": 1, "c": 1}, "2.json": {"b": 2, "c": 2}}
    inputs = ref("JSON", "1.json", "2.json") | {"c": 3}

    assert [value_of(name, inputs, files) for name in "abc"] == [1, 2, 3]


def test_the_input_file_is_no_template():
    assert value_of("x", {"x": "{{ y }}"}) == "{{ y }}"


def test_a_terraform_output_in_utf_16_is_read():
    rendered = render_object(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={"a/n_svcdef.json": b'"{{ x }}"', "a/n_input.json": json.dumps(ref("TERRAFORM", "t")).encode()},
        references={"t": '{"x": {"value": "ü"}}'.encode("utf-16")},
    )

    assert rendered.documents[FileKind.SVCDEF].document == "ü"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(SECRET, {SECRET}, id="a text"),
        pytest.param(
            {"a": [SECRET, "two"], "b": {"c": 42}}, {SECRET, "two", "42"}, id="all texts and numbers within"
        ),
        pytest.param([True, None, ""], set(), id="nothing that gives anything away"),
    ],
)
def test_sensitive_terraform_values_are_collected(value, expected):
    tf = json.dumps({"s": {"value": value, "sensitive": True}, "p": {"value": "plain", "sensitive": False}})
    files = {"_svcdef.json": "{{ s | tojson }}", "_input.json": json.dumps(ref("TERRAFORM", "t"))}

    rendered = render(files, {"t": tf})

    assert rendered.sensitive_values == expected
    assert rendered.documents[FileKind.SVCDEF].document == value


def test_no_repr_and_no_traceback_shows_a_sensitive_value():
    tf = json.dumps({"s": {"value": SECRET, "sensitive": True}})
    inputs = json.dumps(ref("TERRAFORM", "t"))

    assert SECRET not in repr(render({"_svcdef.json": "{{ s | tojson }}", "_input.json": inputs}, {"t": tf}))
    with pytest.raises(RenderError) as caught:
        render({"_svcdef.json": "{{ {}[s] }}", "_input.json": inputs}, {"t": tf})
    assert SECRET not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "template",
    [
        pytest.param('{"a": 1, "{{ s }}": 2, "{{ s }}": 3}', id="a duplicate member name"),
        pytest.param('{"a": "x" {{ s }}}', id="text where a comma belongs"),
        pytest.param('{"a": {{ s }}}', id="text where a value belongs"),
        pytest.param("{{ {}[s] }}", id="an undefined name"),
        pytest.param("{{ s + 1 }}", id="an error in an expression"),
        pytest.param("{{ s | int('x' ~ s) + [] }}", id="another error in an expression"),
    ],
)
def test_no_error_shows_a_sensitive_value(template):
    tf = json.dumps({"s": {"value": SECRET, "sensitive": True}})
    files = {"_svcdef.json": template, "_input.json": json.dumps(ref("TERRAFORM", "t"))}

    findings = refusals(files, {"t": tf})

    assert findings
    assert "correct" not in repr(findings)
    assert "horse" not in repr(findings)


def test_one_broken_file_hides_no_other():
    findings = refusals({"_svcdef.json": "{{ x }}", "_taskdef.json": "{", "_depdef.json": "{}"})

    assert [(f.file, f.rule) for f in findings] == [
        ("a/n_svcdef.json", "template.undefined"),
        ("a/n_taskdef.json", "json.syntax"),
    ]


@pytest.mark.parametrize(
    ("inputs", "rule", "says"),
    [
        pytest.param("[1]", "input.shape", "no JSON object", id="no object"),
        pytest.param('{"ref": []}', "ref.shape", "no object", id="ref is no object"),
        pytest.param('{"ref": {"file": "t", "type": "JSON"}}', "ref.shape", "no list", id="file is no list"),
        pytest.param('{"ref": {"file": [], "type": "JSON"}}', "ref.shape", "no list", id="no file"),
        pytest.param('{"ref": {"file": [1], "type": "JSON"}}', "ref.shape", "no path", id="a number as path"),
        pytest.param('{"ref": {"file": ["t"]}}', "ref.shape", "lacks", id="no type"),
        pytest.param(
            '{"ref": {"file": ["t"], "type": "terraform"}}',
            "ref.shape",
            "did you mean TERRAFORM",
            id="type in lower case",
        ),
        pytest.param(
            '{"ref": {"file": ["t"], "type": "JSON", "x": 1}}', "ref.shape", "'x'", id="unknown setting"
        ),
        pytest.param(
            '{"ref": {"file": ["../t"], "type": "JSON"}}', "ref.path", "..", id="out of the repository"
        ),
        pytest.param('{"ref": {"file": ["/t"], "type": "JSON"}}', "ref.path", "absolute", id="absolute"),
        pytest.param(
            '{"ref": {"file": ["a\\\\t"], "type": "JSON"}}', "ref.path", "backslash", id="backslash"
        ),
        pytest.param(
            '{"ref": {"file": ["gone"], "type": "JSON"}}', "ref.missing", "there is no gone", id="gone"
        ),
    ],
)
def test_a_wrong_input_file_is_refused(inputs, rule, says):
    (finding,) = refusals({"_svcdef.json": "{}", "_input.json": inputs}, {"t": "{}"})

    assert (finding.file, finding.rule, finding.line) == ("a/n_input.json", rule, 1)
    assert says in str(finding)


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("TERRAFORM", '{\n"vpc": "vpc-1"}', "terraform output -json"),
        ("TERRAFORM", '{\n"vpc": {"type": "string"}}', "terraform output -json"),
        ("CDK", '{\n"vpc": "vpc-1"}', "--outputs-file"),
    ],
)
def test_a_reference_of_another_shape_is_refused_with_its_line(kind, content, says):
    (finding,) = refusals({"_svcdef.json": "{}", "_input.json": json.dumps(ref(kind, "t"))}, {"t": content})

    assert (finding.file, finding.rule, finding.line) == ("t", "ref.shape", 2)
    assert says in finding.advice


def test_a_file_of_another_object_is_refused():
    with pytest.raises(RenderError, match="does not belong"):
        render_object(prefix="a/n", kind=TargetKind.ECS, files={"a/m_svcdef.json": b"{}"}, references={})


def test_an_input_file_tells_the_paths_that_it_depends_on():
    assert referenced_paths("i", json.dumps(ref("JSON", "b/x.json", "a.json")).encode()) == (
        "b/x.json",
        "a.json",
    )
    assert referenced_paths("i", b'{"x": 1}') == ()
    with pytest.raises(RenderError, match=r"has \.\. in it"):
        referenced_paths("i", json.dumps(ref("JSON", "../x")).encode())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_value_deep_in_a_rendered_document_has_its_place_in_the_file(encoding, newline):
    template = newline.join(
        [
            '{"text": "\N{GRINNING FACE} {{ lines | replace("\\n", "-") }}",',
            " {%- for name in names -%}",
            '\t"{{ name }}": {',
            '    {% if name == "b" %}"deep": [{"cpu": "{{ name }}"}]{% endif %} },',
            " {%- endfor %}",
            ' "last": 1}',
        ]
    )
    inputs = json.dumps({"lines": "1\n2\n3", "names": ["a", "b"]})
    rendered = render_object(
        prefix="a/n",
        kind=TargetKind.ECS,
        files={"a/n_svcdef.json": template.encode(encoding), "a/n_input.json": inputs.encode()},
        references={},
    )

    positions = rendered.documents[FileKind.SVCDEF].positions
    assert positions["text",] == Position(1, 2)
    assert positions["a",] == positions["b",] == Position(3, 2)
    assert positions["b", "deep", 0, "cpu"] == Position(4, 35)
    assert positions["last",] == Position(6, 2)
