"""Environment variables, secrets, logs, platforms and placeholders."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import (
    AWSLOGS,
    ROLE,
    SECRET_ARN,
    accepted,
    container,
    fargate,
    one,
    refused,
    task,
)

C = "$.containerDefinitions[0]"
WINDOWS = {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
SSM_ARN = "arn:aws:ssm:eu-central-1:111122223333:parameter"


def variables(*names):
    return [{"name": name, "value": "1"} for name in names]


def secrets(*sources):
    given = [{"name": f"S{index}", "valueFrom": source} for index, source in enumerate(sources)]
    return task(container(secrets=given), executionRoleArn=ROLE)


def files(*values):
    return task(
        container(environmentFiles=[{"type": "s3", "value": value} for value in values]),
        executionRoleArn=ROLE,
    )


def logs(driver, options, **members):
    return {"logConfiguration": {"logDriver": driver, "options": options} | members}


def awslogs(**options):
    given = {name.replace("_", "-"): value for name, value in options.items()}
    return one(**logs("awslogs", {k: v for k, v in (AWSLOGS | given).items() if v is not None}))


def requirement(kind, value):
    return container(resourceRequirements=[{"type": kind, "value": value}])


ROUTER = container(name="router", firelensConfiguration={"type": "fluentbit"})
ROUTED = container(logConfiguration={"logDriver": "awsfirelens"})
TOKEN = "ghp" + "_" + "a1B2" * 9

ACCEPTED = [
    accepted("task.environment-name", one(environment=variables("A", "B")), case="named"),
    accepted("task.environment-twice", one(environment=variables("A", "a")), case="capitals count"),
    accepted("task.environment-file", files("arn:aws:s3:::bucket/a/b.env"), case="an object"),
    *(
        accepted("task.secret-reference", secrets(source), case=source)
        for source in (
            SECRET_ARN,
            f"{SECRET_ARN}:username::",
            f"{SECRET_ARN}::AWSPREVIOUS:",
            "arn:aws-cn:secretsmanager:cn-north-1:111122223333:secret:a/b+c=d.e@f-x",
            f"{SSM_ARN}/db/password",
            f"{SSM_ARN}/password:3",
            "/db/password",
            "password",
        )
    ),
    accepted(
        "task.secret-twice",
        task(
            container(environment=variables("A"), secrets=[{"name": "B", "valueFrom": SECRET_ARN}]),
            executionRoleArn=ROLE,
        ),
        case="two names",
    ),
    accepted(
        "task.secret-in-plain-text",
        one(environment=[{"name": "DATABASE_URL", "value": "postgres://user@db.example/web"}]),
        case="an address without a password",
    ),
    accepted("task.log-options-missing", awslogs(awslogs_stream_prefix=None), case="EC2 needs no prefix"),
    accepted(
        "task.log-options-missing",
        task(
            container(
                **logs(
                    "splunk",
                    {"splunk-url": "https://s.example"},
                    secretOptions=[{"name": "splunk-token", "valueFrom": SECRET_ARN}],
                )
            ),
            executionRoleArn=ROLE,
        ),
        case="a secret option is one",
    ),
    accepted("task.awslogs-unknown-option", awslogs(mode="non-blocking", max_buffer_size="25m"), case="ok"),
    accepted("task.awslogs-multiline", awslogs(awslogs_datetime_format="%Y-%m-%d"), case="a date format"),
    accepted("task.log-mode", awslogs(mode="blocking"), case="blocking"),
    accepted("task.log-option-twice", awslogs(), case="once"),
    accepted("task.firelens-router-missing", task(ROUTED, ROUTER), case="a router"),
    accepted("task.arm-windows", task(runtimePlatform={"cpuArchitecture": "ARM64"}), case="Linux"),
    accepted(
        "task.windows-member",
        task(container(readonlyRootFilesystem=False), runtimePlatform=WINDOWS),
        case="false asks nothing",
    ),
    accepted("task.windows-task-member", task(runtimePlatform=WINDOWS, networkMode="awsvpc"), case="awsvpc"),
    *(
        accepted("task.resource-requirement", task(requirement(kind, value)), case=f"{kind} {value}")
        for kind, value in [("GPU", "2"), ("GPU", "ALL"), ("NeuronDevice", "ALL")]
    ),
    accepted(
        "task.resource-requirement",
        task(
            requirement("InferenceAccelerator", "d"),
            inferenceAccelerators=[{"deviceName": "d", "deviceType": "eia2.medium"}],
        ),
        case="an accelerator of the task",
    ),
    accepted(
        "placeholder.in-text",
        one(
            command=["sh", "-c", "echo $HOME ${X} <in >out"],
            entryPoint=["/run", "${PORT}"],
            healthCheck={"command": ["CMD-SHELL", "test $STATE = up"]},
            environment=[{"name": "OPTS", "value": "-Dx=${user.home} %TEMP%"}],
            dockerLabels={"com.datadoghq.ad.instances": '[{"host": "%%host%%", "x": "{{ y }}"}]'},
        ),
        case="text for programs and shells",
    ),
]

REFUSED = [
    refused(
        "task.environment-name",
        one(environment=[{"value": "1"}]),
        f"{C}.environment[0].name",
        "container web",
        advice="write name",
        case="none",
    ),
    refused(
        "task.environment-twice",
        one(environment=variables("A", "B", "A")),
        f"{C}.environment[2].name",
        "A twice",
        advice="remove one",
        case="twice",
    ),
    refused(
        "task.environment-file",
        files("s3://bucket/a.env"),
        f"{C}.environmentFiles[0].value",
        "s3://bucket/a.env",
        advice="arn:aws:s3:::<bucket>/<key>.env",
        case="an address",
    ),
    refused(
        "task.environment-file",
        files("arn:aws:s3:::bucket/a.txt"),
        f"{C}.environmentFiles[0].value",
        "end with .env",
        advice="ends with .env",
        case="another ending",
    ),
    refused(
        "task.environment-file",
        files(*[f"arn:aws:s3:::bucket/{n}.env" for n in range(11)]),
        f"{C}.environmentFiles",
        "11 environment files",
        advice="join some",
        case="too many",
    ),
    *(
        refused(
            "task.secret-reference",
            secrets(source),
            f"{C}.secrets[0].valueFrom",
            "refers to no secret or parameter",
            advice=advice,
            case=source,
        )
        for source, advice in [
            ("arn:aws:ssm:eu-central-1:111122223333:parameter:/a", "one / before the name"),
            ("arn:aws:secretsmanager:eu-central-1:1234:secret:a", "secret:<name>"),
            ("my secret value!", "the value itself does not belong into the file"),
        ]
    ),
    refused(
        "task.secret-twice",
        task(
            container(environment=variables("A"), secrets=[{"name": "A", "valueFrom": SECRET_ARN}]),
            executionRoleArn=ROLE,
        ),
        f"{C}.secrets[0].name",
        "A is the name of a secret and of an environment variable",
        advice="keep one",
        case="a variable too",
    ),
    refused(
        "task.secret-twice",
        task(container(secrets=[{"name": "A", "valueFrom": SECRET_ARN}] * 2), executionRoleArn=ROLE),
        f"{C}.secrets[1].name",
        "another secret",
        advice="keep one",
        case="twice",
    ),
    *(
        refused(
            "task.secret-in-plain-text",
            one(**members),
            path,
            "a GitHub token stands in plain text in container web",
            advice="the repository's history keeps it",
            case=path,
        )
        for path, members in [
            (f"{C}.environment[0].value", {"environment": [{"name": "T", "value": TOKEN}]}),
            (f"{C}.dockerLabels.token", {"dockerLabels": {"token": TOKEN}}),
            (f"{C}.command[1]", {"command": ["run", f"--token={TOKEN}"]}),
            (f"{C}.logConfiguration.options.tag", logs("gelf", {"tag": TOKEN})),
        ]
    ),
    refused(
        "task.log-options-missing",
        awslogs(awslogs_group=None, awslogs_region=None),
        f"{C}.logConfiguration.options",
        "awslogs-group and awslogs-region",
        advice="in the options",
        case="awslogs",
    ),
    refused(
        "task.log-options-missing",
        fargate(
            container(**logs("awslogs", AWSLOGS | {"awslogs-stream-prefix": None})), executionRoleArn=ROLE
        )
        | {
            "containerDefinitions": [
                container(**logs("awslogs", {k: AWSLOGS[k] for k in ("awslogs-group", "awslogs-region")}))
            ]
        },
        f"{C}.logConfiguration.options",
        "awslogs-stream-prefix",
        advice="awslogs-stream-prefix",
        case="no prefix on Fargate",
    ),
    refused(
        "task.log-options-missing",
        one(**logs("splunk", {"splunk-url": "https://s.example"})),
        f"{C}.logConfiguration.options",
        "splunk-token",
        advice="splunk-token",
        case="splunk",
    ),
    refused(
        "task.awslogs-unknown-option",
        awslogs(awslogs_groups="a"),
        f"{C}.logConfiguration.options['awslogs-groups']",
        "no option awslogs-groups",
        advice="did you mean awslogs-group?",
        case="misspelt",
    ),
    refused(
        "task.awslogs-multiline",
        awslogs(awslogs_datetime_format="%Y", awslogs_multiline_pattern="^x"),
        f"{C}.logConfiguration.options['awslogs-multiline-pattern']",
        "both",
        advice="keep",
        case="both",
    ),
    refused(
        "task.log-mode",
        awslogs(mode="nonblocking"),
        f"{C}.logConfiguration.options.mode",
        "nonblocking",
        advice="did you mean non-blocking?",
        case="misspelt",
    ),
    refused(
        "task.log-option-twice",
        one(
            **logs(
                "splunk", {"splunk-token": "a"}, secretOptions=[{"name": "splunk-token", "valueFrom": "p"}]
            )
        ),
        f"{C}.logConfiguration.options['splunk-token']",
        "splunk-token",
        advice="secretOptions",
        case="twice",
    ),
    refused(
        "task.firelens-router-missing",
        task(ROUTED),
        f"{C}.logConfiguration.logDriver",
        "no container has a firelensConfiguration",
        advice="fluentbit",
        case="no router",
    ),
    refused(
        "task.firelens-unused",
        task(ROUTER),
        f"{C}.firelensConfiguration",
        "no container logs by awsfirelens",
        advice="awsfirelens",
        case="nothing to route",
    ),
    refused(
        "task.firelens-routers",
        task(ROUTED, ROUTER, ROUTER | {"name": "b"}),
        "$.containerDefinitions[2].firelensConfiguration",
        "container b",
        "container router is one already",
        advice="keep one",
        case="two",
    ),
    refused(
        "task.arm-windows",
        task(runtimePlatform=WINDOWS | {"cpuArchitecture": "ARM64"}),
        "$.runtimePlatform.cpuArchitecture",
        "ARM64",
        advice="X86_64",
        case="Windows on ARM",
    ),
    refused(
        "task.windows-member",
        task(container(linuxParameters={"initProcessEnabled": True}), runtimePlatform=WINDOWS),
        f"{C}.linuxParameters",
        "linuxParameters of container web is for Linux only",
        advice="remove it",
        case="linuxParameters",
    ),
    refused(
        "task.windows-task-member",
        task(pidMode="task", runtimePlatform=WINDOWS),
        "$.pidMode",
        "pidMode task",
        advice="remove it",
        case="pidMode",
    ),
    *(
        refused(
            "task.resource-requirement",
            task(requirement(kind, value)),
            f"{C}.resourceRequirements[0].value",
            f'"{value}"',
            kind,
            advice=advice,
            case=f"{kind} {value}",
        )
        for kind, value, advice in [
            ("GPU", "0", "a number of GPUs, or ALL"),
            ("GPU", "one", "a number"),
            ("NeuronDevice", "1", "ALL"),
            ("InferenceAccelerator", "d", "deviceName"),
        ]
    ),
    refused(
        "task.neuron-containers",
        task(requirement("NeuronDevice", "ALL"), requirement("NeuronDevice", "ALL") | {"name": "b"}),
        "$.containerDefinitions[1].resourceRequirements[0]",
        "another container",
        advice="one container",
        case="two",
    ),
    *(
        refused(
            "placeholder.in-text",
            document,
            path,
            f"{token} looks like a placeholder",
            advice="input file",
            case=f"{path} {token}",
        )
        for path, token, document in [
            (f"{C}.image", "${TAG}", one(image="web:${TAG}")),
            (f"{C}.image", "<IMAGE1_NAME>", one(image="<IMAGE1_NAME>")),
            (f"{C}.image", "REPOSITORY_URI:IMAGE_TAG", one(image="REPOSITORY_URI:IMAGE_TAG")),
            ("$.taskRoleArn", "XXXXXXXXXXXX", task(taskRoleArn="arn:aws:iam::XXXXXXXXXXXX:role/a")),
            ("$.taskRoleArn", "ACCOUNT", task(taskRoleArn="arn:aws:iam::ACCOUNT:role/a")),
            ("$.taskRoleArn", "aws_account_id", task(taskRoleArn="arn:aws:iam::aws_account_id:role/a")),
            ("$.taskRoleArn", "$$$ROLE$$$", task(taskRoleArn="$$$ROLE$$$")),
            (f"{C}.logConfiguration.options['awslogs-region']", "$REGION", awslogs(awslogs_region="$REGION")),
            (f"{C}.command[0]", "$$$X$$$", one(command=["run $$$X$$$"])),
            (
                f"{C}.environment[0].value",
                "<your-key>",
                one(environment=[{"name": "KEY", "value": "<your-key>"}]),
            ),
        ]
    ),
]
