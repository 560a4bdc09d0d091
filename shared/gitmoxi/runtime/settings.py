"""Every setting of a service, read once from the environment; nothing else reads environment variables."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AliasChoices, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gitmoxi.domain.delete_guard import DeleteLimits
from gitmoxi.errors import InvalidInputError
from gitmoxi.workflow.lease_keeper import LeaseTimes

PREFIX = "GITMOXI_"


def _split(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(host.strip().lower() for host in value.split(",") if host.strip())


HostNames = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Comma-separated in the environment; in lower case here."""


class Mode(StrEnum):
    """Where Gitmoxi runs: ``local`` opens test seams (file:// repositories, failpoints)."""

    LOCAL = "local"
    AWS = "aws"


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class OutputsSource(StrEnum):
    """Where the control plane's names come from."""

    SSM = "ssm"
    FILE = "file"


class SettingsError(InvalidInputError):
    """One or more environment variables are wrong; the message names each of them."""


class Settings(BaseSettings):
    """The settings of one process.

    Every field is the environment variable ``GITMOXI_<FIELD>``, except AWS's own, which keep their names.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True
    )

    installation: str = Field(
        default="gitmoxi",
        pattern=r"^[a-z][a-z0-9-]{0,30}$",
        description="name of the installation, the prefix of its parameters and log groups",
    )
    mode: Mode = Field(default=Mode.AWS, description="aws, or local for the local cloud")
    stack_outputs: str = Field(
        default="",
        pattern=r"^(ssm:/.+|file:.+|)$",
        description="ssm:/path/ or file:PATH with the stack's outputs; default ssm:/gitmoxi/<installation>/",
    )
    aws_endpoint_url: str | None = Field(
        default=None,
        validation_alias="AWS_ENDPOINT_URL",
        pattern=r"^https?://[^\s@]+$",
        description="the local cloud's address; unset on AWS",
    )
    aws_region: str = Field(
        validation_alias=AliasChoices("AWS_REGION", "AWS_DEFAULT_REGION"),
        pattern=r"^[a-z]{2}(-[a-z]+)+-\d$",
        description="the control plane's region",
    )
    deploy_role_name: str | None = Field(
        default=None,
        pattern=r"^[\w+=,.@-]{1,64}$",
        description="role assumed in every target account; unset: the process's own credentials",
    )
    limits_share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="part of AWS's published request limits that this process may use: 1 / processes",
    )
    git_allowed_hosts: HostNames = Field(
        default=(),
        description="comma-separated hosts of repositories; empty: any host with public addresses",
    )
    git_ca_file: Path | None = Field(
        default=None, description="PEM file of authorities that git servers may have, beside the system's"
    )
    git_allow_file: bool = Field(
        default=False, description="1: also file:// repositories, in local mode only"
    )
    git_folder: Path = Field(
        default=Path(".gitmoxi/git"), description="where bare mirrors lie; never shared by two processes"
    )
    git_quota_bytes: int = Field(
        default=8 << 30,
        ge=1 << 20,
        description="what all mirrors may take together; the least recently used are evicted",
    )
    git_parallel: int = Field(
        default=8, ge=1, le=64, description="how many git servers are asked at the same time"
    )
    workers: int = Field(default=8, ge=1, le=256, description="messages that are worked on at the same time")
    log_level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error")
    lease_ttl_seconds: float = Field(
        default=45.0, gt=0, le=900, description="a lease unchanged for so long may be taken over"
    )
    git_poll_seconds: float = Field(
        default=60.0, ge=0, le=86_400, description="how often branches are polled for lost pushes; 0: never"
    )
    drift_seconds: float = Field(
        default=900.0,
        ge=0,
        le=86_400,
        description="how often the planner compares each target that nobody deploys with Git; 0: never",
    )
    max_deletes_per_commit: int = Field(
        default=DeleteLimits().at_most,
        ge=0,
        le=100_000,
        description="a commit that deletes more targets than this, and than the percentage, needs approval",
    )
    max_deletes_percent: int = Field(
        default=DeleteLimits().percent,
        ge=0,
        le=100,
        description="the same as a share of the targets that its branch owns; the larger limit counts",
    )
    public_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s@?#]+$",
        description="where people reach the API; commit statuses link there. Unset: they link nowhere",
    )
    notifier_allowed_hosts: HostNames = Field(
        default=(),
        description="comma-separated hosts of webhooks that may lie inside the own network",
    )
    notifier_give_up_hours: float = Field(
        default=24.0,
        gt=0,
        le=96,
        description="how long a Git host or a channel that is out of order is tried",
    )
    visibility_seconds: int = Field(
        default=60, ge=6, le=43_200, description="how soon a message of a dead worker is given to another"
    )
    health_port: int | None = Field(
        default=None, ge=0, le=65535, description="port of /healthz; 0 takes a free one; unset: none"
    )
    health_file: Path | None = Field(
        default=None, description="file that /healthz's address is written to, for a container's health check"
    )
    failpoints: str = Field(default="", description="POINT=kill:N[;…], honoured in local mode only")

    @field_validator("mode", "log_level", mode="before")
    @classmethod
    def _in_lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("git_ca_file")
    @classmethod
    def _readable(cls, path: Path | None) -> Path | None:
        if path is not None and not path.is_file():
            raise ValueError(f"there is no file {path}")
        return path

    @model_validator(mode="after")
    def _files_only_locally(self) -> Self:
        if self.git_allow_file and self.mode is not Mode.LOCAL:
            raise ValueError(
                "GITMOXI_GIT_ALLOW_FILE=1 needs GITMOXI_MODE=local: it opens this machine's files"
            )
        return self

    @property
    def lease_times(self) -> LeaseTimes:
        """The lease; a call may take as large a part of a short one as it may of the usual one."""
        usual = LeaseTimes()
        share = min(1.0, self.lease_ttl_seconds / usual.ttl)
        return LeaseTimes(
            ttl=self.lease_ttl_seconds,
            call_timeout=usual.call_timeout * share,
            margin=usual.margin * share,
        )

    @property
    def delete_limits(self) -> DeleteLimits:
        """What a commit may delete without approval, where its repository says nothing else."""
        return DeleteLimits(at_most=self.max_deletes_per_commit, percent=self.max_deletes_percent)

    @property
    def outputs_source(self) -> tuple[OutputsSource, str]:
        """Where the stack's outputs are: a Parameter Store path that ends in ``/``, or a file's path."""
        stated = self.stack_outputs or f"ssm:/gitmoxi/{self.installation}/"
        kind, _, location = stated.partition(":")
        if kind == OutputsSource.FILE:
            return OutputsSource.FILE, location
        return OutputsSource.SSM, location.rstrip("/") + "/"


def load_settings() -> Settings:
    """Read the settings from the process's environment.

    Raises:
        SettingsError: names every wrong variable, its value's fault and what was expected.
    """
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    lines = [_explain_one(dict(fault)) for fault in error.errors(include_url=False)]
    return "; ".join(lines)


def _explain_one(fault: dict[str, Any]) -> str:
    reason = str(fault["msg"]).removeprefix("Value error, ")
    if not fault["loc"]:
        return reason
    variable = _variable(str(fault["loc"][0]))
    if fault["type"] == "missing":
        return f"{variable} is not set: {_meaning(variable)}"
    return f"{variable}={fault['input']!s}: {reason} ({_meaning(variable)})"


def _variable(location: str) -> str:
    """Pydantic names a field by its alias or its environment variable in lower case."""
    upper = location.upper()
    if upper.startswith(("AWS_", PREFIX)):
        return upper
    return PREFIX + upper


def _meaning(variable: str) -> str:
    field = variable.removeprefix(PREFIX).lower().replace("aws_default_region", "aws_region")
    description = Settings.model_fields[field].description
    assert description is not None, f"{field} has no description"
    return description
