"""What the model of Lambda remembers between calls.

Configurations are documents in the form of the API's ``FunctionConfiguration``
(https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Doc = dict[str, Any]

LATEST = "$LATEST"


@dataclass(slots=True, kw_only=True)
class Edition:
    """$LATEST or a published version.

    ``described_as`` is the description that $LATEST had when a version was published of it, for
    PublishVersion may give the version another one.
    """

    config: Doc
    image_uri: str | None = None
    described_as: str = ""


@dataclass(slots=True, kw_only=True)
class Transition:
    """A creation or an update under way; it ends badly if it has a ``reason_code``.

    ``version`` is the one that was published with the change, and becomes ready with it.
    """

    due: datetime
    reason_code: str = ""
    reason: str = ""
    version: str | None = None


@dataclass(slots=True, kw_only=True)
class Provisioned:
    """Provisioned concurrency of a version or an alias; settled when ``due`` is None.

    ``moving_from`` is the version that an alias leaves while its concurrency moves.
    """

    requested: int
    last_modified: str
    due: datetime | None
    failure: str = ""
    moving_from: str | None = None


@dataclass(slots=True, kw_only=True)
class Function:
    """A function; ``serving`` is what unqualified invocations run: $LATEST as it last was good."""

    account: str
    region: str
    name: str
    latest: Edition
    serving: Edition | None = None
    transition: Transition | None = None
    newest_version: int = 0
    versions: dict[str, Edition] = field(default_factory=dict)
    aliases: dict[str, Doc] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    reserved: int | None = None
    provisioned: dict[str, Provisioned] = field(default_factory=dict)
    gone_at: datetime | None = None

    @property
    def arn(self) -> str:
        """The ARN without a qualifier."""
        return f"arn:aws:lambda:{self.region}:{self.account}:function:{self.name}"


@dataclass(slots=True, kw_only=True)
class Region:
    """All functions of one account and region."""

    account: str
    region: str
    functions: dict[str, Function] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionChanged:
    """A function came, changed in what it runs, or went."""

    account: str
    region: str
    name: str
