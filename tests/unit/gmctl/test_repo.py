"""``gmctl repo``: add, get, delete."""

from __future__ import annotations

from tests.unit.api.stage import REPOSITORY, URL

ARN = "arn:aws:ssm:eu-west-1:111122223333:parameter/gitmoxi/token"


def test_a_repository_is_added_shown_and_deleted(gmctl):
    added = gmctl(
        "repo", "add", "-r", f"{URL}.git", "-b", "main", "-b", "release/1", "-a", ARN, "--path", "prod/**"
    )
    assert (added.code, added.err) == (0, "")
    assert added.out == f"{URL} is registered with main, release/1 ({REPOSITORY})\n"
    shown = gmctl("repo", "get")
    for text in (URL, "main, release/1", ARN, "prod/**", REPOSITORY):
        assert text in shown.out
    deleted = gmctl("repo", "delete", "-r", URL)
    assert (deleted.code, deleted.out) == (0, f"{URL} is forgotten; what it deployed stays as it is\n")
    assert "No repository is registered: gmctl repo add" in gmctl("repo", "get").out


def test_one_repository_is_shown_by_url_or_id(gmctl, given, world):
    given(world.register())
    for name in (URL, REPOSITORY):
        assert URL in gmctl("repo", "get", "-r", name).out
    missing = gmctl("repo", "get", "-r", "https://git.example.com/other")
    assert missing.code == 1
    assert "is registered" in missing.err


def test_json_is_what_the_api_says(gmctl, given, world):
    given(world.register())
    shown = gmctl("repo", "get", "--output", "json")
    assert shown.json == {
        "repositories": [
            {
                "id": REPOSITORY,
                "url": URL,
                "branches": ["main"],
                "path_globs": [],
                "max_deletes": None,
                "token_arn": None,
                "registered_at": "2026-11-22T09:00:00Z",
            }
        ]
    }


def test_adding_it_with_other_settings_is_refused(gmctl, given, world):
    given(world.register())
    added = gmctl("repo", "add", "-r", URL, "-b", "develop")
    assert added.code == 1
    assert added.err.startswith(f"gmctl: {URL} is registered with other settings (branches: main)")
    assert added.out == ""


def test_a_url_that_is_none_is_refused_in_words(gmctl):
    added = gmctl("repo", "add", "-r", "git@github.com:a/b", "-b", "main")
    assert added.code == 1
    assert "use https://host/path" in added.err
    assert gmctl("repo", "delete", "-r", "git@github.com:a/b").code == 2


def test_credentials_are_refused_and_not_repeated(gmctl):
    password = "canary-" + "x" * 8
    added = gmctl("repo", "add", "-r", f"https://user:{password}@git.example.com/a", "-b", "main")
    assert added.code == 1
    assert "carries credentials" in added.err
    assert password not in added.err + added.out


def test_the_deletions_of_a_commit_can_be_limited(gmctl):
    added = gmctl("repo", "add", "-r", URL, "-b", "main", "--max-deletes", "0")
    assert added.code == 0
    assert gmctl("repo", "get", "--output", "json").json["repositories"][0]["max_deletes"] == 0
    assert gmctl("repo", "add", "-r", URL, "-b", "main", "--max-deletes", "1").code == 1
