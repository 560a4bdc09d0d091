"""``gmctl validate`` from end to end: what it checks, what it says, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.unit.gmctl.validate.conftest import SERVICE, TASK

FUNCTION = {
    "FunctionName": "resize",
    "Role": "arn:aws:iam::111122223333:role/resize",
    "PackageType": "Zip",
    "Runtime": "python3.13",
    "Handler": "app.handler",
    "Code": {"S3Bucket": "code", "S3Key": "resize.zip"},
}
WRONG_TASK = {"cpu": 256, **TASK}
TEMPLATE = json.dumps(TASK, indent=2).replace('"nginx:1.27"', "{{ image | tojson }}")
OUTPUT = {"image": {"value": "nginx:1.27", "sensitive": False}}


def reference(path="infra/out.json"):
    return {"ref": {"file": [path], "type": "TERRAFORM"}}


def rules(report):
    return sorted({finding["rule"] for finding in report["findings"]})


def results(report):
    return {file["path"]: file["result"] for file in report["files"]}


class TestEnding:
    def test_a_sound_tree_ends_well(self, validate, tree):
        tree({"a/web_svcdef.json": SERVICE, "a/web_taskdef.json": TASK})
        ran = validate(".")
        assert ran.code == 0, ran.out
        assert ran.out.splitlines()[-1] == "2 files checked: 2 without findings"

    def test_an_error_ends_with_one(self, validate, tree):
        tree({"a/web_svcdef.json": SERVICE, "a/web_taskdef.json": WRONG_TASK})
        ran = validate(".")
        assert ran.code == 1
        assert "a/web_taskdef.json:2:3 error" in ran.out
        assert ran.out.splitlines()[-1] == "2 files checked: 1 without findings, 1 with errors"

    def test_warnings_count_only_when_it_is_strict(self, validate, tree):
        tree({"web_svcdef.json": SERVICE, "web_taskdef.json": {**TASK, "revision": 3}})
        assert validate(".").code == 0
        assert validate(".", "--strict").code == 1

    def test_notes_never_count(self, validate, tree):
        tree({"web_taskdef.json": TASK})
        ran = validate("web_taskdef.json", "--strict")
        assert ran.code == 0
        assert "1 file is deployed by no definition file" in ran.out
        assert "nothing is deployed from this file" in validate("web_taskdef.json", "-v").out

    @pytest.mark.parametrize("files", [{}, {"package.json": "{}"}])
    def test_nothing_to_check_is_wrong_usage(self, validate, tree, files):
        tree(files)
        ran = validate(".")
        assert ran.code == 2
        assert "0 files checked" in ran.err
        assert "_svcdef.json" in ran.err
        assert "--as taskdef" in ran.err

    def test_a_file_that_cannot_be_read_is_told_beside_the_findings(self, validate, tree):
        tree({"a_svcdef.json": SERVICE, "a_taskdef.json": WRONG_TASK})
        ran = validate(".", "gone_taskdef.json")
        assert ran.code == 2
        assert "not checked: gone_taskdef.json: there is no such file or folder" in ran.out
        assert "a_taskdef.json:2:3 error" in ran.out

    def test_wrong_options_are_wrong_usage(self, validate, tree):
        tree({})
        assert validate(".", "--as", "tasks").code == 2
        assert validate(".", "--root", "nowhere").code == 2


class TestObjects:
    def test_one_file_is_checked_with_its_siblings(self, report, tree):
        tree({"a/web_svcdef.json": {**SERVICE, "desiredCount": "1"}, "a/web_taskdef.json": TASK})
        found = report("a/web_taskdef.json")
        assert results(found) == {"a/web_svcdef.json": "errors", "a/web_taskdef.json": "clean"}
        assert found["companions"] == ["a/web_svcdef.json"]

    def test_several_files_of_one_prefix_are_checked_once(self, report, tree):
        tree({"a/web_svcdef.json": SERVICE, "a/web_taskdef.json": WRONG_TASK})
        found = report("a/web_svcdef.json", "a/web_taskdef.json", "a", ".")
        assert len(found["findings"]) == 1
        assert found["summary"]["files"] == 2
        assert found["companions"] == []

    def test_a_broken_file_hides_nothing_of_the_others(self, report, tree):
        tree({"web_svcdef.json": '{"serviceName": }', "web_taskdef.json": WRONG_TASK})
        found = report(".")
        assert results(found) == {"web_svcdef.json": "errors", "web_taskdef.json": "errors"}
        assert "json.syntax" in rules(found)
        assert not any("definition" in rule for rule in rules(found))

    def test_a_prefix_that_is_two_things_is_an_error_on_each_file(self, report, tree):
        tree({"x_svcdef.json": SERVICE, "x_taskdef.json": TASK, "x_lambdadef.json": FUNCTION})
        found = report(".")
        told = [f["file"] for f in found["findings"] if f["rule"] == "document.prefix-conflict"]
        assert told == ["x_lambdadef.json", "x_svcdef.json", "x_taskdef.json"]
        assert set(results(found).values()) == {"errors"}

    def test_a_function_without_settings_lacks_its_alias(self, report, tree):
        tree({"f_lambdadef.json": FUNCTION})
        found = report(".")
        assert rules(found) == ["settings.missing-file"]
        assert found["findings"][0]["file"] == "f_lambdadef.json"

    def test_a_function_with_settings_is_sound(self, report, tree):
        tree({"f_lambdadef.json": FUNCTION, "f_lambdadepdef.json": {"alias": "live"}})
        assert report(".")["findings"] == []

    def test_files_are_checked_though_nothing_is_deployed_from_them(self, report, tree):
        tree({"w_depdef.json": {"polInterval": 3}, "f_lambdadepdef.json": {"alais": "x"}})
        found = report(".")
        assert set(results(found).values()) == {"errors"}
        assert "document.not-deployed" in rules(found)

    def test_a_name_that_was_nearly_right_is_noted(self, report, tree):
        tree(
            {
                "web_svcdef.json": SERVICE,
                "web_taskdef.json": TASK,
                "api-taskdef.json": TASK,
                "x_svcdefs.json": "{}",
            }
        )
        found = report(".")
        told = {f["file"]: f["advice"] for f in found["findings"]}
        assert told.keys() == {"api-taskdef.json", "x_svcdefs.json"}
        assert "api_taskdef.json" in told["api-taskdef.json"]
        assert found["other_json_files"] == ["api-taskdef.json", "x_svcdefs.json"]


class TestTemplates:
    def test_values_come_from_the_input_file_and_what_it_refers_to(self, report, tree):
        tree(
            {
                ".git/HEAD": "",
                "infra/out.json": OUTPUT,
                "deep/er/web_svcdef.json": SERVICE,
                "deep/er/web_taskdef.json": TEMPLATE,
                "deep/er/web_input.json": reference(),
            }
        )
        assert report("deep/er")["findings"] == []
        assert report("deep/er/web_input.json")["findings"] == []

    def test_the_root_can_be_stated(self, report, tree):
        files = {
            "web_svcdef.json": SERVICE,
            "web_taskdef.json": TEMPLATE,
            "web_input.json": reference("out.json"),
        }
        tree({"infra/out.json": OUTPUT, **{f"a/{name}": content for name, content in files.items()}})
        assert report("a", "--root", "infra")["findings"] == []
        assert report("a")["summary"]["error_findings"] == 1

    def test_a_template_without_values_is_checked_as_far_as_it_goes(self, report, tree):
        broken = TEMPLATE.replace('"memory": 128', '"memory": "128"')
        tree({"web_svcdef.json": SERVICE, "web_taskdef.json": TEMPLATE, "api_taskdef.json": broken})
        found = report(".")
        assert results(found) == {
            "web_svcdef.json": "clean",
            "web_taskdef.json": "partial",
            "api_taskdef.json": "errors",
        }
        (note,) = [
            f
            for f in found["findings"]
            if f["rule"] == "document.checked-in-part" and f["file"] == "web_taskdef.json"
        ]
        assert note["message"] == (
            "checked in part: 1 value is not known here: {{ image | tojson }} (line 6)"
        )
        assert (note["line"], note["severity"]) == (6, "note")
        assert "web_input.json" in note["advice"]

    def test_a_partly_checked_file_is_never_counted_as_sound(self, validate, tree):
        tree({"web_svcdef.json": SERVICE, "web_taskdef.json": TEMPLATE})
        ran = validate(".")
        assert ran.code == 0
        assert ran.out.splitlines()[-1] == "2 files checked: 1 without findings, 1 only in part"

    def test_a_missing_reference_is_an_error_and_the_rest_is_checked(self, report, tree):
        tree(
            {
                "web_svcdef.json": {**SERVICE, "desiredCount": "1"},
                "web_taskdef.json": TEMPLATE,
                "web_input.json": reference("gone.json"),
            }
        )
        found = report(".")
        assert results(found) == {
            "web_input.json": "errors",
            "web_svcdef.json": "errors",
            "web_taskdef.json": "partial",
        }
        assert len([f for f in found["findings"] if f["file"] == "web_input.json"]) == 1

    def test_an_input_file_that_cannot_be_read_leaves_its_values_unknown(self, report, tree):
        folder = tree({"web_svcdef.json": SERVICE, "web_taskdef.json": TEMPLATE})
        os.mkfifo(folder / "web_input.json")
        found = report(".")
        assert [(u["path"], u["error"]) for u in found["unchecked"]] == [("web_input.json", True)]
        assert results(found) == {"web_svcdef.json": "clean", "web_taskdef.json": "partial"}
        assert found["summary"]["error_findings"] == 0

    def test_a_broken_reference_is_told_where_it_lies(self, report, tree):
        tree(
            {
                "infra/out.json": '{"image": 1}',
                "web_svcdef.json": {**SERVICE, "taskDefinition": "web:1"},
                "web_input.json": reference(),
            }
        )
        found = report("web_svcdef.json")
        assert [f["file"] for f in found["findings"] if f["severity"] == "error"] == ["infra/out.json"]
        assert found["summary"]["error_findings"] == 1

    def test_an_undefined_name_does_not_hide_the_other_mistakes_of_its_file(self, report, tree):
        broken = TEMPLATE.replace('"memory": 128', '"memory": "128"').replace("image |", "imaeg |")
        tree({"web_svcdef.json": SERVICE, "web_taskdef.json": broken, "web_input.json": {"image": "nginx"}})
        found = report(".")
        assert "template.undefined" in rules(found)
        assert any(f["json_path"] == "$.containerDefinitions[0].memory" for f in found["findings"])

    @pytest.mark.parametrize("link", ["infra", "infra/out.json"])
    def test_a_reference_through_a_link_is_not_read(self, report, tree, link):
        """A commit's links are not followed either; here it could lead to any file of the machine."""
        folder = tree(
            {
                "elsewhere/out.json": OUTPUT,
                "web_svcdef.json": SERVICE,
                "web_taskdef.json": TEMPLATE,
                "web_input.json": reference(),
            }
        )
        place = folder / link
        place.parent.mkdir(exist_ok=True)
        place.symlink_to(folder / "elsewhere" / ("" if link == "infra" else "out.json"))
        assert results(report(".", "--root", "."))["web_input.json"] == "errors"

    def test_a_sensitive_value_is_shown_nowhere(self, validate, tree):
        secret = "correct-horse-battery"
        tree(
            {
                "infra/out.json": {"image": {"value": secret, "sensitive": True}},
                "web_svcdef.json": {**SERVICE, "launchType": "{{ image }}"},
                "web_input.json": reference(),
            }
        )
        for form in ("table", "json", "sarif", "github"):
            ran = validate("web_svcdef.json", "--root", ".", "--output", form)
            assert ran.code == 1
            assert secret not in ran.out + ran.err

    def test_a_template_that_runs_wild_costs_itself_alone(self, report, tree):
        bomb = "{% for a in range(99999) %}{% for b in range(99999) %}far too much{% endfor %}{% endfor %}"
        tree({"a_taskdef.json": bomb, "b_taskdef.json": WRONG_TASK})
        found = report(".")
        assert results(found) == {"a_taskdef.json": "errors", "b_taskdef.json": "errors"}


