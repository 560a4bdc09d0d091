"""``gmctl commit dryrun``: what is shown, how it ends, and what committed text cannot do to a comment."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.domain.deployments import (
    ObjectChange,
    PlannedCall,
    PlannedDifference,
    PlannedWarning,
    PlanRecord,
    Risk,
    Verb,
)
from gitmoxi.domain.dryrun_markdown import FINDINGS_IN_COMMENT, LONGEST_COMMENT, code, fence, table_cell
from gitmoxi.domain.dryruns import DryRunObject, DryRunReport
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.targets import EcsTarget, LambdaTarget, TargetKind
from gitmoxi_gmctl.dryrun.printing import FINDINGS_SHOWN
from tests.unit.api.stage import SHA, URL

ASK = ("commit", "dryrun", "-r", URL, "-b", "main")
RENDERED = '{\n  "serviceName": "web"\n}'


def a_plan(**changes: Any) -> PlanRecord:
    values: dict[str, Any] = {
        "deployment_id": "dr-1/prod/web",
        "verb": Verb.UPDATE,
        "strategy": "rolling update",
        "differences": (
            PlannedDifference(document="service", path="desiredCount", before="1", after="2"),
            PlannedDifference(
                document="task definition",
                path="containerDefinitions[web].image",
                before="web:1",
                after="web:2",
            ),
        ),
        "steps": ("register the task definition", "update the service"),
        "calls": (
            PlannedCall(api="ecs:RegisterTaskDefinition", summary="family web"),
            PlannedCall(api="ecs:UpdateService", summary="taskDefinition, desiredCount"),
        ),
        "warnings": (PlannedWarning(text="requests move to other subnets", risk=Risk.DATA_PATH),),
    }
    return PlanRecord(**values | changes)


def an_object(prefix: str = "prod/web", **changes: Any) -> DryRunObject:
    name = prefix.rpartition("/")[2]
    values: dict[str, Any] = {
        "prefix": prefix,
        "kind": TargetKind.ECS,
        "change": ObjectChange.MODIFIED,
        "target": EcsTarget(account="111122223333", region="eu-west-1", cluster="main", service_name=name),
        "plan": a_plan(),
        "rendered": {f"{prefix}_svcdef.json": RENDERED},
    }
    return DryRunObject(**values | changes)


def a_refused_function(errors: int = 1) -> DryRunObject:
    finding = Finding(
        file="prod/fn_lambdadef.json",
        rule="shape.unknown-key",
        severity=Severity.ERROR,
        message="There is no key Runtim",
        line=3,
        column=5,
        advice="did you mean Runtime?",
    )
    return an_object(
        "prod/fn",
        kind=TargetKind.LAMBDA,
        target=None,
        plan=None,
        failure="Its files have 1 error.",
        findings=(finding,) * errors,
    )


UNCHANGED = an_object(
    "prod/job", plan=a_plan(verb=Verb.NOTHING, differences=(), steps=(), calls=(), warnings=())
)
DELETED = an_object(
    "prod/old",
    kind=TargetKind.LAMBDA,
    change=ObjectChange.DELETED,
    target=LambdaTarget(account="111122223333", region="eu-west-1", function_name="old"),
    plan=a_plan(
        verb=Verb.DELETE, differences=(), warnings=(PlannedWarning(text="it goes", risk=Risk.DELETION),)
    ),
    notes=("it was deployed before",),
)


class TestForPeople:
    def test_each_object_has_its_line_and_its_diff_and_at_the_end_there_is_the_sum(self, gmctl, world):
        world.report(DryRunReport(objects=(a_refused_function(), UNCHANGED, DELETED, an_object())))

        ran = gmctl(*ASK)

        assert f"Dry run of main: commit {SHA[:12]} Add a job (nothing was processed before)" in ran.out
        assert "~ update  ecs service web in cluster main (prod/web)  111122223333 eu-west-1" in ran.out
        assert "~ desiredCount: 1 → 2" in ran.out
        assert "~ containerDefinitions[web].image: web:1 → web:2" in ran.out
        assert "data path risk: requests move to other subnets" in ran.out
        assert "strategy: rolling update: 2 steps, 2 AWS calls (-v)" in ran.out
        assert "ecs:UpdateService" not in ran.out
        assert "= nothing  ecs service job in cluster main (prod/job)" in ran.out
        assert "- delete  lambda function old (prod/old)" in ran.out
        assert "note: it was deployed before" in ran.out
        assert "! refused  lambda, not known yet (prod/fn)" in ran.out
        assert (
            "prod/fn_lambdadef.json:3:5: error: There is no key Runtim; did you mean Runtime? "
            "(shape.unknown-key)"
        ) in ran.out
        assert ran.out.rstrip().endswith(
            "1 to update, 1 to delete, 1 unchanged, 1 refused. Nothing was changed."
        )

    def test_verbose_adds_the_steps_and_the_calls(self, gmctl, world):
        world.report(DryRunReport(objects=(an_object(),)))

        out = gmctl(*ASK, "-v").out

        assert "2. update the service" in out
        assert "ecs:UpdateService  taskDefinition, desiredCount" in out

    def test_rendered_files_are_shown_when_asked_for(self, gmctl, world):
        world.report(DryRunReport(objects=(an_object(),)))

        assert "serviceName" not in gmctl(*ASK).out
        assert (
            'prod/web_svcdef.json, rendered:\n    {\n      "serviceName": "web"\n    }'
            in gmctl(*ASK, "-p").out
        )

    def test_the_tree_of_another_branch_is_named(self, gmctl, world):
        world.report(DryRunReport(objects=()))

        ran = gmctl(*ASK, "--head", "feature/job")

        assert "Dry run of main with the tree of feature/job" in ran.out
        assert "No service object would be deployed. Nothing was changed." in ran.out

    def test_what_cannot_be_changed_in_place_is_told_once(self, gmctl, world):
        failure = "cannot be changed in place: launchType"
        plan = a_plan(verb=Verb.REPLACE, warnings=(PlannedWarning(text=failure, risk=Risk.DOWNTIME),))
        world.report(DryRunReport(objects=(an_object(plan=plan, failure=failure),)))

        ran = gmctl(*ASK)

        assert "! replace  ecs service web in cluster main (prod/web)" in ran.out
        assert ran.out.count(failure) == 1
        assert ran.code == 1

    @pytest.mark.parametrize(
        ("kind", "named"),
        [
            pytest.param(TargetKind.ECS, "ecs service web (prod/x)", id="a service"),
            pytest.param(TargetKind.LAMBDA, "lambda function web (prod/x)", id="a function"),
        ],
    )
    def test_a_refused_object_is_called_as_its_file_calls_it(self, gmctl, world, kind, named):
        refused = an_object("prod/x", kind=kind, target=None, plan=None, failure="No.", label="web")
        world.report(DryRunReport(objects=(refused,)))

        assert f"! refused  {named}" in gmctl(*ASK).out
        assert named.partition(" (")[0] in gmctl(*ASK, "--output", "markdown").out

    @pytest.mark.parametrize(
        ("number", "rest"),
        [
            pytest.param(FINDINGS_SHOWN, None, id="as many as are shown"),
            pytest.param(FINDINGS_SHOWN + 1, "  … 1 more (gmctl validate shows all)", id="one more"),
            pytest.param(2_000, "  … 1980 more (gmctl validate shows all)", id="very many"),
        ],
    )
    def test_of_many_findings_the_first_are_shown(self, gmctl, world, number, rest):
        world.report(DryRunReport(objects=(a_refused_function(number),)))

        lines = gmctl(*ASK).out.splitlines()

        assert len([line for line in lines if "shape.unknown-key" in line]) == FINDINGS_SHOWN
        assert [line for line in lines if "more (" in line] == ([rest] if rest else [])

    def test_colours_are_for_terminals(self, gmctl, world, monkeypatch):
        world.report(DryRunReport(objects=(an_object(),)))
        assert "\x1b[" not in gmctl(*ASK).out
        monkeypatch.setenv("FORCE_COLOR", "1")

        assert "\x1b[31mweb:1" in gmctl(*ASK).out


class TestEnds:
    @pytest.mark.parametrize(
        ("objects", "code"),
        [
            pytest.param((), 0, id="nothing to do"),
            pytest.param((an_object(), UNCHANGED, DELETED), 0, id="something to do"),
            pytest.param((an_object(), a_refused_function()), 1, id="one is refused"),
        ],
    )
    def test_the_code_says_whether_anything_is_refused(self, gmctl, world, objects, code):
        world.report(DryRunReport(objects=objects))

        assert [gmctl(*ASK, "--output", output).code for output in ("table", "json", "markdown")] == [
            code
        ] * 3

    def test_a_dry_run_that_fails_says_why(self, gmctl, world):
        world.report("Branch main is not registered; registered are: dev")

        ran = gmctl(*ASK)

        assert (ran.code, ran.out) == (1, "")
        assert "Branch main is not registered; registered are: dev" in ran.err

    def test_nobody_waits_for_ever(self, gmctl):
        ran = gmctl(*ASK, "--timeout", "0")

        assert ran.code == 4
        assert "Timed out after 0 s. The dry run is RECEIVED: is the ingestor running?" in ran.err

    def test_without_an_api_nothing_is_known(self, run):
        assert run("-e", "http://127.0.0.1:9", *ASK, "--timeout", "0").code == 4

    def test_no_branch_is_a_mistake_of_usage(self, gmctl):
        assert gmctl("commit", "dryrun", "-r", URL).code == 2


def test_json_is_what_the_api_says(gmctl, world):
    world.report(DryRunReport(objects=(an_object(),)))

    found = gmctl(*ASK, "--output", "json", "-p", "-f", "--head", "feature/job").json

    assert (found["state"], found["sha"], found["head"], found["force"]) == (
        "PLANNED",
        SHA,
        "feature/job",
        True,
    )
    (item,) = found["report"]["objects"]
    assert item["outcome"] == "update"
    assert item["change"] == "modified"
    assert item["plan"]["differences"][0] == {
        "document": "service",
        "path": "desiredCount",
        "before": "1",
        "after": "2",
    }
    assert item["rendered"] == {"prod/web_svcdef.json": RENDERED}


class TestMarkdown:
    def comment(self, gmctl: Any, world: Any, *objects: DryRunObject, flags: tuple[str, ...] = ()) -> str:
        world.report(DryRunReport(objects=objects, warnings=("dev/cache has no definition file",)))
        return str(gmctl(*ASK, "--output", "markdown", *flags).out)

    def test_a_table_and_folded_details(self, gmctl, world):
        said = self.comment(gmctl, world, a_refused_function(), UNCHANGED, an_object())

        assert said.startswith("### Gitmoxi dry run: 1 to update, 1 unchanged, 1 refused\n")
        assert (
            "| `~` update | `prod/web` | `ecs service web in cluster main` | `111122223333 eu-west-1` |"
            in said
        )
        assert "- warning: `dev/cache has no definition file`" in said
        assert said.count("<details>") == said.count("</details>") == 2
        assert "```diff\n  service desiredCount\n-   1\n+   2\n" in said
        assert "- **data path risk**: `requests move to other subnets`" in said
        assert "AWS calls" not in said

    def test_of_many_findings_each_refused_object_has_the_first(self, gmctl, world):
        said = self.comment(
            gmctl, world, *(replace(a_refused_function(1_000), prefix=f"prod/{name}") for name in "abc")
        )

        assert said.count("(shape.unknown-key)") == 3 * FINDINGS_IN_COMMENT
        assert said.count("- … 995 more (`gmctl validate` shows all)\n") == 3
        assert "are left out" not in said

    def test_verbose_and_rendered_are_there_too(self, gmctl, world):
        said = self.comment(gmctl, world, an_object(), flags=("-v", "-p"))

        assert "2. `update the service`" in said
        assert "- `ecs:UpdateService` `taskDefinition, desiredCount`" in said
        assert f"```json\n{RENDERED}\n```" in said

    def test_committed_text_stays_text(self, gmctl, world):
        evil = "```\n</details><script>alert(1)</script> @everyone | [x](javascript:y)\n+ forged\n/merge"
        plan = a_plan(
            differences=(PlannedDifference(document="service", path=f"a\n{evil}", before=evil, after=evil),),
            warnings=(PlannedWarning(text=evil),),
        )
        target = EcsTarget(account="1", region="r", cluster=evil, service_name=evil)
        said = self.comment(
            gmctl, world, an_object(evil, target=target, plan=plan, notes=(evil,), failure=evil)
        )

        outside = _outside_of_code(said)
        for mark in ("<script", "@everyone", "javascript:", "forged", "/merge"):
            assert mark not in outside
        assert said.count("</details>") - said.count("`</details>") >= 1
        assert outside.count("<details>") == outside.count("</details>") == 1

    def test_a_comment_that_would_be_too_long_says_what_is_left_out(self, gmctl, world):
        long = a_plan(differences=(PlannedDifference(document="service", path="x", after="y\n" * 900),) * 3)
        objects = [an_object(f"prod/web{number}", plan=long) for number in range(20)]

        said = self.comment(gmctl, world, *objects)

        assert len(said) < LONGEST_COMMENT + 1000
        assert re.search(r"The details of \d+ more are left out", said)
        assert said.count("| `~` update |") == 20


@pytest.mark.parametrize(
    ("text", "span"),
    [
        pytest.param("web", "`web`", id="plain"),
        pytest.param("a`b", "``a`b``", id="a backtick within"),
        pytest.param("``", "``` `` ```", id="nothing but backticks"),
        pytest.param("a\nb", "`a b`", id="a line break would end the row"),
        pytest.param("", "`  `", id="nothing"),
        pytest.param("\x1b[31mred", "`\N{REPLACEMENT CHARACTER}[31mred`", id="a terminal's colours"),
    ],
)
def test_code_spans(text, span):
    assert code(text) == span


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        pytest.param("web", "`web`", id="plain"),
        pytest.param("a|b", r"`a\|b`", id="a bar would end the cell"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_cells_of_a_table(text, cell):
    assert table_cell(text) == cell


@pytest.mark.parametrize(
    ("text", "ticks"),
    [pytest.param("x", 3, id="plain"), pytest.param("```\n````", 5, id="longer than any inside")],
)
def test_fences(text, ticks):
    assert fence(text, "diff") == f"{'`' * ticks}diff\n{text}\n{'`' * ticks}\n"


def _outside_of_code(markdown: str) -> str:
    """What a renderer would take for Markdown or HTML: code blocks, code spans and escaped HTML removed."""
    without_blocks = re.sub(r"^(`{3,})\w*\n.*?^\1$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    without_html = re.sub(r"<code>[^<]*</code>", "", without_blocks)
    return re.sub(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)", "", without_html)


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_a_deletion_that_would_wait_for_approval_is_told_and_is_no_failure(gmctl, world, output):
    held = an_object(plan=a_plan(verb=Verb.DELETE), held="The commit deletes 5 of 6.")
    world.report(DryRunReport(objects=(held,)))

    shown = gmctl(*ASK, "--output", output)

    assert shown.code == 0
    assert "held: needs approval" in shown.out
    assert "The commit deletes 5 of 6." in shown.out
    assert "1 held: needs approval" in shown.out
