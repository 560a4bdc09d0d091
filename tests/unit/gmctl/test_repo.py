"""``gmctl repo``: add, get, update, delete."""

from __future__ import annotations

import asyncio
import io
from typing import Any

import pytest

from gitmoxi.domain.feedback import NotificationKind, NotificationTarget
from gitmoxi.domain.records import Branch, Ownership
from gitmoxi.ports.ledger import PutBranch, PutOwnership
from tests.unit.api.stage import ECS, FUNCTION, REPOSITORY, SHA, URL

ARN = "arn:aws:ssm:eu-west-1:111122223333:parameter/gitmoxi/token"


def test_a_repository_is_added_shown_and_deleted(gmctl):
    added = gmctl(
        "repo", "add", "-r", f"{URL}.git", "-b", "main", "-b", "release/1", "-a", ARN, "--path", "prod/**"
    )
    assert (added.code, added.err) == (0, "")
    assert added.out == f"{URL} is registered with main, release/1 ({REPOSITORY})\n"
    shown = gmctl("repo", "get")
    for text in (URL, "main, release/1", "token", "prod/**", REPOSITORY):
        assert text in shown.out
    assert ARN in gmctl("repo", "get", "-r", URL).out
    deleted = gmctl("repo", "delete", "-r", URL, "--yes")
    assert (deleted.code, deleted.out) == (0, f"{URL} is forgotten. Nothing in AWS is deleted.\n")
    assert "No repository is registered: gmctl repo add" in gmctl("repo", "get").out


def test_one_repository_is_shown_by_url_or_id(gmctl, given, world):
    given(world.register())
    for name in (URL, REPOSITORY):
        assert URL in gmctl("repo", "get", "-r", name).out
    missing = gmctl("repo", "get", "-r", "https://git.example.com/other")
    assert missing.code == 1
    assert "https://git.example.com/other is not registered: gmctl repo get" in missing.err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        pytest.param(("-r", "http://git.example.com/shop", "-b", "main"), "--repository", id="url"),
        pytest.param(("-r", URL, "-b", "a..b"), "--branch", id="branch"),
        pytest.param(("-r", URL, "-b", "main", "--path", "/prod"), "--path", id="path"),
    ],
)
def test_what_the_api_refuses_is_named_as_it_was_typed(gmctl, arguments, option):
    refused = gmctl("repo", "add", *arguments)
    assert refused.code != 0
    assert f"{option}:" in refused.err
    assert "body." not in refused.err


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
                "baseline": False,
                "webhook_secret_arn": None,
                "provider": None,
                "feedback": False,
                "notifications": [],
                "registered_at": "2026-11-22T09:00:00Z",
                "revision": 1,
                "branch_details": [],
                "health": None,
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
    assert gmctl("repo", "delete", "--yes", "-r", "git@github.com:a/b").code == 2


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


SECRET = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/hook-a1b2c3"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:deployments"
HOOK = "https://hooks.example.com/gitmoxi"


def stored(world) -> Any:
    return asyncio.run(world.ledger.repository(REPOSITORY))


async def owns(world, branch: str, *targets: Any) -> None:
    """The branch was processed, and its files own targets."""
    known = Branch(repository_id=REPOSITORY, name=branch, seq=4, last_processed=SHA)
    owned = [
        PutOwnership(ownership=Ownership(repository_id=REPOSITORY, branch=branch, prefix=t.name, target=t))
        for t in targets
    ]
    await world.ledger.transact([PutBranch(branch=known, expected_seq=0), *owned])


