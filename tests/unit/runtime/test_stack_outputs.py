"""The stack's outputs are read whole, from a file or page by page from Parameter Store."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import EndpointConnectionError
from pydantic.alias_generators import to_pascal

from gitmoxi.domain.states import Worker
from gitmoxi.errors import InvalidInputError, UnavailableError
from gitmoxi.runtime.settings import Settings
from gitmoxi.runtime.stack_outputs import StackOutputs, load_stack_outputs

VALUES = {to_pascal(name): f"value-of-{name}" for name in StackOutputs.model_fields}
TEMPLATE = Path(__file__).parents[3] / "deploy" / "cloudformation" / "gitmoxi.yaml"


class ParameterStore:
    """Parameter Store as far as GetParametersByPath: pages of ten."""

    def __init__(self, parameters, *, error=None):
        self.parameters = parameters
        self.error = error

    @asynccontextmanager
    async def client(self):
        yield self

    def get_paginator(self, operation):
        assert operation == "get_parameters_by_path"
        return self

    async def paginate(self, *, Path):  # noqa: N803 - the API's own spelling
        if self.error:
            raise self.error
        found = [{"Name": n, "Value": v} for n, v in self.parameters.items() if n.startswith(Path)]
        for first in range(0, len(found), 10):
            yield {"Parameters": found[first : first + 10]}


def settings(stack_outputs=""):
    return Settings(stack_outputs=stack_outputs, aws_region="eu-west-1")


NO_STORE = ParameterStore({}).client


def test_the_fields_are_the_templates_outputs():
    loader = type("Loader", (yaml.SafeLoader,), {})
    loader.add_multi_constructor("!", lambda _loader, suffix, _node: suffix)
    templates = (TEMPLATE, TEMPLATE.with_name("notifier.yaml"))
    outputs = [set(yaml.load(path.read_text(), Loader=loader)["Outputs"]) for path in templates]
    assert set(VALUES) == set().union(*outputs)


async def test_an_installation_may_do_without_the_notifier():
    kept = {key: value for key, value in VALUES.items() if not key.startswith("Notifier")}
    store = ParameterStore({f"/gitmoxi/gitmoxi/{key}": value for key, value in kept.items()})
    outputs = await load_stack_outputs(settings(), store.client)
    assert Worker.NOTIFIER not in outputs.workers
    with pytest.raises(InvalidInputError, match=r"notifier is not installed: deploy \S+/notifier\.yaml"):
        outputs.queue_url(Worker.NOTIFIER)


async def test_with_it_every_worker_has_a_queue_and_a_log_group():
    store = ParameterStore({f"/gitmoxi/gitmoxi/{key}": value for key, value in VALUES.items()})
    outputs = await load_stack_outputs(settings(), store.client)
    assert outputs.workers == tuple(Worker)
    assert all(outputs.queue_url(worker) and outputs.log_group(worker) for worker in Worker)


async def test_parameter_store_is_read_page_by_page():
    store = ParameterStore(
        {f"/gitmoxi/gitmoxi/{key}": value for key, value in VALUES.items()} | {"/gitmoxi/other/BusName": "no"}
    )
    outputs = await load_stack_outputs(settings(), store.client)
    assert outputs.bus_name == "value-of-bus_name"
    assert outputs.queue_url(Worker.ECS_DEPLOYER) == "value-of-ecs_deployer_queue_url"
    assert outputs.dlq_url(Worker.LAMBDA_DEPLOYER) == "value-of-lambda_deployer_dlq_url"
    assert outputs.log_group(Worker.INGESTOR) == "value-of-ingestor_log_group"


async def test_a_file_is_read(tmp_path):
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(VALUES | {"AddedByANewerTemplate": "x"}))
    outputs = await load_stack_outputs(settings(f"file:{file}"), NO_STORE)
    assert outputs.model_dump(by_alias=True) == VALUES


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(None, "No such file", id="no file"),
        pytest.param("{", "not JSON", id="cut"),
        pytest.param("[]", "one JSON object", id="a list"),
        pytest.param(json.dumps(VALUES | {"BusName": ""}), "usable values of BusName", id="an empty value"),
    ],
)
async def test_a_bad_file_is_named(tmp_path, content, message):
    file = tmp_path / "outputs.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(InvalidInputError, match=message) as caught:
        await load_stack_outputs(settings(f"file:{file}"), NO_STORE)
    assert str(file) in str(caught.value)


async def test_missing_outputs_are_named_with_what_to_do():
    store = ParameterStore({f"/gitmoxi/gitmoxi/{k}": v for k, v in VALUES.items() if k != "AuditTable"})
    with pytest.raises(
        InvalidInputError, match=r"ssm:/gitmoxi/gitmoxi/ lacks .* AuditTable; is it the right"
    ):
        await load_stack_outputs(settings(), store.client)


async def test_an_absent_parameter_store_is_worth_a_retry():
    store = ParameterStore({}, error=EndpointConnectionError(endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(UnavailableError, match="ssm:/gitmoxi/gitmoxi/ cannot be read"):
        await load_stack_outputs(settings(), store.client)
