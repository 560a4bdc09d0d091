"""The control plane's names and addresses, as the CloudFormation stack gave them out."""

from __future__ import annotations

import json
from asyncio import to_thread
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvalidInputError, UnavailableError
from gitmoxi.runtime.settings import OutputsSource, Settings

if TYPE_CHECKING:
    from types_aiobotocore_ssm import SSMClient

SsmClientFactory = Callable[[], "AbstractAsyncContextManager[SSMClient]"]


class StackOutputs(BaseModel):
    """The outputs of ``deploy/cloudformation/gitmoxi.yaml``: ``bus_name`` is the output ``BusName``.

    Those of the notifier's own template, ``notifier.yaml``, are None where its stack is not installed.

    Outputs that are not known here are ignored: the stack is updated before the services are.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_pascal, populate_by_name=True)

    bus_name: str = Field(min_length=1)
    repositories_table: str = Field(min_length=1)
    commits_table: str = Field(min_length=1)
    deployments_table: str = Field(min_length=1)
    targets_table: str = Field(min_length=1)
    outbox_table: str = Field(min_length=1)
    audit_table: str = Field(min_length=1)
    snapshot_bucket: str = Field(min_length=1)
    ingestor_queue_url: str = Field(min_length=1)
    ingestor_dlq_url: str = Field(min_length=1)
    planner_queue_url: str = Field(min_length=1)
    planner_dlq_url: str = Field(min_length=1)
    ecs_deployer_queue_url: str = Field(min_length=1)
    ecs_deployer_dlq_url: str = Field(min_length=1)
    lambda_deployer_queue_url: str = Field(min_length=1)
    lambda_deployer_dlq_url: str = Field(min_length=1)
    rollback_queue_url: str = Field(min_length=1)
    rollback_dlq_url: str = Field(min_length=1)
    ingestor_log_group: str = Field(min_length=1)
    planner_log_group: str = Field(min_length=1)
    ecs_deployer_log_group: str = Field(min_length=1)
    lambda_deployer_log_group: str = Field(min_length=1)
    rollback_log_group: str = Field(min_length=1)
    api_log_group: str = Field(min_length=1)
    notifier_queue_url: str | None = Field(default=None, min_length=1)
    notifier_dlq_url: str | None = Field(default=None, min_length=1)
    notifier_log_group: str | None = Field(default=None, min_length=1)

    @property
    def workers(self) -> tuple[Worker, ...]:
        """The workers that are installed: the notifier has a stack of its own, which may be left out."""
        missing = () if self.notifier_queue_url else (Worker.NOTIFIER,)
        return tuple(worker for worker in Worker if worker not in missing)

    def queue_url(self, worker: Worker) -> str:
        """The worker's own queue.

        Raises:
            InvalidInputError: it is the notifier's, which is not installed; so in the next two.
        """
        return self._of(worker, "queue_url")

    def dlq_url(self, worker: Worker) -> str:
        """The worker's dead-letter queue."""
        return self._of(worker, "dlq_url")

    def log_group(self, worker: Worker) -> str:
        """The worker's log group; the API's is ``api_log_group``."""
        return self._of(worker, "log_group")

    def service_log_group(self, service: str) -> str:
        """The log group of a worker by its name, or of ``api``."""
        return self.api_log_group if service == "api" else self.log_group(Worker(service))

    def _of(self, worker: Worker, what: str) -> str:
        found = getattr(self, f"{worker.value.replace('-', '_')}_{what}")
        if found is None:
            raise InvalidInputError(
                f"the {worker} is not installed: deploy deploy/cloudformation/{worker}.yaml "
                "for this installation"
            )
        return str(found)


async def load_stack_outputs(settings: Settings, ssm_client_factory: SsmClientFactory) -> StackOutputs:
    """Read the outputs from where ``GITMOXI_STACK_OUTPUTS`` says.

    A file holds one JSON object of output key to value. In Parameter Store (API_GetParametersByPath) each
    output is a parameter under the path, named like the output.

    Raises:
        InvalidInputError: there is no such file, it cannot be parsed, or outputs are missing.
        UnavailableError: Parameter Store did not answer, or refused.
    """
    source, location = settings.outputs_source
    if source is OutputsSource.FILE:
        values = await to_thread(_read_file, Path(location))
    else:
        values = await _read_parameters(location, ssm_client_factory)
    return _checked(values, f"{source.value}:{location}")


def _read_file(path: Path) -> Mapping[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInputError(
            f"GITMOXI_STACK_OUTPUTS=file:{path} cannot be read: {error.strerror}"
        ) from error
    except ValueError as error:
        raise InvalidInputError(f"GITMOXI_STACK_OUTPUTS=file:{path} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise InvalidInputError(
            f"GITMOXI_STACK_OUTPUTS=file:{path} must hold one JSON object of output to value"
        )
    return values


async def _read_parameters(path: str, ssm_client_factory: SsmClientFactory) -> Mapping[str, Any]:
    values: dict[str, str] = {}
    try:
        async with ssm_client_factory() as ssm:
            async for page in ssm.get_paginator("get_parameters_by_path").paginate(Path=path):
                values |= {p["Name"].removeprefix(path): p["Value"] for p in page["Parameters"]}
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(f"GITMOXI_STACK_OUTPUTS=ssm:{path} cannot be read: {error}") from error
    return values


def _checked(values: Mapping[str, Any], source: str) -> StackOutputs:
    try:
        return StackOutputs.model_validate(values)
    except ValidationError as error:
        wrong = ", ".join(str(fault["loc"][0]) for fault in error.errors())
        raise InvalidInputError(
            f"GITMOXI_STACK_OUTPUTS={source} lacks usable values of {wrong}; "
            "is it the right installation, and its stack deployed from this version's template?"
        ) from error
