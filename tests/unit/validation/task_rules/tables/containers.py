"""Containers, their images, and how they depend on each other."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import accepted, container, one, refused, task

C = "$.containerDefinitions"
CHECK = {"command": ["CMD-SHELL", "true"]}
PROXY = {"containerName": "envoy"}
PROPERTIES = [
    {"name": name, "value": "1"} for name in ("IgnoredUID", "AppPorts", "ProxyIngressPort", "ProxyEgressPort")
]


def waiting(condition, **other):
    return task(
        container(dependsOn=[{"containerName": "db", "condition": condition}]), container(name="db", **other)
    )


def start(name, waits_for):
    return container(name=name, dependsOn=[{"containerName": waits_for, "condition": "START"}])


def ulimits(*limits):
    return one(ulimits=[{"name": name, "softLimit": soft, "hardLimit": hard} for name, soft, hard in limits])


ACCEPTED = [
    accepted("task.family", task(family="Web_1-a" + "x" * 248), case="255 characters"),
    accepted("task.no-container", task(), case="one"),
    accepted(
        "task.containers-too-many", task(*(container(name=f"c{n}") for n in range(10))), case="as many as go"
    ),
    accepted("task.too-large", one(command=["x" * 65_000]), case="close to 64 KiB"),
    accepted("task.container-name", one(name="Web_1-a"), case="letters, digits, _ and -"),
    accepted("task.container-twice", task(container(), container(name="Web")), case="capitals count"),
    accepted(
        "task.no-essential-container",
        task(container(essential=False), container(name="b")),
        case="left out means essential",
    ),
    accepted(
        "task.ulimit", ulimits(("nofile", 1024, 1024), ("memlock", -1, -1), ("core", 5, -1)), case="-1 is all"
    ),
    accepted(
        "task.restart-policy", one(restartPolicy={"enabled": True, "restartAttemptPeriod": 60}), case="least"
    ),
    accepted("task.swappiness", one(linuxParameters={"swappiness": 10, "maxSwap": 64}), case="with maxSwap"),
    accepted("task.no-image", one(), case="there is one"),
    *(
        accepted("task.image-form", one(image=image), case=image)
        for image in (
            "nginx",
            "nginx:1.27-Alpine",
            "amazon/amazon-ecs-agent",
            "Registry.Example:5000/team/app",
            "localhost/app:1",
            "public.ecr.aws/docker/library/nginx:latest",
            "nginx@sha256:" + "0aF" * 21 + "0",
            "nginx:1@sha256:" + "a" * 64,
        )
    ),
    accepted("task.unknown-container", waiting("START"), case="it is there"),
    accepted(
        "task.unknown-container", task(container(links=["db:database"]), container(name="db")), case="alias"
    ),
    accepted(
        "task.dependency-cycle", task(start("a", "b"), start("b", "c"), container(name="c")), case="a line"
    ),
    accepted("task.dependency-condition", waiting("HEALTHY", healthCheck=CHECK), case="with a health check"),
    accepted("task.dependency-condition", waiting("SUCCESS", essential=False), case="not essential"),
    *(
        accepted("task.health-check-range", one(healthCheck=CHECK | edges), case=str(edges))
        for edges in (
            {"interval": 5, "timeout": 2, "retries": 1, "startPeriod": 0},
            {"interval": 300, "timeout": 60, "retries": 10, "startPeriod": 300},
        )
    ),
    accepted("task.health-check-command", one(healthCheck={"command": ["CMD", "/check", "-v"]}), case="CMD"),
    accepted("task.health-check-command", one(healthCheck={"command": ["NONE"]}), case="NONE"),
    accepted("task.health-check-shell", one(healthCheck=CHECK), case="one text"),
    accepted(
        "task.proxy-container",
        task(
            container(name="envoy"),
            proxyConfiguration=PROXY | {"properties": PROPERTIES},
            networkMode="awsvpc",
        ),
        case="it is there",
    ),
    accepted(
        "task.placement-constraint",
        task(placementConstraints=[{"type": "memberOf", "expression": "a == b"}]),
        case="an expression",
    ),
    accepted("task.tag", task(tags=[{"key": "a"}, {"key": "A", "value": "b"}]), case="capitals count"),
    accepted("task.tag", task(tags=[{"key": f"k{n}"} for n in range(50)]), case="fifty"),
]

REFUSED = [
    refused(
        "task.containers-too-many",
        task(*(container(name=f"c{n}") for n in range(11))),
        C,
        "11 containers",
        "takes 10",
        advice="another task definition",
        case="one more",
    ),
    refused(
        "task.too-large",
        one(command=["\u00e9" * 33_000]),
        "$",
        "66",
        "bytes, and AWS takes 65536",
        advice="long texts",
        case="66 KB of two bytes each",
    ),
    refused("task.family", task(family="my web"), "$.family", '"my web"', advice="letters", case="a space"),
    refused("task.family", task(family=""), "$.family", "family is empty", advice="letters", case="empty"),
    refused("task.family", task(family="a" * 256), "$.family", "aaa", advice="255", case="too long"),
    refused(
        "task.no-container",
        task(containerDefinitions=[]),
        C,
        "no container",
        advice="{name, image, memory}",
        case="none",
    ),
    refused(
        "task.container-name",
        one(name=None),
        f"{C}[0].name",
        "container number 1",
        advice="add name",
        case="none",
    ),
    refused("task.container-name", one(name="a.b"), f"{C}[0].name", '"a.b"', advice="letters", case="a dot"),
    refused(
        "task.container-twice",
        task(container(), container()),
        f"{C}[1].name",
        "named web too",
        advice="rename",
        case="two",
    ),
    refused(
        "task.no-essential-container",
        one(essential=False),
        C,
        "no container of the task is essential",
        advice="set essential to true",
        case="none",
    ),
    refused(
        "task.ulimit",
        ulimits(("nofile", 2048, 1024)),
        f"{C}[0].ulimits[0].softLimit",
        "2048",
        "nofile",
        "1024",
        advice="raise hardLimit",
        case="soft above hard",
    ),
    refused(
        "task.ulimit",
        ulimits(("nofile", -1, 1024)),
        f"{C}[0].ulimits[0].softLimit",
        "-1",
        advice="lower softLimit",
        case="soft without end",
    ),
    refused(
        "task.ulimit",
        ulimits(("core", 1, 1), ("core", 2, 2)),
        f"{C}[0].ulimits[1].name",
        "core twice",
        advice="remove one",
        case="twice",
    ),
    refused(
        "task.restart-policy",
        one(restartPolicy={"enabled": True, "restartAttemptPeriod": 30}),
        f"{C}[0].restartPolicy.restartAttemptPeriod",
        "30 seconds",
        advice="60 to 1800",
        case="too soon",
    ),
    refused(
        "task.restart-policy",
        one(restartPolicy={"enabled": True, "ignoredExitCodes": list(range(51))}),
        f"{C}[0].restartPolicy.ignoredExitCodes",
        "51",
        advice="remove some",
        case="too many codes",
    ),
    refused(
        "task.swappiness",
        one(linuxParameters={"swappiness": 10}),
        f"{C}[0].linuxParameters.swappiness",
        "without maxSwap",
        advice="maxSwap",
        case="alone",
    ),
    refused(
        "task.no-image", one(image=""), f"{C}[0].image", "container web", advice="nginx:1.27", case="empty"
    ),
    *(
        refused(
            "task.image-form",
            one(image=image),
            f"{C}[0].image",
            "container web",
            reason,
            advice=advice,
            case=image,
        )
        for image, reason, advice in [
            ("https://a.example/web", "web page", "without http"),
            ("nginx :1", "space", "remove"),
            ("nginx:", "tag is empty", "write a tag"),
            ("nginx:a tag", "space", "remove"),
            ("nginx:{tag}", "there is { in it", "letters, digits"),
            ("nginx:${TAG}", "a placeholder stands in it", "input file"),
            ("<IMAGE1_NAME>", "a placeholder stands in it", "input file"),
            ("nginx:-1", "-1 is not a tag", "letters"),
            ("nginx@1234", "digest", "64 hex digits"),
            ("Team/App:1", "capitals", "lower case"),
            ("a.example/App", "capitals", "lower case"),
            (":1.27", "no repository", "name the repository"),
            ("a" * 256, "255 characters", "shorten"),
        ]
    ),
    refused(
        "task.unknown-container",
        task(start("web", "databse"), container(name="database")),
        f"{C}[0].dependsOn[0].containerName",
        "container web names databse",
        advice="did you mean database?",
        case="dependsOn",
    ),
    refused(
        "task.unknown-container",
        one(links=["db:database"]),
        f"{C}[0].links[0]",
        "names db",
        advice="name a container of this task",
        case="links",
    ),
    refused(
        "task.unknown-container",
        one(volumesFrom=[{"sourceContainer": "data"}]),
        f"{C}[0].volumesFrom[0].sourceContainer",
        "names data",
        advice="container of this task",
        case="volumesFrom",
    ),
    refused(
        "task.dependency-cycle",
        task(container(), start("a", "b"), start("b", "a")),
        f"{C}[1].dependsOn",
        "a -> b -> a",
        advice="remove one",
        case="two",
    ),
    refused(
        "task.dependency-cycle",
        task(start("a", "a")),
        f"{C}[0].dependsOn",
        "a -> a",
        advice="remove",
        case="itself",
    ),
    refused(
        "task.dependency-condition",
        waiting("HEALTHY"),
        f"{C}[0].dependsOn[0].condition",
        "container web waits for a healthy db",
        advice="give db a healthCheck",
        case="no health check",
    ),
    *(
        refused(
            "task.dependency-condition",
            waiting(condition),
            f"{C}[0].dependsOn[0].condition",
            "waits for db to end",
            advice='"essential": false for db',
            case=condition,
        )
        for condition in ("COMPLETE", "SUCCESS")
    ),
    *(
        refused(
            "task.health-check-range",
            one(healthCheck=CHECK | {member: value}),
            f"{C}[0].healthCheck.{member}",
            f"{value} as {member}",
            advice=advice,
            case=f"{member} {value}",
        )
        for member, value, advice in [
            ("interval", 4, "5 to 300"),
            ("timeout", 61, "2 to 60"),
            ("retries", 11, "1 to 10"),
            ("startPeriod", 301, "0 to 300"),
        ]
    ),
    *(
        refused(
            "task.health-check-command",
            one(healthCheck={"command": command}),
            f"{C}[0].healthCheck.command",
            message,
            advice="<one shell command>",
            case=" ".join(command) or "nothing",
        )
        for command, message in [
            (["curl -f http://localhost"], "begins with curl -f http://localhost, not with CMD"),
            ([], "has an empty command"),
            ([""], "has an empty command"),
            (["CMD-SHELL"], "no command after CMD-SHELL"),
        ]
    ),
    refused(
        "task.health-check-shell",
        one(healthCheck={"command": ["CMD-SHELL", "curl", "-f", "http://localhost"]}),
        f"{C}[0].healthCheck.command",
        'runs only "curl"',
        advice="join them",
        case="several texts",
    ),
    refused(
        "task.proxy-container",
        task(proxyConfiguration=PROXY | {"properties": PROPERTIES}, networkMode="awsvpc"),
        "$.proxyConfiguration.containerName",
        "envoy",
        advice="container of this task",
        case="unknown",
    ),
    refused(
        "task.proxy-network",
        task(container(name="envoy"), proxyConfiguration=PROXY | {"properties": PROPERTIES}),
        "$.networkMode",
        "it is bridge",
        advice="awsvpc",
        case="bridge",
    ),
    refused(
        "task.proxy-properties",
        task(container(name="envoy"), proxyConfiguration=PROXY, networkMode="awsvpc"),
        "$.proxyConfiguration.properties",
        "AppPorts, ProxyIngressPort, ProxyEgressPort, IgnoredUID",
        advice='{"name": ..., "value": ...}',
        case="none",
    ),
    refused(
        "task.placement-constraint",
        task(placementConstraints=[{"type": "memberOf"}]),
        "$.placementConstraints[0].expression",
        "no expression",
        advice="attribute:",
        case="no expression",
    ),
    refused(
        "task.placement-constraint",
        task(placementConstraints=[{"type": "memberOf", "expression": "a == b"}] * 11),
        "$.placementConstraints",
        "11 placement constraints",
        advice="remove some",
        case="too many",
    ),
    refused(
        "task.tag",
        task(tags=[{"key": "AWS:a"}]),
        "$.tags[0].key",
        "AWS:a",
        advice="another prefix",
        case="key",
    ),
    refused(
        "task.tag",
        task(tags=[{"key": "a", "value": "aws:b"}]),
        "$.tags[0].value",
        "aws:b",
        advice="another prefix",
        case="value",
    ),
    refused(
        "task.tag",
        task(tags=[{"key": "a"}, {"key": "a"}]),
        "$.tags[1].key",
        "two tags have the key a",
        advice="keep one",
        case="twice",
    ),
    refused(
        "task.tag",
        task(tags=[{"key": f"k{n}"} for n in range(51)]),
        "$.tags",
        "51 tags",
        advice="remove some",
        case="too many",
    ),
]
