"""What single rules find in a service document."""

from __future__ import annotations

from gitmoxi.validation.rule import run_rules
from gitmoxi.validation.service_rules import SERVICE_RULES
from gitmoxi.validation.sources import Source

SOURCE = Source(file="a/n_svcdef.json", positions={})


def found(rule_id, service):
    (rule,) = (rule for rule in SERVICE_RULES if rule.info.id == rule_id)
    return list(run_rules([rule], service, SOURCE))


def assert_refused(rule_id, service, path, says):
    (finding,) = found(rule_id, service)
    assert (finding.rule, finding.json_path) == (rule_id, path)
    assert says in f"{finding} {finding.expected}"
    assert finding.advice or finding.expected
