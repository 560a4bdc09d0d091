"""The control plane's template, parsed once, with its intrinsic functions as plain mappings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

TEMPLATE = Path(__file__).parents[3] / "deploy" / "cloudformation" / "gitmoxi.yaml"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _intrinsic(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix == "Ref" else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    assert isinstance(node, yaml.SequenceNode)
    return {name: loader.construct_sequence(node, deep=True)}


_Loader.add_multi_constructor("!", _intrinsic)


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template and the questions that the tests ask it."""

    body: dict[str, Any]

    @property
    def outputs(self) -> dict[str, Any]:
        return {name: output["Value"] for name, output in self.body["Outputs"].items()}

    def properties(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id to properties, of all resources of a type such as ``SQS::Queue``."""
        return {
            name: resource["Properties"]
            for name, resource in self.body["Resources"].items()
            if resource["Type"] == f"AWS::{kind}"
        }

    @staticmethod
    def named(arn: dict[str, str]) -> str:
        """The logical id in ``!GetAtt Name.Arn``."""
        name, _, attribute = arn["Fn::GetAtt"].partition(".")
        assert attribute == "Arn"
        return name


@pytest.fixture(scope="session")
def template_path() -> Path:
    return TEMPLATE


@pytest.fixture(scope="session")
def template(template_path) -> Template:
    return parsed(template_path)


def parsed(path: Path) -> Template:
    """The template in this file."""
    # The loader only adds plain constructors to the safe one.
    return Template(yaml.load(path.read_text(), Loader=_Loader))
