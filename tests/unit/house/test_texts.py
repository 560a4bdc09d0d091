"""The tree names no machine and no registry, and its lock files say what is installed, not from where."""

from __future__ import annotations

import re

import pytest

# The forbidden words are put together here, or this file would hold them itself.
REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("python" + "hosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("proxy", "golang", "org"),
    )
]
MACHINE = re.compile(
    "|".join(
        (r"(?<![\w.~-])/" + "(?:work|root)" + r"(?:/|\b(?![\w.-]))", r"\.\./" + "shared", "/Users" + "/")
    )
)
LOCKS = ["core", "local", "dev", "build", "clients"]


def lines(root, files):
    for path in files:
        content = (root / path).read_bytes()
        if b"\0" not in content:
            for number, line in enumerate(content.decode().splitlines(), 1):
                yield f"{path}:{number}", line


def test_no_file_names_a_package_registry(root, files):
    named = [place for place, line in lines(root, files) if any(host in line for host in REGISTRIES)]
    assert named == []


def test_no_file_names_a_path_of_somebodys_machine(root, files):
    assert [f"{place}: {line.strip()}" for place, line in lines(root, files) if MACHINE.search(line)] == []


def test_no_file_holds_a_key(root, files):
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids."""
    key = re.compile(r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b|BEGIN [A-Z ]*PRIVATE" + " KEY")
    assert [place for place, line in lines(root, files) if key.search(line)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(root, name):
    text = (root / f"requirements/{name}.lock").read_text()
    requirements = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert requirements
    assert [entry for entry in requirements if "==" not in entry or "--hash=sha256:" not in entry] == []
    assert "://" not in text
    assert "index-url" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_every_lock_is_renewed_by_make_lock(root, name):
    assert f"-o requirements/{name}.lock" in (root / "Makefile").read_text()
