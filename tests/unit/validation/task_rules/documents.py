"""Task definitions for the tables, and what the rules find in them."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.sources import Source
from gitmoxi.validation.task_rules import TASK_RULES, TaskDefinition
from tests.unit.validation.documents import rendered_document

ROLE = "arn:aws:iam::111122223333:role/ecs/execution"
SECRET_ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:db-AbCdEf"
AWSLOGS = {"awslogs-group": "/ecs/web", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "web"}


def container(**members):
    """A container that nothing is wrong with, and what a case is about; None takes a member away."""
    whole = {"name": "web", "image": "nginx:1.27", "memory": 128} | members
    return {name: value for name, value in whole.items() if value is not None}


def task(*containers, **members):
    """A task definition for EC2."""
    whole = {"family": "web", "containerDefinitions": list(containers or (container(),))} | members
    return {name: value for name, value in whole.items() if value is not None}


def fargate(*containers, **members):
    """A task definition for Fargate."""
    size = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    return task(*containers, **(size | members))


def one(**members):
    """A task definition for EC2 with one container that has ``members``."""
    return task(container(**members))


def all_findings(document, *, started_on_fargate=False):
    """What all rules find."""
    subject = TaskDefinition(document=document, started_on_fargate=started_on_fargate)
    return list(run_rules(TASK_RULES, subject, Source.of(rendered_document("a/web_taskdef.json", document))))


def found(rule, document, **how):
    """What one rule finds."""
    return [finding for finding in all_findings(document, **how) if finding.rule == rule]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A document that breaks a rule once, where, and words of the message and of the advice."""

    rule: str
    document: dict
    path: str
    message: tuple[str, ...]
    advice: str


def accepted(rule, document, *, case):
    """A document near the edge of ``rule`` in which no rule finds anything."""
    return pytest.param(rule, document, id=f"{rule}: {case}")


def refused(rule, document, path, *message, advice, case):
    """A document that ``rule`` finds one thing in; others may too."""
    refusal = Refusal(rule=rule, document=document, path=path, message=message, advice=advice)
    return pytest.param(refusal, id=f"{rule}: {case}")
