"""What Fargate needs and does not offer."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import (
    AWSLOGS,
    ROLE,
    SECRET_ARN,
    accepted,
    container,
    fargate,
    refused,
    task,
)

C = "$.containerDefinitions[0]"
ECR = "111122223333.dkr.ecr.eu-central-1.amazonaws.com/web:1"
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}


def capabilities(*added):
    return {"capabilities": {"add": list(added)}}


def with_volume(**kind):
    mounting = container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])
    return fargate(mounting, volumes=[{"name": "data"} | kind])


def logging(driver, **options):
    return {"logDriver": driver, "options": options}


LOGS = {"logDriver": "awslogs", "options": AWSLOGS}
CREDENTIALS = {"credentialsParameter": SECRET_ARN}

ACCEPTED = [
    accepted("task.fargate-network", fargate(), case="awsvpc"),
    accepted("task.fargate-network", fargate(networkMode="AWSVPC"), case="no mode, as the shape check says"),
    accepted(
        "task.fargate-container", fargate(container(privileged=False, links=[])), case="false asks nothing"
    ),
    accepted(
        "task.fargate-container",
        fargate(container(linuxParameters={"tmpfs": [{"containerPath": "/t", "size": 8}]})),
        case="tmpfs is offered since January 2026",
    ),
    accepted("task.fargate-container", task(container(privileged=True)), case="EC2"),
    accepted("task.fargate-task", task(ipcMode="task"), case="EC2"),
    accepted("task.fargate-pid-mode", fargate(pidMode="task"), case="task"),
    accepted("task.fargate-volume", with_volume(host={}), case="an empty volume"),
    accepted("task.fargate-volume", with_volume(efsVolumeConfiguration={"fileSystemId": "fs-1"}), case="EFS"),
    accepted(
        "task.fargate-capability", fargate(container(linuxParameters=capabilities("SYS_PTRACE"))), case="it"
    ),
    accepted(
        "task.fargate-log-driver",
        fargate(container(logConfiguration=LOGS), executionRoleArn=ROLE),
        case="awslogs",
    ),
    accepted("task.fargate-log-driver", task(container(logConfiguration=logging("gelf"))), case="EC2"),
    accepted(
        "task.fargate-resource",
        task(container(resourceRequirements=[{"type": "GPU", "value": "1"}])),
        case="EC2",
    ),
    accepted("task.fargate-timeout", fargate(container(stopTimeout=120, startTimeout=2)), case="the edges"),
    accepted("task.fargate-timeout", task(container(stopTimeout=600)), case="EC2"),
    accepted("task.ephemeral-storage", fargate(ephemeralStorage={"sizeInGiB": 21}), case="the least"),
    accepted("task.ephemeral-storage", fargate(ephemeralStorage={"sizeInGiB": 200}), case="the most"),
    accepted(
        "task.execution-role",
        fargate(container(image=ECR, logConfiguration=LOGS), executionRoleArn=ROLE),
        case="it is there",
    ),
    accepted("task.execution-role", fargate(), case="a public image without logs needs none"),
    accepted("task.execution-role", task(container(image=ECR, logConfiguration=LOGS)), case="EC2 needs none"),
    accepted(
        "task.execution-role", fargate(container(image="public.ecr.aws/a/b:1")), case="a public ECR image"
    ),
    accepted("task.role-form", task(taskRoleArn="ecsTaskRole"), case="the name alone"),
    accepted(
        "task.role-form",
        task(taskRoleArn="arn:aws-us-gov:iam::111122223333:role/path/to/role"),
        case="another partition and a path",
    ),
    accepted(
        "task.fargate-firelens-config",
        fargate(
            container(logConfiguration={"logDriver": "awsfirelens"}),
            container(
                name="router",
                firelensConfiguration={
                    "type": "fluentbit",
                    "options": {"config-file-type": "file", "config-file-value": "/a.conf"},
                },
            ),
        ),
        case="a file",
    ),
]

REFUSED = [
    refused(
        "task.fargate-network",
        fargate(networkMode=None),
        "$.networkMode",
        "it is missing, which means bridge",
        advice='"networkMode": "awsvpc"',
        case="left out",
    ),
    refused(
        "task.fargate-network",
        fargate(networkMode="host"),
        "$.networkMode",
        "it is host",
        advice="awsvpc",
        case="host",
    ),
    *(
        refused(
            "task.fargate-container",
            fargate(container(**{member: value})),
            f"{C}.{member}",
            f"Fargate does not offer {member}",
            "container web",
            advice="run the task on EC2",
            case=member,
        )
        for member, value in [
            ("links", ["web:w"]),
            ("privileged", True),
            ("dockerSecurityOptions", ["no-new-privileges"]),
            ("disableNetworking", True),
            ("dnsServers", ["10.0.0.2"]),
            ("dnsSearchDomains", ["a.example"]),
        ]
    ),
    *(
        refused(
            "task.fargate-container",
            fargate(container(linuxParameters={"maxSwap": None, member: value})),
            f"{C}.linuxParameters.{member}",
            member,
            advice="remove it",
            case=member,
        )
        for member, value in [
            ("devices", [{"hostPath": "/dev/fuse"}]),
            ("sharedMemorySize", 64),
            ("maxSwap", 64),
            ("swappiness", 10),
        ]
    ),
    *(
        refused(
            "task.fargate-task",
            fargate(**{member: value}),
            f"$.{member}",
            f"Fargate does not offer {member}",
            advice="EC2",
            case=member,
        )
        for member, value in [
            ("ipcMode", "task"),
            ("placementConstraints", [{"type": "memberOf", "expression": "a == b"}]),
            ("inferenceAccelerators", [{"deviceName": "d", "deviceType": "eia2.medium"}]),
        ]
    ),
    refused(
        "task.fargate-pid-mode",
        fargate(pidMode="host"),
        "$.pidMode",
        "pidMode host",
        advice='"task"',
        case="host",
    ),
    refused(
        "task.fargate-pid-mode",
        fargate(pidMode="task", cpu="1024", memory="2048", runtimePlatform=WINDOWS),
        "$.pidMode",
        "Windows containers",
        advice="remove it",
        case="Windows",
    ),
    *(
        refused(
            "task.fargate-volume",
            with_volume(**{path[0]: kind}),
            f"$.volumes[0].{'.'.join(path)}",
            f"does not offer {path[-1]}",
            advice="efsVolumeConfiguration",
            case=path[-1],
        )
        for path, kind in [
            (("dockerVolumeConfiguration",), {"scope": "task"}),
            (("host", "sourcePath"), {"sourcePath": "/srv"}),
            (
                ("fsxWindowsFileServerVolumeConfiguration",),
                {"fileSystemId": "fs-1", "rootDirectory": "share"},
            ),
        ]
    ),
    refused(
        "task.fargate-capability",
        fargate(container(linuxParameters=capabilities("SYS_PTRACE", "NET_ADMIN"))),
        f"{C}.linuxParameters.capabilities.add[1]",
        "container web",
        "NET_ADMIN",
        advice="must run on EC2",
        case="another",
    ),
    refused(
        "task.fargate-log-driver",
        fargate(container(logConfiguration=logging("json-file"))),
        f"{C}.logConfiguration.logDriver",
        "json-file",
        advice="awslogs, splunk, awsfirelens",
        case="json-file",
    ),
    refused(
        "task.fargate-resource",
        fargate(container(resourceRequirements=[{"type": "GPU", "value": "1"}])),
        f"{C}.resourceRequirements[0]",
        "no GPU for container web",
        advice="EC2",
        case="GPU",
    ),
    refused(
        "task.fargate-timeout",
        fargate(container(stopTimeout=121)),
        f"{C}.stopTimeout",
        "121 seconds",
        advice="120 seconds",
        case="too long",
    ),
    refused(
        "task.fargate-timeout",
        fargate(container(startTimeout=1)),
        f"{C}.startTimeout",
        "startTimeout of container web",
        advice="120",
        case="too short",
    ),
    *(
        refused(
            "task.ephemeral-storage",
            fargate(ephemeralStorage={"sizeInGiB": size}),
            "$.ephemeralStorage.sizeInGiB",
            f"{size} GiB",
            advice="leave ephemeralStorage out to get 20 GiB",
            case=f"{size} GiB",
        )
        for size in (20, 201)
    ),
    *(
        refused(
            "task.execution-role",
            document,
            "$.executionRoleArn",
            needs,
            "container web",
            advice="AmazonECSTaskExecutionRolePolicy",
            case=needs,
        )
        for needs, document in [
            ("the logs", fargate(container(logConfiguration=LOGS))),
            ("the image", fargate(container(image=ECR))),
            ("the secrets", task(container(secrets=[{"name": "A", "valueFrom": SECRET_ARN}]))),
            ("the registry credentials", task(container(repositoryCredentials=CREDENTIALS))),
            (
                "the environment files",
                task(container(environmentFiles=[{"type": "s3", "value": "arn:aws:s3:::b/a.env"}])),
            ),
            (
                "the secret log options",
                task(
                    container(
                        logConfiguration={
                            "logDriver": "splunk",
                            "options": {"splunk-url": "https://s.example"},
                            "secretOptions": [{"name": "splunk-token", "valueFrom": "splunk"}],
                        }
                    )
                ),
            ),
        ]
    ),
    *(
        refused(
            "task.role-form",
            task(**{member: role}),
            f"$.{member}",
            role,
            advice="12 digits",
            case=f"{member} {role}",
        )
        for member, role in [
            ("taskRoleArn", "arn:aws:iam::1111:role/a"),
            ("executionRoleArn", "arn:aws:iam::111122223333:user/a"),
            ("taskRoleArn", "a role"),
        ]
    ),
    refused(
        "task.fargate-firelens-config",
        fargate(
            container(logConfiguration={"logDriver": "awsfirelens"}),
            container(
                name="router",
                firelensConfiguration={
                    "type": "fluentbit",
                    "options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::b/a.conf"},
                },
            ),
        ),
        "$.containerDefinitions[1].firelensConfiguration.options['config-file-type']",
        "container router",
        "S3",
        advice="config-file-type file",
        case="S3",
    ),
]
