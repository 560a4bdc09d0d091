"""EBS volumes of services."""

from __future__ import annotations

from tests.unit.validation.rule_tables import Table, accepted, refused
from tests.unit.validation.service_rules.found import assert_refused, found

EBS = "$.volumeConfigurations[0].managedEBSVolume"


def ebs(**members):
    return {"volumeConfigurations": [{"name": "data", "managedEBSVolume": members}]}


TABLES = {
    "service.volumes-too-many": Table(
        refused={
            "two": ({"volumeConfigurations": [{}, {}]}, "$.volumeConfigurations", "there are 2 volumes")
        },
        accepted={"one": {"volumeConfigurations": [{}]}},
    ),
    "service.volume-size": Table(
        refused={"neither": (ebs(roleArn="r"), f"{EBS}.sizeInGiB", "sizeInGiB or snapshotId")},
        accepted={"a size": ebs(sizeInGiB=10), "a snapshot": ebs(snapshotId="snap-1")},
    ),
    "service.volume-performance": Table(
        refused={
            "io2 without iops": (ebs(volumeType="io2"), f"{EBS}.iops", "need iops"),
            "st1 with iops": (ebs(volumeType="st1", iops=100), f"{EBS}.iops", "take no iops"),
            "io1 with throughput": (
                ebs(volumeType="io1", iops=100, throughput=200),
                f"{EBS}.throughput",
                "use gp3",
            ),
        },
        accepted={
            "the default": ebs(iops=3000, throughput=200),
            "gp2": ebs(volumeType="gp2"),
            "io1": ebs(volumeType="io1", iops=100),
        },
    ),
    "service.volume-initialization": Table(
        refused={
            "no snapshot": (
                ebs(volumeInitializationRate=100),
                f"{EBS}.volumeInitializationRate",
                "snapshotId",
            )
        },
        accepted={"a snapshot": ebs(volumeInitializationRate=100, snapshotId="snap-1")},
    ),
    "service.volume-magnetic": Table(
        refused={
            "on Fargate": (
                {"launchType": "FARGATE", **ebs(volumeType="standard")},
                f"{EBS}.volumeType",
                "use gp3",
            )
        },
        accepted={"on EC2": ebs(volumeType="standard"), "gp3": {"launchType": "FARGATE", **ebs(sizeInGiB=1)}},
    ),
}


@refused(TABLES)
def test_what_aws_does_not_take_is_found(rule, subject, path, says):
    assert_refused(rule, subject, path, says)


@accepted(TABLES)
def test_what_aws_takes_is_passed(rule, subject):
    assert found(rule, subject) == []
