"""Notices to SNS topics."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.contracts.notices import document_of
from gitmoxi.domain.commit_reports import shortened
from gitmoxi.domain.feedback import NotificationTarget
from gitmoxi.domain.notices import Notice
from gitmoxi.errors import AwsRejectedError, OutcomeUnknownError, UnavailableError
from gitmoxi.ports.feedback import FeedbackRefusedError

if TYPE_CHECKING:
    from types_aiobotocore_sns import SNSClient

_TOPIC = re.compile(r"arn:aws[a-z-]*:sns:(?P<region>[a-z0-9-]+):\d{12}:[\w-]{1,256}(?P<fifo>\.fifo)?")

_LONGEST_SUBJECT = 99
"""Fewer than 100 characters (API_Publish)."""


class SnsChannel:
    """Publishes with our own credentials, in the topic's region."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    async def send(self, target: NotificationTarget, notice: Notice) -> None:
        """One message (API_Publish): JSON for machines, and a text for mail.

        The attributes ``type``, ``outcome``, ``repository`` and ``branch`` are for filter policies.
        """
        topic = _TOPIC.fullmatch(target.address)
        if topic is None:
            raise FeedbackRefusedError(f"{target.address} is no ARN of an SNS topic")
        client: SNSClient = await self._clients.client("sns", region=topic["region"])
        arguments: Any = {
            "TopicArn": target.address,
            "Subject": _subject(notice.title),
            "MessageStructure": "json",
            "Message": json.dumps(
                {"default": document_of(notice).model_dump_json(), "email": mail_of(notice)}
            ),
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value}
                for name, value in _attributes(notice).items()
            },
        }
        if topic["fifo"]:
            arguments["MessageGroupId"] = _digest(notice.repository_url, notice.branch)
            arguments["MessageDeduplicationId"] = _digest(notice.id)
        try:
            async with aws_errors("sns:Publish", mutation=True):
                await client.publish(**arguments)
        except AwsRejectedError as refused:
            need = (
                "The notifier's role needs sns:Publish on the topic, and the topic's policy must permit it."
            )
            raise FeedbackRefusedError(f"{refused}. {need}") from refused
        except OutcomeUnknownError as lost:  # at least once: receivers know a notice by its id
            raise UnavailableError(str(lost)) from lost


def mail_of(notice: Notice) -> str:
    """The notice as plain text."""
    lines = [notice.title, "", notice.because, "", f"Next: {notice.command}", ""]
    lines += [f"Repository: {notice.repository_url}", f"Branch: {notice.branch}"]
    return "\n".join([*lines, f"Commit: {notice.commit_sha}"])


def _subject(title: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in title)
    return shortened(printable, _LONGEST_SUBJECT)


def _attributes(notice: Notice) -> dict[str, str]:
    return {
        "type": notice.kind.value,
        "outcome": "failure" if notice.failure else "info",
        "repository": notice.repository_url,
        "branch": notice.branch,
    }


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
