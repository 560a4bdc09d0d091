"""The settings that only the API has: where it listens, and to whom."""

from __future__ import annotations

import re
from typing import Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gitmoxi.runtime.settings import HostNames, SettingsError
from gitmoxi_api.guards import is_loopback

PREFIX = "GITMOXI_API_"

_HOST_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class ApiSettings(BaseSettings):
    """Every field is the environment variable ``GITMOXI_API_<FIELD>``."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    allow_unauthenticated: bool = Field(
        default=False,
        description="1: listen on addresses that others can reach, who need not say who they are",
    )
    webhook_hosts: HostNames = Field(
        default=(),
        description="comma-separated public names by which a tunnel or proxy forwards webhooks to a loopback "
        "address; nothing else is answered under them",
    )
    dryrun_ttl_hours: float = Field(
        default=24.0, gt=0, le=720, description="how long the report of a dry run can be asked for"
    )

    @field_validator("webhook_hosts")
    @classmethod
    def _plain_names(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not _HOST_NAME.fullmatch(host):
                raise ValueError(
                    f"{host!r} is no host's name: write hooks.example.com, without https:// or port"
                )
        return hosts

    max_streams: int = Field(
        default=200,
        ge=0,
        le=10_000,
        description="how many clients may follow deployments by server-sent events at a time; 0: none",
    )
    stream_pause_seconds: float = Field(
        default=0.4,
        gt=0,
        le=60,
        description="the longest pause between two looks at what clients follow; each look is some reads",
    )

    @model_validator(mode="after")
    def _not_open_to_all(self) -> Self:
        if not is_loopback(self.host) and not self.allow_unauthenticated:
            raise ValueError(
                f"{PREFIX}HOST={self.host} is not a loopback address, and the API does not ask who calls it: "
                "whoever reaches it could deploy. Listen on 127.0.0.1 and put something that authenticates "
                f"in front, or set {PREFIX}ALLOW_UNAUTHENTICATED=1 if the network is closed"
            )
        return self

    @property
    def loopback_only(self) -> bool:
        return is_loopback(self.host)


def load_api_settings() -> ApiSettings:
    """Read them from the process's environment.

    Raises:
        SettingsError: names every wrong variable, and what was expected.
    """
    try:
        return ApiSettings()
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise SettingsError(
            "; ".join(_explain(str(f["msg"]), f["loc"], f["input"]) for f in faults)
        ) from None


def _explain(message: str, location: tuple[int | str, ...], value: object) -> str:
    reason = message.removeprefix("Value error, ")
    if not location:
        return reason
    field = str(location[0]).lower().removeprefix(PREFIX.lower())
    meaning = ApiSettings.model_fields[field].description
    return f"{PREFIX}{field.upper()}={value}: {reason} ({meaning})"
