"""``gmctl init --all``: a whole account becomes files that change nothing, also where it broke off before."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gitmoxi.adapters.memory.clock import FakeClock
from gitmoxi.domain.targets import TargetKind
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.all_run import faults_of, print_all, write_all
from gitmoxi_gmctl.init.everything import Fate, Result, Wanted, tally
from gitmoxi_gmctl.init.inventory import Choice, Item, folders
from tests.unit.gmctl.init.region import Function, Region
from tests.unit.planning.export.modelled import HERE

QUIET = Console(file=io.StringIO())


def written(region: Region, folder: Path, **wanted: Any) -> list[Result]:
    return asyncio.run(
        write_all(
            region.aws,
            HERE.region,
            Wanted(folder=folder, **wanted),
            clock=FakeClock(),
            console=QUIET,
        )
    )


def fates(results: list[Result]) -> dict[str, Fate]:
    return {str(result.item): result.fate for result in results}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def full() -> Region:
    """300 services in three clusters, 50 functions."""
    region = Region(functions={f"fn-{number:02}": Function() for number in range(50)})
    for cluster in ("prod", "stage", "test"):
        region.create(cluster, *(f"svc-{number:03}" for number in range(100)))
    return region


@pytest.fixture
def region() -> Region:
    region = Region()
    region.create("prod", "web", "api")
    region.create("test", "web")
    return region


def test_300_services_and_50_functions_become_files_without_an_error_that_change_nothing(full, tmp_path):
    results = written(full, tmp_path, functions=True)

    assert tally(results) == "350 written"
    assert [result.item for result in results if result.first_run] == []
    assert faults_of(results) == ()
    assert (tmp_path / "prod/svc-007/svc-007_svcdef.json").is_file()
    assert (tmp_path / "functions/fn-07/fn-07_lambdadef.json").is_file()

    before = contents(tmp_path)
    full.aws.journal.clear()
    again = written(full, tmp_path, functions=True)

    assert tally(again) == "350 kept"
    assert contents(tmp_path) == before
    assert set(full.aws.reads) == {"ListClusters", "ListServices", "ListFunctions"}
    assert full.aws.mutations == []


def test_one_cluster_alone(region, tmp_path):
    assert fates(written(region, tmp_path, cluster="prod")) == {
        "prod/api": Fate.WRITTEN,
        "prod/web": Fate.WRITTEN,
    }


@pytest.mark.parametrize(
    ("choice", "taken"),
    [
        pytest.param(Choice(include=["web"]), {"prod/web", "test/web"}, id="a name"),
        pytest.param(Choice(include=["prod/*"]), {"prod/api", "prod/web"}, id="a cluster"),
        pytest.param(Choice(exclude=["*/w*"]), {"prod/api"}, id="what is left out"),
        pytest.param(
            Choice(include=["prod/*"], exclude=["api"]), {"prod/web"}, id="what is left out counts more"
        ),
    ],
)
def test_globs_choose(region, tmp_path, choice, taken):
    assert set(fates(written(region, tmp_path, choice=choice))) == taken


class TestGoingOn:
    def test_what_is_there_is_kept_as_it_is_and_the_rest_is_written(self, region, tmp_path):
        mine = tmp_path / "prod/web/web_svcdef.json"
        mine.parent.mkdir(parents=True)
        mine.write_text("mine")
        found = fates(written(region, tmp_path))
        assert (found["prod/web"], found["prod/api"]) == (Fate.KEPT, Fate.WRITTEN)
        assert mine.read_text() == "mine"

    def test_force_replaces(self, region, tmp_path):
        written(region, tmp_path)
        mine = tmp_path / "prod/web/web_svcdef.json"
        mine.write_text("mine")
        assert set(fates(written(region, tmp_path, force=True)).values()) == {Fate.WRITTEN}
        assert json.loads(mine.read_text())["serviceName"] == "web"

    def test_what_an_interrupted_run_left_half_is_made_anew(self, region, tmp_path):
        half = tmp_path / "prod/.web.partial/web_svcdef.json"
        half.parent.mkdir(parents=True)
        half.write_text("{")
        assert fates(written(region, tmp_path))["prod/web"] is Fate.WRITTEN
        assert not half.parent.exists()
        assert len(list((tmp_path / "prod/web").iterdir())) == 3

    def test_other_files_of_the_folder_stay(self, region, tmp_path):
        notes = tmp_path / "prod/web/README.md"
        notes.parent.mkdir(parents=True)
        notes.write_text("ours")
        assert fates(written(region, tmp_path))["prod/web"] is Fate.WRITTEN
        assert notes.read_text() == "ours"


class TestWhatIsLeftOut:
    def why(self, region: Region, folder: Path, target: str, **wanted: Any) -> tuple[Fate, str]:
        results = written(region, folder, functions=True, **wanted)
        [found] = [result for result in results if str(result.item) == target]
        return found.fate, " ".join(found.why)

    def test_a_service_of_codedeploy(self, region, tmp_path):
        region.create("blue", "shop")
        region.of_codedeploy.add("shop")
        fate, why = self.why(region, tmp_path, "blue/shop")
        assert (fate, why.startswith("CodeDeploy deploys it")) == (Fate.SKIPPED, True)
        assert not (tmp_path / "blue").exists()

    def test_a_service_that_is_being_deleted(self, region, tmp_path):
        region.draining.add("api")
        fate, why = self.why(region, tmp_path, "prod/api")
        assert (fate, "is DRAINING: it was deleted" in why) == (Fate.SKIPPED, True)

    @pytest.mark.parametrize(
        ("function", "said"),
        [
            pytest.param(Function(aliases={}), "It has no alias", id="no alias"),
            pytest.param(
                Function(aliases={"live": "4", "beta": "5"}), "several aliases (beta, live)", id="several"
            ),
            pytest.param(Function(image=False), "give --code", id="a .zip that came from nowhere known"),
        ],
    )
    def test_a_function_of_which_it_is_not_known_what_serves(self, region, tmp_path, function, said):
        region.functions["greet"] = function
        fate, why = self.why(region, tmp_path, "functions/greet")
        assert (fate, said in why) == (Fate.SKIPPED, True)

    def test_of_several_aliases_the_named_one_is_taken(self, region, tmp_path):
        region.functions["greet"] = Function(aliases={"live": "4", "beta": "5"})
        assert self.why(region, tmp_path, "functions/greet", alias="live")[0] is Fate.WRITTEN
        assert self.why(region, tmp_path, "functions/greet", alias="none", force=True)[0] is Fate.SKIPPED


class TestTrouble:
    def test_throttles_are_waited_out(self, region, tmp_path):
        turn = iter(range(10_000))
        region.aws.throttled = lambda: next(turn) % 6 == 2
        assert set(fates(written(region, tmp_path)).values()) == {Fate.WRITTEN}
        assert region.aws.refused_as_too_many > 2

    def test_one_that_cannot_be_read_fails_alone_and_says_why(self, region, tmp_path):
        region.functions["greet"] = Function()
        region.aws.refusals["ListAliases"] = ("AccessDeniedException", "not for you")
        results = written(region, tmp_path, functions=True)
        [failed] = [result for result in results if result.fate is Fate.FAILED]
        assert (str(failed.item), "not for you" in failed.why[0]) == ("functions/greet", True)
        assert tally(results) == "3 written, 1 failed"

    def test_where_nothing_may_be_listed_nothing_is_begun(self, region, tmp_path):
        region.aws.refusals["ListClusters"] = ("AccessDeniedException", "not for you")
        with pytest.raises(GmctlError, match="may not call ecs:ListClusters"):
            written(region, tmp_path)

    def test_a_folder_that_cannot_be_written_is_told(self, region, tmp_path):
        (tmp_path / "prod").write_text("a file")
        assert fates(written(region, tmp_path))["prod/web"] is Fate.FAILED

    def test_an_account_with_nothing_in_it_is_no_error(self, tmp_path):
        assert tally(written(Region(), tmp_path)) == "nothing found"


class TestFolders:
    def named(self, *names: str) -> dict[str, str]:
        """Of targets ``CLUSTER/SERVICE`` or ``/FUNCTION``."""
        items = []
        for name in names:
            cluster, _, service = name.partition("/")
            kind = TargetKind.ECS if cluster else TargetKind.LAMBDA
            items.append(Item(kind=kind, cluster=cluster or None, name=service))
        return {str(item): str(folder) for item, folder in folders(items).items()}

    def test_names_that_differ_in_case_alone_do_not_share_one(self):
        found = self.named("prod/web", "prod/Web", "test/Web", "Test/x")
        assert found["prod/web"] == "prod/web"
        assert found["prod/Web"].startswith("prod/Web-")
        assert len({folder.casefold() for folder in found.values()}) == 4

    def test_a_cluster_named_functions_gives_way(self):
        assert self.named("/web") == {"functions/web": "functions/web"}
        found = self.named("functions/web", "Functions/web")
        assert all(folder.startswith(("functions-", "Functions-")) for folder in found.values())
        assert len({folder.casefold() for folder in found.values()}) == 2

    def test_the_same_names_have_the_same_folders_in_every_run(self):
        names = ("prod/web", "prod/Web", "/web", "functions/a")
        assert self.named(*names) == self.named(*reversed(names))


def test_the_summary_has_a_line_for_each_and_the_sum(region, tmp_path):
    region.functions["greet"] = Function(aliases={})
    results = written(region, tmp_path, functions=True)
    out = io.StringIO()
    print_all(Console(file=out, width=300), results, ("prod/web: wrong",), tmp_path)
    said = out.getvalue()
    assert "functions/greet" in said
    assert "It has no alias" in said
    assert "error: prod/web: wrong" in said
    assert "4 targets: 3 written, 1 skipped." in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--functions", "--cluster", "c", "--service", "s"), "go with --all"),
        (("--all", "--service", "s"), "--all goes with --cluster"),
        (("--all", "--code", "bucket"), "write s3://BUCKET/KEY"),
    ],
)
def test_options_that_do_not_go_together_are_refused(run, arguments, said):
    done = run("init", *arguments)
    assert (done.code, said in done.err) == (ExitCode.USAGE, True)
