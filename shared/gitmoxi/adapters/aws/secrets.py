"""Secrets of Secrets Manager and Parameter Store, each read in its own region."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from gitmoxi.adapters.aws.errors import aws_errors
from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.adapters.secret_documents import secret_document
from gitmoxi.domain.secret_refs import SecretRef, SecretStore
from gitmoxi.errors import AwsRejectedError
from gitmoxi.ports.secrets import SecretAccessError, SecretNotFoundError

if TYPE_CHECKING:
    from types_aiobotocore_secretsmanager import SecretsManagerClient
    from types_aiobotocore_ssm import SSMClient

Learn = Callable[[str], None]
"""Told each secret that was read, so that it can be kept out of the logs; keeps nothing else of it."""

INSTALLATION_TAG = "gitmoxi:installation"
"""The template's roles may read what carries this tag with the installation's name."""

OPERATIONS: Mapping[SecretStore, str] = {
    SecretStore.SECRETS_MANAGER: "secretsmanager:GetSecretValue",
    SecretStore.PARAMETER_STORE: "ssm:GetParameter",
}
"""What a role needs that reads secrets."""

_ABSENT = frozenset(
    {
        "InvalidRequestException",  # the secret is marked for deletion
        "ParameterNotFound",
        "ParameterVersionNotFound",
        "ResourceNotFoundException",
    }
)
_UNDECIPHERABLE = frozenset({"DecryptionFailure", "InvalidKeyId"})
"""The KMS key cannot be used: it is not there any more, or not for us."""


class AwsSecrets:
    """``Secrets`` that asks AWS each time.

    Neither the value nor a part of it is in any error, nor in one that an error grew out of.
    """

    def __init__(self, clients: ClientSource, *, installation: str, learn: Learn) -> None:
        self._clients = clients
        self._installation = installation
        self._learn = learn

    async def read(self, ref: SecretRef, *, fresh: bool = False) -> str:  # noqa: ARG002 - nothing is remembered
        """The secret's text, or that of its JSON key.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
        """
        if ref.store is SecretStore.SECRETS_MANAGER:
            text = await self._secret(ref)
        else:
            text = await self._parameter(ref)
        self._learn(text)
        chosen = _of_key(ref, text) if ref.json_key else text
        if not chosen.strip():
            raise SecretNotFoundError(f"{_name(ref)} is empty: put the secret in")
        self._learn(chosen)
        return chosen

    async def _secret(self, ref: SecretRef) -> str:
        wanted = {"VersionStage": ref.stage, "VersionId": ref.version}
        client: SecretsManagerClient = await self._clients.client("secretsmanager", region=ref.region)
        async with self._errors(ref):
            answer = await client.get_secret_value(
                SecretId=ref.arn, **{name: value for name, value in wanted.items() if value}
            )
        text = _text(answer)
        if text is None:
            raise SecretNotFoundError(f"{_name(ref)} is binary and no UTF-8 text: store it as text")
        return text

    async def _parameter(self, ref: SecretRef) -> str:
        client: SSMClient = await self._clients.client("ssm", region=ref.region)
        async with self._errors(ref):
            answer = await client.get_parameter(Name=ref.arn, WithDecryption=True)
        return answer["Parameter"].get("Value", "")

    @asynccontextmanager
    async def _errors(self, ref: SecretRef) -> AsyncIterator[None]:
        """AWS's refusals in the words of whoever has to set the secret up."""
        try:
            async with aws_errors(OPERATIONS[ref.store], mutation=False):
                yield
        except AwsRejectedError as error:
            if error.code in _ABSENT:
                raise SecretNotFoundError(
                    f"AWS has no {_name(ref)} to read ({error.code}: {error.reason}): "
                    "check the registered ARN, or restore the secret"
                ) from error
            if error.code in _UNDECIPHERABLE:
                raise SecretAccessError(
                    f"{_name(ref)} cannot be decrypted ({error.code}: {error.reason}): allow our role "
                    "kms:Decrypt in the policy of the secret's KMS key"
                ) from error
            raise SecretAccessError(self._denied(ref, error)) from error

    def _denied(self, ref: SecretRef, error: AwsRejectedError) -> str:
        return (
            f"we may not read {_name(ref)}: {error.code}: {error.reason}. Our role needs "
            f"{OPERATIONS[ref.store]}, which the installation grants in its own account and region where the "
            f"tag {INSTALLATION_TAG} is {self._installation}: tag it so, and if it has a KMS key of its own, "
            "allow our role kms:Decrypt there"
        )


def _name(ref: SecretRef) -> str:
    key = f"the JSON key {ref.json_key} of " if ref.json_key else ""
    kind = "secret" if ref.store is SecretStore.SECRETS_MANAGER else "parameter"
    version = "".join(f" {part}" for part in (ref.stage, ref.version) if part)
    return f"{key}{kind} {ref.arn}{version}"


def _text(answer: Mapping[str, Any]) -> str | None:
    """A secret is stored as text or as bytes; None: as bytes that are no text."""
    if "SecretBinary" not in answer:
        return str(answer.get("SecretString", ""))
    try:
        return bytes(answer["SecretBinary"]).decode()
    except UnicodeDecodeError:
        return None  # raised from here, our error would carry the bytes along in its context


def _of_key(ref: SecretRef, text: str) -> str:
    document = secret_document(text)
    if document is None:
        raise SecretNotFoundError(f"{_name(ref)} cannot be read, for the text is no JSON object")
    value = document.get(ref.json_key)
    if value is None:
        raise SecretNotFoundError(f"there is no such thing as {_name(ref)}")
    if not isinstance(value, str):
        raise SecretNotFoundError(f"{_name(ref)} is no text but JSON of another kind")
    return value
