"""Channels: what signed webhooks, Slack-compatible webhooks and SNS topics receive."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gitmoxi.adapters.feedback.channels import ChannelsByKind
from gitmoxi.adapters.feedback.sns import SnsChannel
from gitmoxi.adapters.feedback.webhook import Poster, SignedWebhook, SlackWebhook, slack_text
from gitmoxi.contracts.notices import NoticeDocument
from gitmoxi.domain.feedback import NotificationKind, NotificationTarget
from gitmoxi.domain.notices import Notice, NoticeKind
from gitmoxi.domain.secret_refs import parse_secret_ref
from gitmoxi.errors import ThrottledError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError
from gitmoxi.ports.secrets import SecretNotFoundError
from tests.contract.feedback.codecommit_fake import refusal
from tests.contract.feedback.forge import Refusal

SECRET_ARN = "arn:aws:ssm:eu-west-1:111122223333:parameter/hook"
GOLDEN = Path(__file__).parents[2] / "golden" / "notices"


def a_notice(**changes):
    values = {
        "id": "d-1.failed",
        "kind": NoticeKind.FAILED,
        "at": datetime(2026, 11, 22, 9, 0, tzinfo=UTC),
        "title": "ECS service web in cluster prod (111122223333, eu-west-1) failed",
        "because": "The image is not there. Push it.",
        "command": "gmctl deployment get d-1",
        "repository_url": "https://git.example.com/team/shop",
        "branch": "main",
        "commit_sha": "a" * 40,
        "prefix": "prod/web",
        "target": "ecs/111122223333/eu-west-1/prod/web",
        "deployment_id": "d-1",
    }
    return Notice(**values | changes)


class FakeSns:
    """A client as aiobotocore makes it, and the source that gives it out."""

    def __init__(self):
        self.published, self.regions, self.faults = [], [], []

    async def client(self, service, *, account=None, region=None):
        assert (service, account) == ("sns", None)
        self.regions.append(region)
        return self

    async def publish(self, **told):
        if self.faults:
            raise self.faults.pop(0)
        self.published.append(told)
        return {"MessageId": "m-1"}


@pytest.fixture
def sns():
    return FakeSns()


@pytest.fixture
def channels(web, token_store, clock, sns):
    poster = Poster(web=web, clock=clock, allowed_hosts=("127.0.0.1",))
    return ChannelsByKind(
        {
            NotificationKind.SNS: SnsChannel(sns),
            NotificationKind.WEBHOOK: SignedWebhook(poster=poster, secrets=token_store, clock=clock),
            NotificationKind.SLACK: SlackWebhook(poster=poster, secrets=token_store),
        }
    )


def put(store, value):
    store.values[parse_secret_ref(SECRET_ARN)] = value


def a_webhook(server, **changes):
    values = {
        "kind": NotificationKind.WEBHOOK,
        "address": f"{server.url}/hooks/7",
        "secret_arn": SECRET_ARN,
    }
    return NotificationTarget(**values | changes)


SLACK = NotificationTarget(kind=NotificationKind.SLACK, address=SECRET_ARN)
TOPIC = NotificationTarget(
    kind=NotificationKind.SNS, address="arn:aws:sns:us-west-2:111122223333:deployments"
)


class TestSignedWebhook:
    @pytest.mark.parametrize("spelled", ["whsec_", ""], ids=["base64 behind whsec_", "the text itself"])
    async def test_is_signed_as_receivers_check_it(self, channels, server, forge, token_store, spelled):
        raw = secrets.token_bytes(24)
        key = raw if spelled else raw.hex().encode()
        put(token_store, f"whsec_{base64.b64encode(raw).decode()}" if spelled else raw.hex())
        await channels.send(a_webhook(server), a_notice())

        headers, body = forge.headers[0], forge.bodies[0]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        assert headers["webhook-id"] == "d-1.failed"
        assert headers["webhook-timestamp"] == "1795338000"
        assert forge.requests == [("POST", "/hooks/7")]

    async def test_carries_the_document_that_is_written_down(self, channels, server, forge, token_store):
        put(token_store, secrets.token_hex(16))
        await channels.send(a_webhook(server), a_notice())
        assert json.loads(forge.bodies[0]) == json.loads((GOLDEN / "failed.json").read_text())

    @pytest.mark.parametrize(
        ("answer", "raised"),
        [
            pytest.param(Refusal(500), UnavailableError, id="broken"),
            pytest.param(Refusal(429, {"Retry-After": "5"}), ThrottledError, id="limited"),
            pytest.param(Refusal(410), FeedbackRefusedError, id="gone"),
            pytest.param(Refusal(302, {"Location": "https://127.0.0.1/"}), FeedbackRefusedError, id="moved"),
        ],
    )
    async def test_is_refused_or_put_off_by_the_receiver(
        self, channels, server, forge, token_store, answer, raised
    ):
        put(token_store, secrets.token_hex(16))
        forge.refusals.append(answer)
        with pytest.raises(raised):
            await channels.send(a_webhook(server), a_notice())

    async def test_is_never_sent_without_a_signature(self, channels, server, forge, token_store):
        with pytest.raises(FeedbackRefusedError, match="no secret to sign with"):
            await channels.send(a_webhook(server, secret_arn=None), a_notice())
        put(token_store, "whsec_not base64")
        with pytest.raises(FeedbackRefusedError, match="no base64") as raised:
            await channels.send(a_webhook(server), a_notice())
        assert "not base64" not in str(raised.value).replace("no base64", "")
        assert forge.requests == []

    @pytest.mark.parametrize(
        "address",
        [
            pytest.param("http://127.0.0.1/x", id="not https"),
            pytest.param("https://10.0.0.7/x", id="a private address"),
            pytest.param("https://169.254.169.254/latest/meta-data", id="instance metadata"),
            pytest.param("https://[::1]/x", id="loopback that is not listed"),
        ],
    )
    async def test_threat_ssrf_a_channel_reaches_nothing_inside(self, channels, server, token_store, address):
        put(token_store, secrets.token_hex(16))
        with pytest.raises(FeedbackRefusedError):
            await channels.send(a_webhook(server, address=address), a_notice())


class TestSlack:
    async def test_gets_one_text_at_the_address_that_is_a_secret(self, channels, server, forge, token_store):
        put(token_store, f"{server.url}/services/T0/B0/x\n")
        await channels.send(SLACK, a_notice())
        assert forge.requests == [("POST", "/services/T0/B0/x")]
        document = json.loads(forge.bodies[0])
        assert document == {"text": slack_text(a_notice()), "unfurl_links": False, "unfurl_media": False}

    def test_says_what_failed_why_and_what_to_type(self):
        assert slack_text(a_notice()).splitlines() == [
            ":x: *ECS service web in cluster prod (111122223333, eu-west-1) failed*",
            "The image is not there. Push it.",
            "Next: `gmctl deployment get d-1`",
            "https://git.example.com/team/shop main aaaaaaaaaaaa",
        ]

    @pytest.mark.parametrize(
        "hostile",
        [
            pytest.param("<!channel> look", id="calls everybody"),
            pytest.param("<https://evil.test|the console>", id="a link that looks like another"),
            pytest.param("&lt;!here&gt;", id="escaped already"),
            pytest.param("```\n<@U0>", id="out of a code block"),
            pytest.param("a\u202eb\x00\x1b[31m", id="control characters"),
            pytest.param("x" * 100_000, id="endless"),
        ],
    )
    def test_threat_channels_committed_text_means_nothing_but_itself(self, hostile):
        text = slack_text(a_notice(because=hostile, title=hostile))
        assert not {"<", ">", "\x1b", "\x00", "\u202e"} & set(text)
        assert text.count("`") == 2
        assert text.count("&") == text.count("&amp;") + text.count("&lt;") + text.count("&gt;")
        assert len(text) < 4_000
        assert len(text.splitlines()) == 4

    async def test_threat_channels_no_error_holds_the_address(self, channels, server, forge, token_store):
        put(token_store, f"{server.url}/services/T0/B0/sesame")
        for answer in (Refusal(404), Refusal(500), Refusal(302, {"Location": "https://x.test/sesame"})):
            forge.refusals.append(answer)
            with pytest.raises((FeedbackRefusedError, UnavailableError)) as raised:
                await channels.send(SLACK, a_notice())
            assert "sesame" not in f"{raised.value!r}{raised.value.__cause__!r}{raised.value.__context__!r}"

    async def test_without_its_secret_says_which_is_missing(self, channels):
        with pytest.raises(SecretNotFoundError, match=SECRET_ARN):
            await channels.send(SLACK, a_notice())


class TestSns:
    async def test_gets_a_subject_attributes_for_filters_and_a_text_for_mail(self, channels, sns):
        await channels.send(TOPIC, a_notice())
        (told,) = sns.published
        assert told["TopicArn"] == TOPIC.address
        assert told["Subject"] == "ECS service web in cluster prod (111122223333, eu-west-1) failed"
        message = json.loads(told["Message"])
        assert json.loads(message["default"]) == json.loads((GOLDEN / "failed.json").read_text())
        assert "Next: gmctl deployment get d-1" in message["email"]
        attributes = {name: one["StringValue"] for name, one in told["MessageAttributes"].items()}
        assert attributes == {
            "type": "deployment.failed",
            "outcome": "failure",
            "repository": "https://git.example.com/team/shop",
            "branch": "main",
        }
        assert sns.regions == ["us-west-2"]

    @pytest.mark.parametrize("title", ["x" * 300, "two\nlines\t\x07", "ünïcode"])
    async def test_has_a_subject_that_sns_takes(self, channels, sns, title):
        await channels.send(TOPIC, a_notice(title=title))
        subject = sns.published[0]["Subject"]
        assert len(subject) < 100
        assert subject.isprintable()

    async def test_of_a_fifo_topic_keeps_order_and_tells_repeats(self, channels, sns):
        fifo = NotificationTarget(kind=NotificationKind.SNS, address=f"{TOPIC.address}.fifo")
        await channels.send(fifo, a_notice())
        await channels.send(fifo, a_notice())
        first, second = sns.published
        assert first["MessageDeduplicationId"] == second["MessageDeduplicationId"]
        assert first["MessageGroupId"]

    @pytest.mark.parametrize(
        ("code", "status", "raised"),
        [
            pytest.param("AuthorizationError", 403, FeedbackRefusedError, id="denied"),
            pytest.param("NotFound", 404, FeedbackRefusedError, id="no such topic"),
            pytest.param("Throttling", 400, ThrottledError, id="throttled"),
            pytest.param("InternalError", 500, UnavailableError, id="broken"),
        ],
    )
    async def test_refusals_name_the_right_and_outages_are_waited_for(
        self, channels, sns, code, status, raised
    ):
        sns.faults.append(refusal(code, "Publish", status))
        with pytest.raises(raised):
            await channels.send(TOPIC, a_notice())

    async def test_with_an_address_that_is_no_topic_is_refused(self, channels):
        wrong = NotificationTarget(kind=NotificationKind.SNS, address="arn:aws:sqs:eu-west-1:1:q")
        with pytest.raises(FeedbackRefusedError, match="no ARN of an SNS topic"):
            await channels.send(wrong, a_notice())


def test_the_schema_is_the_one_that_is_written_down():
    schema = json.dumps(NoticeDocument.model_json_schema(), indent=2, sort_keys=True) + "\n"
    assert schema == (GOLDEN / "schema.json").read_text(), (
        "receivers would break: raise the document's version"
    )
