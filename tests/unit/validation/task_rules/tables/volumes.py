"""Volumes and where they are mounted."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import ROLE, accepted, container, one, refused, task

M = "$.containerDefinitions[0].mountPoints"
V = "$.volumes[0]"
EFS = {"fileSystemId": "fs-1"}
POINT = {"authorizationConfig": {"accessPointId": "fsap-1"}, "transitEncryption": "ENABLED"}
S3 = {"fileSystemArn": "arn:aws:s3files:eu-central-1:111122223333:file-system/fs-1"}


def mounted(*volumes, **members):
    """All volumes, each mounted at a path of its own."""
    mounts = [
        {"sourceVolume": volume.get("name"), "containerPath": f"/v{index}"}
        for index, volume in enumerate(volumes)
    ]
    return task(container(mountPoints=mounts), volumes=list(volumes), **members)


def mounts(*points, volumes=("data",)):
    given = [{"sourceVolume": name, "containerPath": path} for name, path in points]
    return task(container(mountPoints=given), volumes=[{"name": name} for name in volumes])


def volume(**kind):
    return {"name": "data"} | kind


def efs(**settings):
    return mounted(volume(efsVolumeConfiguration=EFS | settings))


ACCEPTED = [
    accepted("task.unknown-volume", mounts(("data", "/data")), case="it is there"),
    accepted(
        "task.mount-point",
        mounts(("data", "/a"), ("data", "/b")),
        case="one volume at two places of a container",
    ),
    accepted("task.mount-point", mounts(("data", "C:\\data")), case="a Windows path"),
    accepted("task.volume-name", mounted(volume(name="Data_1-a")), case="letters, digits, _ and -"),
    accepted(
        "task.volume-kinds", mounted(volume(), {"name": "b", "configuredAtLaunch": True}), case="one each"
    ),
    accepted("task.volume-kinds", mounted(volume(host={}, configuredAtLaunch=False)), case="false is none"),
    accepted("task.volumes-at-launch", mounted(volume(configuredAtLaunch=True)), case="one"),
    accepted("task.volume-source-path", mounted(volume(host={"sourcePath": "/srv"})), case="a path"),
    accepted(
        "task.volume-autoprovision",
        mounted(volume(dockerVolumeConfiguration={"scope": "shared", "autoprovision": True})),
        case="shared",
    ),
    accepted("task.volume-unused", mounts(("data", "/data")), case="mounted"),
    accepted("task.efs-encryption", efs(), case="no authorization"),
    accepted("task.efs-encryption", efs(**POINT), case="encrypted"),
    accepted("task.access-point-root", efs(rootDirectory="/", **POINT), case="the root"),
    accepted("task.access-point-root", efs(rootDirectory="/a"), case="no access point"),
    accepted(
        "task.s3-files-role", mounted(volume(s3filesVolumeConfiguration=S3), taskRoleArn=ROLE), case="a role"
    ),
]

REFUSED = [
    refused(
        "task.unknown-volume",
        mounts(("dta", "/data"), ("data", "/x")),
        f"{M}[0].sourceVolume",
        "container web mounts dta",
        advice="did you mean data?",
        case="misspelt",
    ),
    refused(
        "task.unknown-volume",
        one(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        f"{M}[0].sourceVolume",
        "no such volume",
        advice='add {"name": "data"} to volumes',
        case="no volumes",
    ),
    refused(
        "task.mount-point",
        one(mountPoints=[{"containerPath": "/data"}]),
        f"{M}[0].sourceVolume",
        "no sourceVolume",
        advice="write sourceVolume",
        case="no volume",
    ),
    refused(
        "task.mount-point",
        mounts(("data", None)),
        f"{M}[0].containerPath",
        "no containerPath",
        advice="write containerPath",
        case="no path",
    ),
    refused(
        "task.mount-point",
        mounts(("data", "data")),
        f"{M}[0].containerPath",
        "not absolute",
        advice="write /data",
        case="a relative path",
    ),
    refused(
        "task.mount-point",
        mounts(("data", "/a"), ("b", "/a"), volumes=("data", "b")),
        f"{M}[1].containerPath",
        "two volumes at /a",
        advice="elsewhere",
        case="one path twice",
    ),
    refused(
        "task.volume-name",
        task(volumes=[{"host": {}}]),
        f"{V}.name",
        "no name",
        advice="give it a name",
        case="none",
    ),
    refused(
        "task.volume-name",
        mounted(volume(name="my data")),
        f"{V}.name",
        '"my data"',
        advice="letters",
        case="space",
    ),
    refused(
        "task.volume-name",
        mounted(volume(), volume()),
        "$.volumes[1].name",
        "two volumes are named data",
        advice="rename",
        case="twice",
    ),
    refused(
        "task.volume-kinds",
        mounted(volume(host={}, efsVolumeConfiguration=EFS)),
        V,
        "2 kinds: host, efsVolumeConfiguration",
        advice="keep one",
        case="host and EFS",
    ),
    refused(
        "task.volumes-at-launch",
        mounted(volume(configuredAtLaunch=True), {"name": "b", "configuredAtLaunch": True}),
        "$.volumes[1].configuredAtLaunch",
        "another volume",
        advice="one volume",
        case="two",
    ),
    refused(
        "task.volume-source-path",
        mounted(volume(host={"sourcePath": ""})),
        f"{V}.host.sourcePath",
        "empty",
        advice='"host": {}',
        case="empty",
    ),
    refused(
        "task.volume-autoprovision",
        mounted(volume(dockerVolumeConfiguration={"scope": "task", "autoprovision": True})),
        f"{V}.dockerVolumeConfiguration.autoprovision",
        "scope shared",
        advice="remove autoprovision",
        case="of a task",
    ),
    refused(
        "task.volume-unused",
        task(volumes=[{"name": "data"}]),
        V,
        "no container mounts the volume data",
        advice="mountPoints",
        case="unused",
    ),
    refused(
        "task.efs-encryption",
        efs(authorizationConfig={"accessPointId": "fsap-1"}),
        f"{V}.efsVolumeConfiguration.transitEncryption",
        "an access point",
        advice='"transitEncryption": "ENABLED"',
        case="access point",
    ),
    refused(
        "task.efs-encryption",
        efs(authorizationConfig={"iam": "ENABLED"}, transitEncryption="DISABLED"),
        f"{V}.efsVolumeConfiguration.transitEncryption",
        "IAM authorization",
        advice="ENABLED",
        case="IAM",
    ),
    refused(
        "task.access-point-root",
        efs(rootDirectory="/a", **POINT),
        f"{V}.efsVolumeConfiguration.rootDirectory",
        "rootDirectory /a",
        advice="remove rootDirectory",
        case="EFS",
    ),
    refused(
        "task.access-point-root",
        mounted(
            volume(
                s3filesVolumeConfiguration=S3 | {"accessPointArn": "arn:aws:s3files:x", "rootDirectory": "/a"}
            ),
            taskRoleArn=ROLE,
        ),
        f"{V}.s3filesVolumeConfiguration.rootDirectory",
        "/a",
        advice="remove rootDirectory",
        case="S3 Files",
    ),
    refused(
        "task.s3-files-role",
        mounted(volume(s3filesVolumeConfiguration=S3)),
        f"{V}.s3filesVolumeConfiguration",
        "taskRoleArn",
        advice="write taskRoleArn",
        case="no role",
    ),
]
