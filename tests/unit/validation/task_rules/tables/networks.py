"""Network modes and ports."""

from __future__ import annotations

from tests.unit.validation.task_rules.documents import accepted, container, fargate, one, refused, task

C = "$.containerDefinitions[0]"
P = f"{C}.portMappings[0]"


def mapped(*mappings, mode=None):
    return task(container(portMappings=list(mappings)), networkMode=mode)


def port(number, host=None, **members):
    return {"containerPort": number} | ({} if host is None else {"hostPort": host}) | members


ACCEPTED = [
    accepted(
        "task.host-port", mapped(port(80, 80), port(81), port(82, 0), mode="awsvpc"), case="same, left out, 0"
    ),
    accepted("task.host-port", mapped(port(80, 8080)), case="bridge maps to another"),
    accepted("task.ports-without-network", task(networkMode="none"), case="no ports"),
    accepted("task.links-need-bridge", one(links=["web"]), case="bridge is what is meant without a mode"),
    accepted("task.awsvpc-member", one(hostname="web"), case="bridge"),
    accepted(
        "task.external-network",
        task(networkMode="host", requiresCompatibilities=["EXTERNAL"]),
        case="host",
    ),
    accepted("task.reserved-host-port", mapped(port(22, 2222)), case="another one"),
    accepted("task.reserved-host-port", mapped(port(22, 22), mode="awsvpc"), case="awsvpc has its own ports"),
    accepted("task.port-number", mapped(port(65535, 0), port(1, 65535)), case="the edges"),
    accepted("task.port-missing", mapped({"containerPortRange": "8000-8010"}), case="a range instead"),
    accepted("task.port-range", mapped({"containerPortRange": "1-65535"}, mode="awsvpc"), case="the widest"),
    accepted(
        "task.port-taken-twice",
        mapped(port(53, protocol="tcp"), port(53, protocol="udp"), mode="awsvpc"),
        case="tcp and udp",
    ),
    accepted("task.port-taken-twice", mapped(port(80, 0), port(81, 0)), case="0 is any"),
    accepted(
        "task.port-taken-twice",
        task(container(portMappings=[port(80)]), container(name="b", portMappings=[port(80)])),
        case="bridge gives each its own",
    ),
    accepted("task.port-name", mapped(port(80, name="web_1-http")), case="all that is allowed"),
    accepted("task.port-name-twice", mapped(port(80, name="a"), port(81, name="b")), case="two"),
    accepted("task.app-protocol-unnamed", mapped(port(80, name="a", appProtocol="http")), case="named"),
]

REFUSED = [
    *(
        refused(
            "task.host-port",
            mapped(port(8080, 80), mode=mode),
            f"{P}.hostPort",
            "hostPort 80",
            "containerPort 8080",
            mode,
            advice="remove hostPort",
            case=mode,
        )
        for mode in ("awsvpc", "host")
    ),
    refused(
        "task.ports-without-network",
        mapped(port(80), mode="none"),
        f"{C}.portMappings",
        "container web maps ports",
        advice="another networkMode",
        case="ports",
    ),
    refused(
        "task.links-need-bridge",
        task(container(links=["web"]), networkMode="awsvpc"),
        f"{C}.links",
        "networkMode awsvpc",
        advice="localhost",
        case="awsvpc",
    ),
    refused(
        "task.awsvpc-member",
        fargate(container(hostname="web")),
        f"{C}.hostname",
        "hostname of container web",
        advice="remove it",
        case="hostname",
    ),
    refused(
        "task.awsvpc-member",
        fargate(container(extraHosts=[{"hostname": "a", "ipAddress": "10.0.0.1"}])),
        f"{C}.extraHosts",
        "extraHosts",
        advice="remove it",
        case="extraHosts",
    ),
    refused(
        "task.external-network",
        task(networkMode="awsvpc", requiresCompatibilities=["EXTERNAL"]),
        "$.networkMode",
        "EXTERNAL",
        advice="bridge or host",
        case="awsvpc",
    ),
    refused(
        "task.reserved-host-port",
        mapped(port(22, 22)),
        f"{P}.hostPort",
        "hostPort 22",
        advice="0 to get any free one",
        case="SSH",
    ),
    refused(
        "task.port-number",
        mapped(port(0)),
        f"{P}.containerPort",
        "0",
        "containerPort",
        advice="65535",
        case="zero",
    ),
    refused(
        "task.port-number",
        mapped(port(80, 65536)),
        f"{P}.hostPort",
        "65536",
        advice="1 to 65535",
        case="host",
    ),
    refused(
        "task.port-missing",
        mapped({"hostPort": 80}),
        P,
        "no containerPort",
        advice="listens",
        case="host port only",
    ),
    refused(
        "task.port-missing",
        mapped(port(80, containerPortRange="80-90")),
        f"{P}.containerPortRange",
        "both",
        advice="keep one",
        case="both",
    ),
    *(
        refused(
            "task.port-range",
            mapped({"containerPortRange": ports}),
            f"{P}.containerPortRange",
            f"{ports} is not a range",
            advice="hyphen",
            case=ports,
        )
        for ports in ("80", "90-80", "0-10", "1-65536", "80:90")
    ),
    refused(
        "task.port-range",
        mapped({"containerPortRange": "80-90", "hostPort": 80}),
        f"{P}.hostPort",
        "no hostPort",
        advice="AWS chooses",
        case="with a host port",
    ),
    refused(
        "task.port-range",
        mapped({"containerPortRange": "80-90"}, mode="host"),
        f"{P}.containerPortRange",
        "networkMode host",
        advice="awsvpc or bridge",
        case="host mode",
    ),
    refused(
        "task.port-taken-twice",
        fargate(container(portMappings=[port(80)]), container(name="b", portMappings=[port(80)])),
        "$.containerDefinitions[1].portMappings[0].containerPort",
        "container b maps tcp port 80, which container web",
        advice="another port",
        case="awsvpc",
    ),
    refused(
        "task.port-taken-twice",
        mapped(port(80, 8080), port(81, 8080)),
        f"{C}.portMappings[1].hostPort",
        "8080",
        advice="another port",
        case="one host port",
    ),
    refused(
        "task.port-name", mapped(port(80, name="-a")), f"{P}.name", "-a", advice="begin with -", case="hyphen"
    ),
    refused("task.port-name", mapped(port(80, name="Web")), f"{P}.name", "Web", advice="a-z", case="case"),
    refused("task.port-name", mapped(port(80, name="a" * 65)), f"{P}.name", "a", advice="a-z", case="long"),
    refused(
        "task.port-name-twice",
        mapped(port(80, name="a"), port(81, name="a")),
        f"{C}.portMappings[1].name",
        "named a too",
        advice="Service Connect",
        case="one name",
    ),
    refused(
        "task.app-protocol-unnamed",
        mapped(port(80, appProtocol="http")),
        f"{P}.appProtocol",
        "without a name",
        advice="name",
        case="unnamed",
    ),
]
