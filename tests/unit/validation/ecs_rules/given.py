"""The documents of one ECS object, and what single rules find in them."""

from __future__ import annotations

from gitmoxi.domain.files import FileKind
from gitmoxi.validation.ecs_rules import ECS_RULES, EcsDocuments, SettingsFile
from gitmoxi.validation.native import Checked
from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.sources import Source

SERVICE, TASK, SETTINGS = (
    Source(file=f"a/n_{kind}.json", positions={}) for kind in ("svcdef", "taskdef", "depdef")
)


def documents(service, task=None, settings=None, *, unreadable=()):
    return EcsDocuments(
        service=Checked(document=service, source=SERVICE, findings=()),
        task_definition=Checked(document=task, source=TASK, findings=()) if task is not None else None,
        settings=SettingsFile(document=settings, source=SETTINGS) if settings is not None else None,
        unreadable={FileKind(f"_{kind}.json") for kind in unreadable},
    )


def found(rule_id, subject):
    (rule,) = (rule for rule in ECS_RULES if rule.info.id == rule_id)
    return list(run_rules([rule], subject, SERVICE))


def assert_refused(rule_id, subject, path, says):
    (finding,) = found(rule_id, subject)
    assert (finding.rule, f"{finding.file} {finding.json_path}") == (rule_id, f"a/n_{path}")
    assert says in f"{finding} {finding.expected}"
    assert finding.advice