class TestAdding:
    def test_every_setting_has_an_option(self, gmctl, world):
        added = gmctl(
            *("repo", "add", "-r", URL, "-b", "main", "-a", ARN, "--path", "prod/**", "--baseline"),
            *("--webhook-secret", SECRET, "--provider", "gitlab", "--feedback", "--max-deletes", "3"),
            *("--notify", f"sns={TOPIC}", "--notify", f"webhook={HOOK},{SECRET}", "--by", "ada"),
        )
        assert (added.code, added.err) == (0, "")
        kept = stored(world)
        assert (kept.token_arn, kept.path_globs, kept.baseline, kept.feedback) == (
            ARN,
            ("prod/**",),
            True,
            True,
        )
        assert (kept.webhook_secret_arn, kept.provider, kept.max_deletes) == (SECRET, "gitlab", 3)
        assert kept.notifications == (
            NotificationTarget(kind=NotificationKind.SNS, address=TOPIC),
            NotificationTarget(kind=NotificationKind.WEBHOOK, address=HOOK, secret_arn=SECRET),
        )
        assert "ada asked to register" in gmctl("event", "list").out

    def test_the_webhook_s_address_is_printed(self, gmctl, endpoint):
        added = gmctl(
            "repo", "add", "-r", URL, "-b", "main", "--webhook-secret", SECRET, "--provider", "github"
        )
        assert f"Enter this webhook at github: {endpoint}/v1/webhooks/github/{REPOSITORY}\n" in added.out

    def test_of_a_host_that_nobody_told_both_addresses_are_printed(self, gmctl):
        added = gmctl("repo", "add", "-r", URL, "-b", "main", "--webhook-secret", SECRET)
        for host in ("github", "gitlab"):
            assert f"/v1/webhooks/{host}/{REPOSITORY}" in added.out

    def test_a_baseline_says_what_comes_next(self, gmctl):
        added = gmctl("repo", "add", "-r", URL, "-b", "main", "--baseline")
        assert f"gmctl commit deploy -r {URL} -b main --wait\n" in added.out
        assert f"gmctl commit baseline -r {URL} -b main\n" in added.out

    @pytest.mark.parametrize("text", ["sns", "sns=", "=x", "webhook=https://h/,"])
    def test_a_channel_that_is_written_otherwise_is_refused_with_the_spelling(self, gmctl, text):
        added = gmctl("repo", "add", "-r", URL, "-b", "main", "--notify", text)
        assert added.code == 2
        assert "KIND=ADDRESS" in added.err

    def test_the_api_s_reason_is_told(self, gmctl):
        added = gmctl("repo", "add", "-r", URL, "-b", "main", "--feedback")
        assert added.code == 1
        assert "add the provider, github or gitlab" in added.err


@pytest.mark.parametrize("command", ["add", "update"])
def test_the_help_spells_secrets_as_they_are_typed(run, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "200")
    told = run("repo", command, "--help").out
    assert "ARN:JSON_KEY::" in told
    assert "ARN#JSON_KEY" in told


