"""Who we are for AWS, by STS."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.ports.aws_account import Caller

if TYPE_CHECKING:
    from types_aiobotocore_sts import STSClient


class StsAccount:
    """Asks with the credentials of ``clients``."""

    def __init__(self, clients: ClientSource) -> None:
        self._clients = clients

    async def caller(self) -> Caller:
        """API_GetCallerIdentity; the time is in the answer's ``Date`` header."""
        client: STSClient = await self._clients.client("sts")
        async with aws_errors("sts:GetCallerIdentity", mutation=False):
            answer = await client.get_caller_identity()
        date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
        return Caller(
            account=answer["Account"],
            arn=answer["Arn"],
            server_time=parsedate_to_datetime(date) if date else None,
        )
