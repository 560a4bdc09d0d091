"""``gmctl init`` at the shell: options that belong together, credentials, regions, what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.export.files import ExportedFile, ExportedFiles
from gitmoxi_gmctl.init.reading import Export
from gitmoxi_gmctl.init.run import print_export


@pytest.fixture(autouse=True)
def _nobody(monkeypatch, tmp_path):
    """No credentials and no region but those that a test gives."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param((), "Say what to read: --cluster and --service, or --function, or --all.", id="nothing"),
        pytest.param(("--cluster", "c"), "Say what to read", id="a cluster alone"),
        pytest.param(("--service", "s"), "Say what to read", id="a service alone"),
        pytest.param(
            ("--cluster", "c", "--service", "s", "--function", "f"), "Say what to read", id="both kinds"
        ),
        pytest.param(
            ("--cluster", "c", "--service", "s", "--alias", "a"), "are for functions", id="a service's alias"
        ),
        pytest.param(("--function", "f"), "No region is set: give --region", id="no region"),
        pytest.param(
            ("--function", "f", "--profile", "nobody"),
            "The config profile (nobody) could not be found",
            id="no such profile",
        ),
    ],
)
def test_wrong_usage_is_told_in_one_sentence(run, arguments, text):
    ran = run("init", *arguments)
    assert ran.code == 2
    assert text in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_without_credentials_nothing_is_read(run, monkeypatch, name):
    monkeypatch.setenv(name, "eu-central-1")
    ran = run("init", "--function", "f")
    assert (ran.code, ran.out) == (1, "")
    assert "There are no AWS credentials" in ran.err


def export(**other) -> Export:
    files = (ExportedFile(kind=FileKind.SVCDEF, text="{}\n"),)
    return Export(name="web", subject="ECS service web", exported=ExportedFiles(files=files, **other))


def said(told: Export) -> str:
    console = Console(width=200, record=True, file=None, force_terminal=False)
    with console.capture() as capture:
        print_export(console, told, [Path("my files/web_svcdef.json")], Path("my files"))
    return capture.get()


def test_what_was_written_and_what_to_type_next():
    text = said(export())
    assert "  my files/web_svcdef.json\n" in text
    assert "The first dry run is going to show no difference." in text
    assert "gmctl validate 'my files'" in text
    assert "git add 'my files/web_svcdef.json'" in text


def test_notes_and_differences_are_shown():
    text = said(export(notes=("desiredCount is left out",), first_run=("alias live: (none) → new",)))
    assert "note: desiredCount is left out\n" in text
    assert "The first dry run is going to show:\n  alias live: (none) → new\n" in text
    assert "no difference" not in text