class TestStatedKinds:
    @pytest.mark.parametrize(
        ("kind", "document", "code"),
        [
            ("taskdef", TASK, 0),
            ("svcdef", SERVICE, 0),
            ("input", {"image": "nginx"}, 0),
            ("depdef", {"stabilityCheck": {"timeout": 600}}, 0),
            ("lambdadef", FUNCTION, 0),
            ("lambdaeventsourcedef", {"PushEventSources": []}, 0),
            ("lambdainput", {"ref": {"file": ["gone.json"], "type": "CDK"}}, 0),
            ("lambdadepdef", {"alias": "live"}, 0),
            ("taskdef", WRONG_TASK, 1),
            ("svcdef", {"serviceName": 1}, 1),
            ("input", {"ref": {"file": []}}, 1),
            ("input", "[]", 1),
            ("depdef", {"polInterval": 1}, 1),
            ("lambdadef", {"FunctionName": "f"}, 1),
            ("lambdaeventsourcedef", [], 1),
            ("lambdadepdef", {}, 1),
        ],
    )
    def test_a_file_of_any_name_is_checked_alone(self, validate, tree, kind, document, code):
        tree({"some/where.txt": document})
        ran = validate("some/where.txt", "--as", kind)
        assert ran.code == code, ran.out
        assert "1 file checked" in ran.out

    def test_findings_name_the_file_as_it_is_named(self, report, tree):
        tree({"some/where.txt": WRONG_TASK})
        assert {f["file"] for f in report("some/where.txt", "--as", "taskdef")["findings"]} == {
            "some/where.txt"
        }

    def test_every_json_file_of_a_folder_is_taken(self, report, tree):
        tree({"a/one.json": TASK, "a/b/two.json": TASK, "a/read.me": "x"})
        assert results(report("a", "--as", "taskdef")) == {"a/one.json": "clean", "a/b/two.json": "clean"}

    def test_a_file_alone_says_that_its_values_were_not_read(self, report, tree):
        tree({"web_taskdef.json": TEMPLATE, "web_input.json": {"image": "nginx"}})
        found = report("web_taskdef.json", "--as", "taskdef")
        assert results(found) == {"web_taskdef.json": "partial"}
        assert "--as" in found["findings"][0]["advice"]