class TestUpdating:
    @pytest.fixture(autouse=True)
    def registered(self, given, world) -> None:
        given(world.register(branches=("main", "next"), path_globs=("prod/**",), token_arn=ARN))

    def test_branches_come_and_go_and_what_changed_is_printed(self, gmctl, world):
        done = gmctl("repo", "update", "-r", URL, "--add-branch", "release/1", "--remove-branch", "next")
        assert done.code == 0
        assert done.out == (
            f"{URL} is changed:\n  branches        main, next → main, release/1\nNothing in AWS is deleted.\n"
        )
        assert stored(world).branches == ("main", "release/1")

    def test_the_targets_of_a_branch_that_goes_are_counted(self, gmctl, given, world):
        given(owns(world, "next", ECS, FUNCTION))
        done = gmctl("repo", "update", "-r", URL, "--remove-branch", "next")
        assert "Nothing in AWS is deleted: 2 targets run on as orphans (gmctl orphan list)." in done.out

    def test_paths_are_replaced_or_cleared(self, gmctl, world):
        replaced = gmctl("repo", "update", "-r", URL, "--path", "test/**", "--path", "dev/**")
        assert "  paths           prod/** → test/**, dev/**\n" in replaced.out
        assert (
            "  paths           test/**, dev/** → all\n"
            in gmctl("repo", "update", "-r", URL, "--clear-path").out
        )
        assert stored(world).path_globs == ()

    def test_channels_come_and_go_by_kind_and_address(self, gmctl, world):
        gmctl("repo", "update", "-r", URL, "--add-notify", f"sns={TOPIC}", "--add-notify", f"webhook={HOOK}")
        gmctl("repo", "update", "-r", URL, "--add-notify", f"webhook={HOOK},{SECRET}")
        assert [item.secret_arn for item in stored(world).notifications] == [None, SECRET]
        gmctl("repo", "update", "-r", URL, "--remove-notify", f"webhook={HOOK}")
        assert [item.address for item in stored(world).notifications] == [TOPIC]
        gmctl("repo", "update", "-r", URL, "--clear-notify")
        assert stored(world).notifications == ()

    def test_everything_else_is_set_and_cleared(self, gmctl, world):
        gmctl(
            *("repo", "update", "-r", URL, "--max-deletes", "0", "--baseline", "--webhook-secret", SECRET),
            *("--provider", "github", "--feedback"),
        )
        kept = stored(world)
        assert (kept.max_deletes, kept.baseline, kept.webhook_secret_arn) == (0, True, SECRET)
        assert (kept.provider, kept.feedback) == ("github", True)
        gmctl(
            *("repo", "update", "-r", URL, "--clear-max-deletes", "--no-baseline", "--clear-webhook-secret"),
            *("--clear-provider", "--no-feedback", "--clear-token"),
        )
        kept = stored(world)
        assert (kept.max_deletes, kept.baseline, kept.webhook_secret_arn) == (None, False, None)
        assert (kept.provider, kept.feedback, kept.token_arn) == (None, False, None)

    def test_what_is_so_already_changes_nothing(self, gmctl, world):
        done = gmctl("repo", "update", "-r", URL, "--add-branch", "main", "--path", "prod/**")
        assert (done.code, done.out) == (0, f"{URL} is registered like this already: nothing changes.\n")
        assert stored(world).revision == 1

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            pytest.param((), "say what, as in --add-branch NAME", id="nothing asked"),
            pytest.param(("--remove-branch", "nxt"), "registered are: main, next", id="a branch unknown"),
            pytest.param(
                ("--remove-branch", "main", "--remove-branch", "next"),
                "gmctl repo delete -r",
                id="all branches",
            ),
            pytest.param(
                ("--add-branch", "x", "--remove-branch", "x"), "added and removed at once", id="both ways"
            ),
            pytest.param(("--path", "x/**", "--clear-path"), "cleared and set at once", id="set and cleared"),
            pytest.param(("--remove-notify", f"sns={TOPIC}"), "registered are: none", id="a channel unknown"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_changes_nothing(self, gmctl, world, arguments, message):
        done = gmctl("repo", "update", "-r", URL, *arguments)
        assert (done.code, done.out) == (2, "")
        assert message in done.err
        assert stored(world).revision == 1

    def test_of_two_people_at_once_neither_loses_a_branch(self, gmctl, world, monkeypatch):
        """Somebody else adds a branch between our read and our change."""
        real = world.ledger.ownerships
        meanwhile = [True]

        async def ownerships(repository_id: str, branch: str) -> Any:
            if meanwhile:
                meanwhile.clear()
                await world.register(branches=("main", "next", "theirs"), token_arn=ARN)
            return await real(repository_id, branch)

        monkeypatch.setattr(world.ledger, "ownerships", ownerships)
        done = gmctl("repo", "update", "-r", URL, "--add-branch", "ours")
        assert done.code == 0
        assert stored(world).branches == ("main", "next", "theirs", "ours")
        assert "main, next, theirs → main, next, theirs, ours" in done.out


class TestShowing:
    def test_the_list_fits_and_the_page_has_everything(self, gmctl, given, world, monkeypatch):
        channel = NotificationTarget(kind=NotificationKind.WEBHOOK, address=HOOK, secret_arn=SECRET)
        given(world.register(token_arn=ARN, baseline=True, notifications=(channel,)))
        given(owns(world, "main", ECS))
        monkeypatch.setenv("COLUMNS", "120")
        assert "baseline, token, notifies 1" in gmctl("repo", "get").out
        page = gmctl("repo", "get", "-r", URL).out
        for text in (ARN, f"webhook={HOOK}, signed with {SECRET}", "the installation's limits", SHA[:12]):
            assert text in page
        assert page.splitlines()[-1].split() == ["main", SHA[:12], "4", "1"]


class TestForgetting:
    @pytest.fixture(autouse=True)
    def registered(self, given, world) -> None:
        given(world.register())
        given(owns(world, "main", ECS, FUNCTION))

    def test_scripts_say_yes_and_hear_what_becomes_of_the_targets(self, gmctl, world):
        done = gmctl("repo", "delete", "-r", URL, "--yes", "--by", "ada")
        assert done.out == (
            f"{URL} is forgotten. Nothing in AWS is deleted: 2 targets run on as orphans "
            "(gmctl orphan list).\n"
        )
        assert stored(world) is None
        assert "ada asked to forget" in gmctl("event", "list").out

    def test_where_nobody_can_be_asked_nothing_is_forgotten(self, gmctl, world):
        done = gmctl("repo", "delete", "-r", URL)
        assert done.code == 2
        assert "add --yes" in done.err
        assert stored(world) is not None

    @pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1)], ids=["yes", "no"])
    def test_on_a_terminal_it_is_asked(self, gmctl, world, monkeypatch, answer, code):
        terminal = io.StringIO(f"{answer}\n")
        monkeypatch.setattr(terminal, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", terminal)
        done = gmctl("repo", "delete", "-r", URL)
        assert done.code == code
        assert "2 targets run on as orphans" in done.err
        assert (stored(world) is None) is (code == 0)
