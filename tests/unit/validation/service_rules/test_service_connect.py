"""Service Connect."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

CONNECT = "$.serviceConnectConfiguration"


def connect(*services):
    return {"serviceConnectConfiguration": {"enabled": True, "services": list(services)}}


TABLES = {
    "service.connect-disabled": Table(
        refused={
            "services": (
                {"serviceConnectConfiguration": {"enabled": False, "services": [{"portName": "web"}]}},
                f"{CONNECT}.enabled",
                "has no effect",
            )
        },
        accepted={
            "enabled": connect({"portName": "web"}),
            "off": {"serviceConnectConfiguration": {"enabled": False}},
        },
    ),
    "service.connect-aliases": Table(
        refused={
            "none": (connect({"portName": "web"}), f"{CONNECT}.services[0].clientAliases", "no client finds")
        },
        accepted={
            "one": connect({"portName": "web", "clientAliases": [{"port": 80}]}),
            "a client only": connect(),
        },
    ),
    "service.connect-aliases-too-many": Table(
        refused={
            "two": (
                connect({"clientAliases": [{"port": 80}, {"port": 81}]}),
                f"{CONNECT}.services[0].clientAliases",
                "there are 2 client aliases",
            )
        },
        accepted={"one": connect({"clientAliases": [{"port": 80}]})},
    ),
    "service.connect-names": Table(
        refused={
            "capitals": (
                connect({"discoveryName": "Web"}),
                f"{CONNECT}.services[0].discoveryName",
                "lower-case",
            ),
            "a dot": (connect({"discoveryName": "a.b"}), f"{CONNECT}.services[0].discoveryName", "1 to 64"),
            "a hyphen first": (
                connect({"clientAliases": [{"dnsName": "-db", "port": 80}]}),
                f"{CONNECT}.services[0].clientAliases[0].dnsName",
                "not beginning with -",
            ),
        },
        accepted={
            "usual": connect(
                {"discoveryName": "web-1", "clientAliases": [{"dnsName": "db.internal", "port": 80}]}
            )
        },
    ),
    "service.connect-twice": Table(
        refused={
            "a discovery name": (
                connect({"portName": "web"}, {"portName": "api", "discoveryName": "web"}),
                f"{CONNECT}.services[1].discoveryName",
                "two services are discovered as web",
            ),
            "an alias": (
                connect(
                    {"portName": "a", "clientAliases": [{"dnsName": "db", "port": 80}]},
                    {"portName": "b", "clientAliases": [{"dnsName": "db", "port": 80}]},
                ),
                f"{CONNECT}.services[1].clientAliases[0]",
                "two client aliases are db:80",
            ),
        },
        accepted={
            "the same name on other ports": connect(
                {"portName": "a", "clientAliases": [{"dnsName": "db", "port": 80}]},
                {"portName": "b", "clientAliases": [{"dnsName": "db", "port": 81}]},
            )
        },
    ),
    "service.connect-access-log": Table(
        refused={
            "no log": (
                {
                    "serviceConnectConfiguration": {
                        "enabled": True,
                        "accessLogConfiguration": {"format": "TEXT"},
                    }
                },
                f"{CONNECT}.logConfiguration",
                "to write to",
            )
        },
        accepted={
            "a log": {
                "serviceConnectConfiguration": {
                    "enabled": True,
                    "accessLogConfiguration": {"format": "TEXT"},
                    "logConfiguration": {"logDriver": "awslogs"},
                }
            }
        },
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
