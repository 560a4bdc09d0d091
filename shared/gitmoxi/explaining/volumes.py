"""Volumes that cannot be mounted."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import EFS_MOUNTS, INITIALIZATION, STOPPED_TASKS

_EFS = "efs utils"

VOLUME_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="volume.efs-not-resolved",
        cause="The address of the {file_system} cannot be resolved from the task's subnet.",
        advice=(
            "Make a mount target in the task's Availability Zone, and switch on DNS resolution in the VPC."
        ),
        source=EFS_MOUNTS,
        says=(("failed to resolve", "efs"),),
    ),
    Entry(
        id="volume.efs-denied",
        cause="The {file_system} refuses the task.",
        advice=(
            "The task role needs elasticfilesystem:ClientMount and ClientWrite, the file system's policy "
            "must "
            "allow it, and authorizationConfig.iam must be ENABLED to use them."
        ),
        source=EFS_MOUNTS,
        says=(("access denied by server",), ("elasticfilesystem:client",), (_EFS, "access denied")),
    ),
    Entry(
        id="volume.efs-path-missing",
        cause="The {file_system} has no such directory as the task definition mounts.",
        advice="Create the directory, or correct rootDirectory or the access point in the task definition.",
        source=EFS_MOUNTS,
        says=((_EFS, "no such file or directory"),),
    ),
    Entry(
        id="volume.efs-unreachable",
        cause="The task cannot reach the {file_system}.",
        advice="The mount target's security group must let TCP 2049 in from the task's security group.",
        source=EFS_MOUNTS,
        says=(
            (_EFS, "timed out"),
            (_EFS, "timeout"),
            (_EFS, "connection reset"),
            (_EFS, "deadline exceeded"),
        ),
    ),
    Entry(
        id="volume.efs-failed",
        cause="The {file_system} cannot be mounted.",
        advice="Check its mount targets, TCP 2049 in the security groups, and the task role's permissions.",
        source=INITIALIZATION,
        says=((_EFS,),),
    ),
    Entry(
        id="volume.storage-not-ready",
        cause="The task's own storage was not ready in time.",
        advice="This usually passes: ECS starts the task again. If it lasts, ask AWS Support.",
        source=STOPPED_TASKS,
        says=(("ephemeralstorage provisioning",),),
    ),
    Entry(
        id="volume.cannot-be-created",
        cause="A volume of the task cannot be created or mounted.",
        advice="Check the volumes and mountPoints of the task definition, and the driver's own words.",
        source=STOPPED_TASKS,
        says=(
            ("cannotcreatevolumeerror",),
            ("cannotmountvolumeerror",),
            ("ebs volume", "failed"),
            ("timeout waiting for ebs",),
        ),
    ),
)
