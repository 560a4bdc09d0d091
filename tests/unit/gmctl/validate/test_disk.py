"""Which files the given paths lead to, and what becomes of those that cannot be read."""

from __future__ import annotations

import os

import pytest

from gitmoxi.rendering.text import MAX_FILE_BYTES
from gitmoxi_gmctl.validate.disk import UnreadableError, find_files, read_file


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(*paths):
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("{}")
        return tmp_path

    return make


def found(*paths, any_json=False):
    return find_files(list(paths), any_json=any_json)


def test_a_tree_is_walked_and_files_are_told_by_their_suffixes(tree):
    tree("a/b/web_svcdef.json", "web_taskdef.json", "package.json", "README.md", "_svcdef.json")

    walked = found(".")

    assert list(walked.files) == ["web_taskdef.json", "a/b/web_svcdef.json"]
    assert sorted(walked.passed_over) == ["_svcdef.json", "package.json"]
    assert walked.unchecked == []


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ("a", "a/web_svcdef.json"),
        ("./a/", "a/web_svcdef.json"),
        ("a//web_svcdef.json", "a/web_svcdef.json"),
        ("a/../a", "a/../a/web_svcdef.json"),
    ],
)
def test_names_stay_as_they_were_given(tree, given, named):
    tree("a/web_svcdef.json")
    assert list(found(given).files) == [named]


def test_a_file_that_is_given_twice_is_taken_once(tree):
    folder = tree("a/web_svcdef.json")
    given = found("a/web_svcdef.json", ".", str(folder), "a/../a")
    assert list(given.files) == ["a/web_svcdef.json"]


@pytest.mark.parametrize("folder", [".git", "node_modules", "deep/node_modules"])
def test_folders_of_others_are_not_walked(tree, folder):
    tree(f"{folder}/x/web_svcdef.json")
    assert found(".").files == {}


def test_links_are_named_and_not_followed(tree):
    folder = tree("a/web_svcdef.json", "elsewhere/x.txt")
    (folder / "a/web_taskdef.json").symlink_to("web_svcdef.json")
    (folder / "a/loop").symlink_to("..")
    (folder / "a/notes.txt").symlink_to("gone")
    (folder / "a/itself").symlink_to("itself")

    walked = found("a")

    assert list(walked.files) == ["a/web_svcdef.json"]
    assert {(u.path, u.is_wrong) for u in walked.unchecked} == {
        ("a/web_taskdef.json", False),
        ("a/loop", False),
    }


def test_a_folder_that_is_given_may_be_a_link(tree):
    folder = tree("a/web_svcdef.json")
    (folder / "current").symlink_to("a")
    assert list(found("current").files) == ["current/web_svcdef.json"]


def test_a_given_file_must_have_a_name_that_tells_its_kind(tree):
    tree("package.json")
    (refused,) = found("package.json").unchecked
    assert refused.is_wrong
    assert "_lambdaeventsourcedef.json" in refused.reason
    assert "--as" in refused.reason


def test_with_a_stated_kind_every_name_will_do(tree):
    tree("a/package.json", "a/notes.txt", "odd.name")
    assert list(found("a", "odd.name", any_json=True).files) == ["a/package.json", "odd.name"]


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("gone_svcdef.json", "there is no such file or folder"),
        ("a/web_svcdef.json/x_svcdef.json", "a part of the path is no folder"),
        ("x" * 300 + "_svcdef.json", "its name is too long"),
        ("a\0_svcdef.json", "no file can have such a name"),
    ],
)
def test_what_is_not_there_is_told(tree, path, reason):
    tree("a/web_svcdef.json")
    (missing,) = found(path).unchecked
    assert (missing.path, missing.reason, missing.is_wrong) == (path, reason, True)


def test_a_name_that_is_no_text_is_refused(tree):
    folder = tree()
    (folder / os.fsdecode(b"\xff_svcdef.json")).write_text("{}")
    walked = found(".")
    assert walked.files == {}
    assert "no UTF-8" in walked.unchecked[0].reason


def test_a_folder_that_may_not_be_read_is_told(tree, monkeypatch):
    tree("open/web_svcdef.json", "shut/web_svcdef.json")
    scandir = os.scandir

    def guarded(path):
        if path == "shut":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    walked = found(".")
    assert list(walked.files) == ["open/web_svcdef.json"]
    assert [(u.path, u.reason) for u in walked.unchecked] == [("shut", "you may not read it")]


def test_no_more_is_read_than_may_be_rendered(tmp_path):
    file = tmp_path / "big_svcdef.json"
    file.write_bytes(b" " * (MAX_FILE_BYTES + 100))
    assert len(read_file(str(file))) == MAX_FILE_BYTES + 1


def test_a_pipe_is_not_waited_for(tmp_path):
    pipe = tmp_path / "web_svcdef.json"
    os.mkfifo(pipe)
    with pytest.raises(UnreadableError, match="no regular file"):
        read_file(str(pipe))


def test_a_link_is_not_read(tmp_path):
    (tmp_path / "real.json").write_text("{}")
    link = tmp_path / "link.json"
    link.symlink_to("real.json")
    with pytest.raises(UnreadableError, match="symbolic link"):
        read_file(str(link))


@pytest.mark.parametrize("any_json", [False, True])
def test_a_file_that_is_given_may_be_no_link(tree, any_json):
    folder = tree("a/web_svcdef.json")
    (folder / "link_svcdef.json").symlink_to("a/web_svcdef.json")
    found = find_files(["link_svcdef.json"], any_json=any_json)
    assert found.files == {}
    assert [(each.path, each.is_wrong) for each in found.unchecked] == [("link_svcdef.json", True)]