class TestHostileFiles:
    @pytest.mark.parametrize(
        "content",
        [
            pytest.param(b"", id="empty"),
            pytest.param(b"\xff\xfe\x00", id="half a character"),
            pytest.param(b"[" * 100_000, id="deep"),
            pytest.param(b" " * (1024 * 1024 + 1), id="too large"),
            pytest.param(b'{"a": NaN}', id="not a number"),
            pytest.param(b"{{ 'x' * 2000000 }}", id="a template that writes too much"),
            pytest.param("{{ '\ud800' }}".encode("utf-8", "surrogatepass"), id="half a surrogate pair"),
            pytest.param(b"\0" * 100, id="zeros"),
            pytest.param(b'"\\ud800"', id="an escaped half of a pair"),
            pytest.param(b"null", id="null"),
            pytest.param(b"[]", id="a list"),
        ],
    )
    @pytest.mark.parametrize(
        "suffix", ["_taskdef.json", "_lambdadef.json", "_input.json", "_lambdaeventsourcedef.json"]
    )
    def test_any_content_gives_findings_and_no_traceback(self, validate, tree, suffix, content):
        tree({f"x{suffix}": content})
        ran = validate(".", "--output", "json")
        assert ran.code == 1
        assert ran.json["unchecked"] == []
        assert results(ran.json) == {f"x{suffix}": "errors"}

    def test_a_name_that_is_no_text_is_told(self, validate, tree):
        folder = tree({"web_taskdef.json": TASK})
        (folder / os.fsdecode(b"\xff_taskdef.json")).write_text("{}")
        for form in ("table", "json", "sarif", "github"):
            ran = validate(".", "--output", form)
            assert ran.code == 2
            assert "no UTF-8" in ran.out

    def test_colours_end_at_a_pipe(self, validate, tree):
        tree({"web_taskdef.json": WRONG_TASK})
        assert "\x1b" not in validate(".").out


def test_validation_loads_nothing_that_other_commands_need_not():
    """Typer makes all commands at the start, so what this one needs must wait until it runs."""
    code = (
        "import sys, gitmoxi_gmctl.main; "
        "print([m for m in ('botocore', 'jinja2', 'gitmoxi_gmctl.validate.checking') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"
