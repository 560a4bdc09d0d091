"""Where a secret lies: never the secret itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.errors import InvalidInputError

_SECRET = re.compile(
    r"(?P<arn>arn:aws[a-z-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d{12}:secret:[\w/+=.@-]+)"
    r"(?::(?P<json_key>[^:\s]*):(?P<stage>[^:\s]*):(?P<version>[^:\s]*))?"
)
_PARAMETER = re.compile(
    r"(?P<arn>arn:aws[a-z-]*:ssm:(?P<region>[a-z0-9-]+):\d{12}:parameter/[\w/.-]+)(?:#(?P<json_key>\S+))?"
)


class SecretRefError(InvalidInputError):
    """The text names no secret that can be read."""


class SecretStore(StrEnum):
    """The services that keep secrets."""

    SECRETS_MANAGER = "secretsmanager"
    PARAMETER_STORE = "ssm"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRef:
    """A secret of Secrets Manager or a parameter of Parameter Store, or one JSON key of it.

    ``stage`` and ``version`` are Secrets Manager's; empty: the current one.
    """

    store: SecretStore
    arn: str
    region: str
    json_key: str = ""
    stage: str = ""
    version: str = ""


def parse_secret_ref(text: str) -> SecretRef:
    """The secret that ``text`` names, in the spelling of ECS's ``valueFrom``.

    ``ARN`` or ``ARN:json-key:version-stage:version-id`` for Secrets Manager, whose last three may be empty;
    ``ARN`` or ``ARN#json-key`` for Parameter Store.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html

    Raises:
        SecretRefError: it is neither; the text, which may be a secret itself, is not repeated.
    """
    for store, pattern in (
        (SecretStore.SECRETS_MANAGER, _SECRET),
        (SecretStore.PARAMETER_STORE, _PARAMETER),
    ):
        if found := pattern.fullmatch(text):
            parts = {name: value for name, value in found.groupdict().items() if value}
            return SecretRef(store=store, **parts)
    raise SecretRefError(
        "This is no ARN of a secret (arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME, with "
        ":JSON_KEY:: behind it for one key) or parameter (arn:aws:ssm:REGION:ACCOUNT:parameter/NAME, "
        "with #JSON_KEY behind it for one key)"
    )
