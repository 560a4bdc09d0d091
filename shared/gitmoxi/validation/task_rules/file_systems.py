"""Volumes that lie on EFS or S3 Files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.reading import text_at, value_at
from gitmoxi.validation.rule import Problem, Rule, rule
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import TaskDefinition

_EFS: Final = "efsVolumeConfiguration"
_AUTHORIZATION: Final = (_EFS, "authorizationConfig")
_S3: Final = "s3filesVolumeConfiguration"


@rule(
    "task.efs-encryption",
    summary="An EFS volume with an access point or IAM authorization has transitEncryption ENABLED.",
    source=api("EFSAuthorizationConfig"),
    advice='write "transitEncryption": "ENABLED" in efsVolumeConfiguration',
)
def _efs_encryption(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes"):
        iam = text_at(volume, *_AUTHORIZATION, "iam") == "ENABLED"
        point = text_at(volume, *_AUTHORIZATION, "accessPointId")
        encryption = text_at(volume, _EFS, "transitEncryption") or ""
        if (iam or point) and encryption != "ENABLED":
            needed_by = "an access point" if point else "IAM authorization"
            yield Problem(
                at=(*path, _EFS, "transitEncryption"),
                message=f"EFS with {needed_by} needs encryption in transit",
                found=encryption,
                expected="ENABLED",
            )


@rule(
    "task.access-point-root",
    summary="A volume with an access point has no rootDirectory but /.",
    source=api("EFSVolumeConfiguration"),
    advice="remove rootDirectory: the access point says where its root is",
)
def _access_point_root(task: TaskDefinition) -> Iterator[Problem]:
    for path, volume in task.each("volumes"):
        for kind, point in ((_EFS, ("authorizationConfig", "accessPointId")), (_S3, ("accessPointArn",))):
            root = text_at(volume, kind, "rootDirectory")
            if value_at(volume, kind, *point) and root not in {None, "", "/"}:
                yield Problem(
                    at=(*path, kind, "rootDirectory"),
                    message=f"rootDirectory {root} does not go with an access point",
                    found=root or "",
                    expected="/",
                )


@rule(
    "task.s3-files-role",
    summary="A task with an S3 Files volume has a taskRoleArn.",
    source=api("S3FilesVolumeConfiguration"),
    advice="write taskRoleArn with a role that may use the file system",
)
def _s3_files_role(task: TaskDefinition) -> Iterator[Problem]:
    if value_at(task.document, "taskRoleArn") is not None:
        return
    for path, volume in task.each("volumes"):
        if value_at(volume, _S3) is not None:
            yield Problem(at=(*path, _S3), message="an S3 Files volume needs the taskRoleArn of the task")


FILE_SYSTEM_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (
    _efs_encryption,
    _access_point_root,
    _s3_files_role,
)
