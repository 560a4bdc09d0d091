"""Subnets, security groups and network interfaces."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import CREATE_SERVICE, FAILED_TO_START, SERVICE_EVENTS, STOPPED_TASKS

NETWORK_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="network.tag-policy",
        cause="A tag policy of the organization refuses the task's network interface.",
        advice=(
            "Give the service the tags that the policy demands, with propagateTags and enableECSManagedTags."
        ),
        source=STOPPED_TASKS,
        says=(("tagpolicyviolation",),),
    ),
    Entry(
        id="network.interface-limit",
        cause="No further network interface can be made or attached.",
        advice=(
            "On EC2 add container instances, or switch on the account setting awsvpcTrunking and start new "
            "instances. On Fargate ask for a higher quota of network interfaces per region (Amazon VPC)."
        ),
        source=SERVICE_EVENTS,
        says=(
            ("resource:eni",),
            ("networkinterfacelimitexceeded",),
            ("eni attachment points",),
            ("maximum number of network interfaces",),
        ),
    ),
    Entry(
        id="network.subnet-not-found",
        cause="The {subnet} does not exist in this account and region.",
        advice="Correct awsvpcConfiguration.subnets in the service definition.",
        source=CREATE_SERVICE,
        says=(("invalidsubnetid.notfound",), ("subnet id", "does not exist"), ("subnet", "was not found")),
    ),
    Entry(
        id="network.several-vpcs",
        cause="The subnets and security groups are not all of one VPC.",
        advice=(
            "Correct awsvpcConfiguration in the service definition: subnets and security groups of one VPC."
        ),
        source=CREATE_SERVICE,
        says=(("belong to different networks",), ("must belong to the same vpc",), ("multiple vpcs",)),
    ),
    Entry(
        id="network.security-group-not-found",
        cause="The {security_group} does not exist in the VPC of the subnets.",
        advice="Correct awsvpcConfiguration.securityGroups in the service definition.",
        source=CREATE_SERVICE,
        says=(
            ("invalidgroup.notfound",),
            ("security group", "does not exist"),
            ("securitygroup", "not found"),
        ),
    ),
    Entry(
        id="task.no-free-addresses",
        cause="The {subnet} has no free IP address for the task.",
        advice=(
            "Free addresses in it, or add a larger subnet to awsvpcConfiguration.subnets. How many are left: "
            "`aws ec2 describe-subnets --subnet-ids SUBNET --query 'Subnets[].AvailableIpAddressCount'`."
        ),
        source=FAILED_TO_START,
        says=(
            ("insufficientfreeaddressesinsubnet",),
            ("insufficient free addresses",),
            ("no free ip addresses",),
            ("create network interface", "in subnet"),
        ),
    ),
    Entry(
        id="network.interface-not-ready",
        cause="The task's network interface was not ready in time.",
        advice="This usually passes: ECS starts the task again. If it lasts, ask AWS Support.",
        source=STOPPED_TASKS,
        says=(
            ("timeout waiting for network interface",),
            ("network interface provisioning",),
            ("attach network interface",),
            ("failed to configure eni",),
        ),
    ),
)
