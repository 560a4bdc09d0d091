"""Where each record lies: the keys of DESIGN's table, in one place."""

from __future__ import annotations

import hashlib
from datetime import datetime

from gitmoxi.adapters.codec import instant
from gitmoxi.adapters.dynamodb.wire import Key
from gitmoxi.adapters.matching import SHA_PREFIX
from gitmoxi.domain.states import Status, Worker
from gitmoxi.ports.watches import AlarmName, Watch

REPOSITORIES = "REPOSITORIES"
"""All registrations lie in one partition: there are few, and a query lists them consistently."""

HEALTHS = "HEALTHS"
"""Whether each repository can be read: one partition, as of the registrations that they belong to."""

ORPHANS = "ORPHANS"
"""All orphans lie in one partition, as registrations do: there should be few, and people list them all."""

DRIFTS = "DRIFTS"
"""What was found at all targets lies in one partition: whoever reads one of them reads all (ADR 21)."""

LOOK_ROUNDS = "LOOKS"
"""How far the looks at each group of targets have come."""

AUDIT = "AUDIT"
"""The audit trail is one chain, so it is one partition too."""

STEP = "STEP#"
COMMAND = "CMD#"
HIGHEST = "~"
"""Sorts after every character that our ids and moments are made of."""


def repository(repository_id: str) -> Key:
    """A registration."""
    return Key(REPOSITORIES, repository_id)


def health(repository_id: str) -> Key:
    """Whether a repository can be read."""
    return Key(HEALTHS, repository_id)


def poll(part: int) -> Key:
    """Until when a process polls a part of the repositories."""
    return Key(f"POLL#{part}", "POLL")


def branch(repository_id: str, name: str) -> Key:
    """How far a branch is processed."""
    return Key(f"R#{repository_id}", f"BRANCH#{name}")


def commits(repository_id: str, branch_name: str) -> str:
    """The partition of a branch's commits."""
    return f"B#{repository_id}#{branch_name}"


def commit(repository_id: str, branch_name: str, seq: int) -> Key:
    """One processing of a commit."""
    return Key(commits(repository_id, branch_name), f"{seq:012}")


def sha_partition(sha: str) -> str:
    """The index partition of a commit hash, or of a prefix of it."""
    return sha[:SHA_PREFIX]


def push(delivery_id: str) -> Key:
    """The answer to a delivery; its id comes from outside, and may be too long for a key."""
    return Key(f"P#{hashlib.sha256(delivery_id.encode()).hexdigest()}", "PUSH")


def dry_run(dry_run_id: str) -> Key:
    """A dry run."""
    return Key(f"DRYRUN#{dry_run_id}", "DRYRUN")


def deployment(deployment_id: str) -> str:
    """The partition of a deployment and all that belongs to it."""
    return f"D#{deployment_id}"


def head(deployment_id: str) -> Key:
    """The record that every tick rewrites."""
    return Key(deployment(deployment_id), "HEAD")


def id_of_head(key: Key) -> str:
    """The deployment's id, from the key of its HEAD."""
    return key.pk.removeprefix("D#")


def plan(deployment_id: str) -> Key:
    """What a plan says to people."""
    return Key(deployment(deployment_id), "PLAN")


def step(deployment_id: str, version: int) -> Key:
    """A step, by the version that it led to."""
    return Key(deployment(deployment_id), f"{STEP}{version:08}")


def command(deployment_id: str, command_id: str) -> Key:
    """A command."""
    return Key(deployment(deployment_id), f"{COMMAND}{command_id}")


def target(target_id: str) -> Key:
    """Slot, line and claim of a target, and its lease."""
    return Key(target_partition(target_id), "T")


def target_partition(target_id: str) -> str:
    """The partition of a target, and of its deployments in the index."""
    return f"T#{target_id}"


def ownerships(repository_id: str, branch_name: str) -> str:
    """The partition of a branch's ownerships: base items, for they are read consistently."""
    return f"O#{repository_id}#{branch_name}"


def ownership(repository_id: str, branch_name: str, prefix: str) -> Key:
    """The target that a path-prefix is deployed to."""
    return Key(ownerships(repository_id, branch_name), prefix)


def orphan(target_id: str) -> Key:
    """A target that no definition file stands for."""
    return Key(ORPHANS, target_id)


def drift(target_id: str) -> Key:
    """What the looks at a target found."""
    return Key(DRIFTS, target_id)


def look_round(group: int) -> Key:
    """How far the looks at a group of targets have come."""
    return Key(LOOK_ROUNDS, f"{group:04}")


def watches(alarm: AlarmName) -> str:
    """The partition of those who watch an alarm."""
    return f"WATCH#{alarm.account}#{alarm.region}#{alarm.name}"


def watch(watched: Watch) -> Key:
    """One deployment that watches an alarm."""
    return Key(watches(watched.alarm), watched.deployment_id)


def commit_partition(sha: str) -> str:
    """The index partition of a commit's deployments."""
    return f"C#{sha}"


def status_partition(status: Status, month: str) -> str:
    """The index partition of the deployments that were created in a month (``2026-11``)."""
    return f"S#{status}#{month}"


def newest(created_at: datetime, deployment_id: str) -> str:
    """The index sort key by which deployments are listed newest first."""
    return f"{instant(created_at)}#{deployment_id}"


def due(owner: Worker, shard: int) -> str:
    """The index partition of the deployments that a worker will have to look at."""
    return f"DUE#{owner}#{shard}"


def outbox(owner: Worker, shard: int) -> str:
    """The partition of the events that a worker has still to publish."""
    return f"OUT#{owner}#{shard}"


def audit_entry(number: int) -> Key:
    """A link of the audit chain, counted from 1."""
    return Key(AUDIT, f"{number:012}")
