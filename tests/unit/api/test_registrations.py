"""What a registration may say, how it is changed, and what that means for its targets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gitmoxi.domain.feedback import GitProvider, NotificationKind, NotificationTarget
from gitmoxi.domain.records import Ownership
from gitmoxi.ports.ledger import PutOwnership
from tests.unit.api.stage import ECS, FUNCTION, REPOSITORY, URL

PATH = f"/v1/repositories/{REPOSITORY}"
GITHUB = "https://github.com/acme/shop"
TOKEN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/token-a1b2c3"
SIGNING = "arn:aws:ssm:eu-west-1:111122223333:parameter/shop/signing"
TOPIC = "arn:aws:sns:eu-west-1:111122223333:deployments"
CHANNELS = [
    {"kind": "sns", "address": TOPIC, "secret_arn": None},
    {"kind": "webhook", "address": "https://hooks.example.com/gitmoxi", "secret_arn": SIGNING},
    {"kind": "slack", "address": f"{TOKEN}:url::", "secret_arn": None},
]


def registration(**changes: Any) -> dict[str, Any]:
    return {"url": GITHUB, "branches": ["main"]} | changes


async def owned(stage, branch: str, target: Any, prefix: str = "prod/web") -> None:
    item = Ownership(repository_id=REPOSITORY, branch=branch, prefix=prefix, target=target)
    await stage.ledger.transact([PutOwnership(ownership=item)])


class TestAdding:
    async def test_every_setting_is_kept_and_shown(self, api):
        settings = {
            "token_arn": f"{TOKEN}:token::",
            "path_globs": ["prod/**"],
            "max_deletes": 3,
            "baseline": True,
            "webhook_secret_arn": f"{SIGNING}#key",
            "provider": "gitlab",
            "feedback": True,
            "notifications": CHANNELS,
        }
        answer = await api.post("/v1/repositories", json={"url": URL, "branches": ["main"]} | settings)
        assert answer.status_code == 201
        assert {name: answer.json()[name] for name in settings} == settings

    @pytest.mark.parametrize(
        ("url", "provider"),
        [
            pytest.param(GITHUB, "github", id="GitHub"),
            pytest.param("https://gitlab.com/acme/shop", "gitlab", id="GitLab"),
            pytest.param(
                "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop", "codecommit", id="CodeCommit"
            ),
            pytest.param(URL, None, id="a host of their own"),
        ],
    )
    async def test_the_url_tells_the_kind_of_host(self, api, url, provider):
        answer = await api.post("/v1/repositories", json=registration(url=url))
        assert answer.json()["provider"] == provider

    async def test_the_same_again_changes_nothing_and_leaves_no_second_entry(self, api, stage):
        body = registration(notifications=CHANNELS, by="ada")
        assert (await api.post("/v1/repositories", json=body)).status_code == 201
        again = await api.post("/v1/repositories", json=body | {"notifications": CHANNELS[::-1]})
        assert (again.status_code, again.json()["revision"]) == (200, 1)
        assert len(await stage.ledger.audit(10)) == 1

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            pytest.param({"url": URL, "feedback": True}, "add the provider", id="feedback to whom"),
            pytest.param({"feedback": True}, "needs an access token", id="feedback without token"),
            pytest.param(
                {
                    "url": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop",
                    "webhook_secret_arn": SIGNING,
                },
                "CodeCommit sends no webhooks",
                id="a host without webhooks",
            ),
            pytest.param({"provider": "bitbucket"}, "'github', 'gitlab' or 'codecommit'", id="unknown host"),
            pytest.param({"webhook_secret_arn": "hush"}, "no ARN of a secret", id="the secret itself"),
        ],
    )
    async def test_settings_that_do_not_go_together_are_refused_in_words(self, api, change, message):
        answer = await api.post("/v1/repositories", json=registration() | change)
        assert answer.status_code == 422
        assert message in answer.json()["detail"]

    async def test_codecommit_needs_no_token_for_feedback(self, api):
        url = "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/shop"
        answer = await api.post("/v1/repositories", json=registration(url=url, feedback=True))
        assert (answer.status_code, answer.json()["feedback"]) == (201, True)

    @pytest.mark.parametrize(
        ("channel", "message"),
        [
            pytest.param({"kind": "sns", "address": "deployments"}, "a topic's ARN", id="a topic's name"),
            pytest.param({"kind": "sns", "address": f"{TOPIC}.fifo"}, "FIFO topics", id="a FIFO topic"),
            pytest.param(
                {"kind": "sns", "address": TOPIC, "secret_arn": SIGNING}, "only webhooks", id="a signed topic"
            ),
            pytest.param(
                {"kind": "webhook", "address": "http://hooks.example.com"}, "an https URL", id="no encryption"
            ),
            pytest.param({"kind": "webhook", "address": "https://"}, "an https URL", id="no host"),
            pytest.param({"kind": "webhook", "address": "https://h:port/"}, "an https URL", id="no port"),
            pytest.param(
                {"kind": "webhook", "address": "https://hooks.example.com/a b"}, "an https URL", id="a space"
            ),
            pytest.param(
                {"kind": "webhook", "address": "https://h.example.com/?key=canary-xx"},
                "carries no credentials",
                id="a key behind a question mark",
            ),
            pytest.param(
                {"kind": "webhook", "address": "https://ada:canary-xx@h.example.com/"},
                "carries no credentials",
                id="a password",
            ),
            pytest.param(
                {"kind": "webhook", "address": "https://hooks.slack.com/services/T0/B0/canary-xx"},
                "slack=ARN_OF_THE_SECRET",
                id="Slack's URL as a webhook",
            ),
            pytest.param(
                {"kind": "slack", "address": "https://hooks.slack.com/services/T0/B0/canary-xx"},
                "never the URL itself",
                id="Slack's URL itself",
            ),
            pytest.param(
                {"kind": "webhook", "address": "https://h.example.com/", "secret_arn": "canary-xx"},
                "no ARN of a secret",
                id="the key itself",
            ),
            pytest.param({"kind": "pager", "address": "x"}, "'sns', 'webhook' or 'slack'", id="unknown kind"),
        ],
    )
    async def test_threat_channels_an_address_never_holds_a_secret_and_none_is_repeated(
        self, api, channel, message
    ):
        answer = await api.post("/v1/repositories", json=registration(notifications=[channel]))
        assert answer.status_code == 422
        assert message in answer.json()["detail"]
        assert "canary" not in answer.text


class TestChanging:
    async def test_what_is_absent_stays_and_null_goes_back_to_the_default(self, api, stage):
        await stage.register(token_arn=TOKEN, path_globs=("prod/**",), max_deletes=2, baseline=True)

        answer = await api.patch(PATH, json={"token_arn": None, "max_deletes": None, "baseline": None})

        assert answer.status_code == 200
        stored = await stage.ledger.repository(REPOSITORY)
        assert (stored.token_arn, stored.max_deletes, stored.baseline) == (None, None, False)
        assert (stored.branches, stored.path_globs) == (("main",), ("prod/**",))
        assert (answer.json()["revision"], answer.headers["etag"]) == (2, '"2"')

    async def test_every_setting_can_be_changed(self, api, stage):
        await stage.register()
        settings = {
            "branches": ["main", "next"],
            "token_arn": TOKEN,
            "path_globs": ["prod/**", "test/**"],
            "max_deletes": 0,
            "baseline": True,
            "webhook_secret_arn": SIGNING,
            "provider": "github",
            "feedback": True,
            "notifications": CHANNELS,
        }
        answer = await api.patch(PATH, json=settings)
        assert {name: answer.json()[name] for name in settings} == settings
        stored = await stage.ledger.repository(REPOSITORY)
        assert stored.provider is GitProvider.GITHUB
        assert stored.notifications[0] == NotificationTarget(kind=NotificationKind.SNS, address=TOPIC)

    async def test_a_provider_that_is_taken_back_is_what_the_url_tells(self, api):
        made = (await api.post("/v1/repositories", json=registration(provider="gitlab"))).json()
        changed = await api.patch(f"/v1/repositories/{made['id']}", json={"provider": None})
        assert changed.json()["provider"] == "github"

    async def test_a_change_that_changes_nothing_is_no_new_revision(self, api, stage):
        await stage.register(token_arn=TOKEN)
        answer = await api.patch(PATH, json={"token_arn": TOKEN, "by": "ada"})
        assert (answer.status_code, answer.json()["revision"]) == (200, 1)
        assert await stage.ledger.audit(10) == []

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            pytest.param({"branches": None}, "at least one", id="branches taken back"),
            pytest.param({"branches": []}, "at least 1 item", id="no branch"),
            pytest.param({"url": URL}, "not permitted", id="another URL"),
            pytest.param({"feedback": True}, "add the provider", id="feedback to whom"),
        ],
    )
    async def test_a_wrong_change_is_refused_as_a_whole(self, api, stage, change, message):
        await stage.register()
        answer = await api.patch(PATH, json={"max_deletes": 5} | change)
        assert answer.status_code == 422
        assert message in answer.json()["detail"]
        assert (await stage.ledger.repository(REPOSITORY)).max_deletes is None

    async def test_feedback_does_not_outlive_its_token(self, api, stage):
        await stage.register(token_arn=TOKEN, provider=GitProvider.GITHUB, feedback=True)
        answer = await api.patch(PATH, json={"token_arn": None})
        assert answer.status_code == 422
        assert "or switch feedback off" in answer.json()["detail"]

    async def test_nobody_changes_what_is_not_registered(self, api):
        assert (await api.patch(PATH, json={"max_deletes": 1})).status_code == 404


class TestTwoAtOnce:
    async def test_who_read_an_older_state_is_told_to_read_again(self, api, stage):
        await stage.register()
        read = (await api.get(PATH)).headers["etag"]
        await api.patch(PATH, json={"max_deletes": 1})

        late = await api.patch(PATH, json={"branches": ["next"]}, headers={"If-Match": read})

        assert late.status_code == 412
        assert "Read it again" in late.json()["detail"]
        assert (await stage.ledger.repository(REPOSITORY)).branches == ("main",)

    async def test_who_read_the_newest_state_changes_it(self, api, stage):
        await stage.register()
        etag = (await api.get(PATH)).headers["etag"]
        answer = await api.patch(PATH, json={"max_deletes": 1}, headers={"If-Match": etag})
        assert answer.status_code == 200

    async def test_who_loses_the_race_of_the_write_loses_nothing_of_the_winner(self, api, stage):
        await stage.register(branches=("main", "next"))
        await owned(stage, "next", ECS)
        real = stage.ledger.ownerships

        async def meanwhile(repository_id: str, branch: str) -> Any:
            """Somebody else writes between our read and our write."""
            stage.ledger.ownerships = real
            known = await stage.ledger.repository(REPOSITORY)
            winner = replace(known, max_deletes=7, revision=known.revision + 1)
            await stage.ledger.put_repository(winner, expected_revision=known.revision)
            return await real(repository_id, branch)

        stage.ledger.ownerships = meanwhile
        answer = await api.patch(PATH, json={"branches": ["main"]})

        assert answer.status_code == 409
        stored = await stage.ledger.repository(REPOSITORY)
        assert (stored.branches, stored.max_deletes) == (("main", "next"), 7)
        assert await stage.ledger.orphans() == []

    @pytest.mark.parametrize(
        ("branches", "status"), [(["main"], 200), (["next"], 409)], ids=["alike", "otherwise"]
    )
    async def test_of_two_who_register_it_at_once_one_finds_it_registered(self, api, stage, branches, status):
        real = stage.ledger.repository

        async def not_yet(repository_id: str) -> None:
            """Somebody else registers it right after our look."""
            stage.ledger.repository = real
            await stage.register()

        stage.clock.advance(1)
        stage.ledger.repository = not_yet
        answer = await api.post("/v1/repositories", json=registration(url=URL, branches=branches))

        assert answer.status_code == status
        assert (await stage.ledger.repository(REPOSITORY)).branches == ("main",)


class TestBranches:
    async def test_the_targets_of_a_removed_branch_are_orphans_with_the_reason(self, api, stage):
        await stage.register(branches=("main", "next"))
        await owned(stage, "main", FUNCTION, "prod/resize")
        await owned(stage, "next", ECS)
        await api.patch(PATH, json={"branches": ["main"]})
        (orphan,) = await stage.ledger.orphans()
        assert (orphan.target, orphan.claim.branch) == (ECS, "next")
        assert orphan.because == f"next of {URL} is registered no longer."

    async def test_a_branch_that_is_back_takes_its_targets_out_of_the_orphans(self, api, stage):
        await stage.register(branches=("main", "next"))
        await owned(stage, "next", ECS)
        await api.patch(PATH, json={"branches": ["main"]})
        await api.patch(PATH, json={"branches": ["main", "next"]})
        assert await stage.ledger.orphans() == []

    async def test_what_a_dead_api_left_among_the_orphans_is_taken_out_by_the_next_request(self, api, stage):
        """It died between the orphans and the registration."""
        await stage.register(branches=("main", "next"))
        await owned(stage, "next", ECS)

        async def dies(*_: object, **__: object) -> None:
            raise ConnectionResetError

        real, stage.ledger.put_repository = stage.ledger.put_repository, dies
        assert (await api.patch(PATH, json={"branches": ["main"]})).status_code == 500
        assert len(await stage.ledger.orphans()) == 1
        stage.ledger.put_repository = real

        await api.patch(PATH, json={})

        assert await stage.ledger.orphans() == []

    async def test_branches_say_how_far_they_are_and_what_they_own(self, api, stage):
        await stage.register(branches=("main", "next"))
        await owned(stage, "next", ECS)
        answer = await api.get(PATH)
        assert answer.json()["branch_details"] == [
            {"name": "main", "seq": 0, "last_processed": None, "target_count": 0},
            {"name": "next", "seq": 0, "last_processed": None, "target_count": 1},
        ]


class TestAudit:
    async def test_who_did_what_is_found_again(self, api, stage):
        body = registration(url=URL, token_arn=TOKEN, by="ada")
        await api.post("/v1/repositories", json=body)
        await api.patch(PATH, json={"branches": ["main", "next"], "token_arn": None, "by": "grace"})
        await api.delete(PATH, params={"by": "linus"})
        entries = (await api.get("/v1/events")).json()["events"]
        assert [(item["kind"], item["details"]["by"]) for item in entries] == [
            ("repository.forgotten", "linus"),
            ("repository.updated", "grace"),
            ("repository.registered", "ada"),
        ]
        assert entries[1]["summary"] == (
            f"grace asked to change {URL}: branches: main → main, next; token_arn: {TOKEN} → none"
        )
        assert entries[2]["summary"] == (f"ada asked to register {URL} (branches: main; token_arn: {TOKEN})")

    async def test_who_is_not_told_is_somebody(self, api, stage):
        await api.post("/v1/repositories", json=registration())
        (entry,) = await stage.ledger.audit(10)
        assert entry.summary.startswith("somebody asked to register")
