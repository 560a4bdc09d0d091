"""What the pages promise is there: files that are linked, make targets, commands of gmctl."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from gitmoxi_gmctl.main import app

LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```", re.MULTILINE | re.DOTALL)
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)


@pytest.fixture(scope="session")
def pages(root, files):
    return {path: (root / path).read_text() for path in files if path.suffix == ".md"}


@pytest.fixture(scope="session")
def targets(root):
    return set(TARGET.findall((root / "Makefile").read_text()))


def shown_commands(text: str) -> Iterator[list[str]]:
    """The commands of a page's shell blocks, one list of words each."""
    for block in BLOCK.findall(text):
        pending = ""
        for line in block.replace("\\\n", " ").splitlines():
            pending += line.removeprefix("$ ") if not pending else f"\n{line}"
            try:
                words = shlex.split(pending, comments=True)
            except ValueError:
                continue  # a quotation goes on in the next line
            pending = ""
            if words:
                yield words
        assert not pending, f"a quotation is not closed: {pending}"


def is_understood(words: list[str]) -> bool:
    """Whether gmctl has the command and takes its options."""
    return CliRunner().invoke(app, [*words, "--help"]).exit_code == 0


def test_every_link_within_the_project_leads_somewhere(root, pages):
    broken = [
        f"{page}: {link}"
        for page, text in pages.items()
        for link in LINK.findall(text)
        if "://" not in link
        and not link.startswith(("#", "mailto:"))
        and not (root / page.parent / unquote(link.partition("#")[0])).exists()
    ]
    assert broken == []


def test_every_make_command_on_a_page_is_a_target(pages, targets):
    asked = {
        f"{page}: make {word}"
        for page, text in pages.items()
        for words in shown_commands(text)
        if words[0] == "make"
        for word in words[1:]
        if "=" not in word and word not in targets
    }
    assert asked == set()


def test_every_gmctl_command_on_a_page_exists(pages):
    wrong = [
        f"{page}: {shlex.join(words)}"
        for page, text in pages.items()
        for words in shown_commands(text)
        if Path(words[0]).name == "gmctl" and not is_understood(words[1:])
    ]
    assert wrong == []


def test_every_make_target_says_what_it_does(root, targets):
    lines = (root / "Makefile").read_text().splitlines()
    described = {line.partition(":")[0] for line in lines if "##" in line}
    assert targets - described == set()


@pytest.mark.parametrize("number", range(1, 7))
def test_decisions_are_numbered_without_gaps(root, number):
    assert len(list((root / "docs/adr").glob(f"{number:04}-*.md"))) == 1


def test_every_decision_has_its_three_parts(root):
    for page in (root / "docs/adr").glob("0*.md"):
        headings = re.findall(r"^## (\w+)", page.read_text(), re.MULTILINE)
        assert headings[:3] == ["Context", "Decision", "Consequences"], page.name
