"""The readers of targets as every service wires them."""

from __future__ import annotations

from gitmoxi.adapters.aws.alarms import AwsAlarms
from gitmoxi.adapters.aws.autoscaling import AwsAutoscaling
from gitmoxi.adapters.aws.evidence import AwsLogs, AwsTargetHealth
from gitmoxi.ports.ecs import EcsPort
from gitmoxi.runtime.foundation import Foundation
from gitmoxi.workflow.ecs_evidence import EcsEvidence
from gitmoxi.workflow.ecs_reader import EcsReader


def ecs_reader(foundation: Foundation, ecs: EcsPort) -> EcsReader:
    """A reader of ECS services over AWS."""
    return EcsReader(
        ecs=ecs,
        bodies=foundation.bodies,
        evidence=EcsEvidence(
            ecs=ecs,
            logs=AwsLogs(foundation.clients, foundation.limits),
            health=AwsTargetHealth(foundation.clients, foundation.limits),
        ),
        alarms=AwsAlarms(foundation.clients, foundation.limits),
        autoscaling=AwsAutoscaling(foundation.clients, foundation.limits),
        owner=foundation.settings.installation,
    )
