"""What the modelled ECS remembers, one region of one account at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Doc = dict[str, Any]
"""A document in the case and shape of the API model; opaque to most of this package."""

Place = tuple[str, str]
"""Account and region."""

LIVE_ROLLOUTS = frozenset(
    {"PENDING", "IN_PROGRESS", "STOP_REQUESTED", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS"}
)


@dataclass(slots=True, kw_only=True)
class Cluster:
    """A cluster; ``fields`` are the caller's settings and capacity providers."""

    arn: str
    name: str
    fields: Doc
    tags: list[Doc]
    status: str = "ACTIVE"


@dataclass(slots=True, kw_only=True)
class TaskDefinition:
    """One revision of a family; ``document`` is what DescribeTaskDefinition returns."""

    arn: str
    family: str
    revision: int
    document: Doc
    tags: list[Doc]

    @property
    def active(self) -> bool:
        """Whether new tasks may be started from it."""
        return bool(self.document["status"] == "ACTIVE")

    @property
    def images(self) -> list[str]:
        """The images of its containers."""
        return [container["image"] for container in self.document["containerDefinitions"]]


@dataclass(slots=True, kw_only=True)
class Revision:
    """A service revision: the part of a service's configuration that its tasks are made of."""

    arn: str
    fields: Doc
    created_at: datetime

    @property
    def target_groups(self) -> list[str]:
        """ARNs of the target groups that the tasks register with."""
        return [pair["targetGroupArn"] for pair in self.fields["loadBalancers"] if "targetGroupArn" in pair]


@dataclass(slots=True, kw_only=True)
class Deployment:
    """An entry of ``Service.deployments`` (API_Deployment) and the scheduler's notes about it.

    ``streak`` counts consecutive failed starts for the back-off; ``launches_from`` is the
    earliest moment of the next start.
    """

    id: str
    revision: str
    service_deployment: str
    created_at: datetime
    updated_at: datetime
    launches_from: datetime
    rollout_reason: str
    status: str = "PRIMARY"
    rollout_state: str = "IN_PROGRESS"
    failed_tasks: int = 0
    streak: int = 0


@dataclass(slots=True, kw_only=True)
class RevisionCount:
    """A revision that a service deployment replaces or brings, with its task counts."""

    arn: str
    requested: int
    running: int = 0
    pending: int = 0


@dataclass(slots=True, kw_only=True)
class Rollback:
    """Why, when and to what a service deployment was rolled back (API_Rollback)."""

    reason: str
    started_at: datetime
    revision: str


@dataclass(slots=True, kw_only=True)
class ServiceDeployment:
    """A service deployment (API_ServiceDeployment).

    ``watches_alarms`` is false if one of its alarms was red when it started. ``bakes_until`` is
    the end of its bake time, None until it has reached its steady state.
    """

    arn: str
    configuration: Doc
    sources: list[RevisionCount]
    target: RevisionCount
    created_at: datetime
    updated_at: datetime
    status: str = "PENDING"
    status_reason: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    stopped_at: datetime | None = None
    rollback: Rollback | None = None
    breaker_status: str = "MONITORING"
    failures: int = 0
    watches_alarms: bool = True
    bakes_until: datetime | None = None
    triggered_alarms: list[str] = field(default_factory=list)

    @property
    def live(self) -> bool:
        """Whether it has not ended yet."""
        return self.status in LIVE_ROLLOUTS


@dataclass(slots=True, kw_only=True)
class Service:
    """A service; ``fields`` is the part of its configuration that is not in its revisions.

    ``deployments`` has the PRIMARY first. ``tasks`` are the ARNs of all tasks that are not yet
    STOPPED. ``revision`` is the configured revision, ``completed`` the last one that reached a
    steady state.
    """

    arn: str
    name: str
    cluster: str
    cluster_arn: str
    fields: Doc
    created_at: datetime
    created_by: str
    tags: list[Doc]
    status: str = "ACTIVE"
    deployments: list[Deployment] = field(default_factory=list)
    service_deployments: list[ServiceDeployment] = field(default_factory=list)
    revisions: dict[str, Revision] = field(default_factory=dict)
    tasks: list[str] = field(default_factory=list)
    events: list[Doc] = field(default_factory=list)
    revision: str | None = None
    completed: str | None = None
    steady: bool = False
    due: datetime | None = None

    @property
    def desired(self) -> int:
        """The desired count in force."""
        count: int = self.fields["desiredCount"]
        return count

    @property
    def primary(self) -> Deployment | None:
        """The PRIMARY deployment; None for controllers that have none."""
        return self.deployments[0] if self.deployments else None

    @property
    def current(self) -> ServiceDeployment | None:
        """The latest service deployment."""
        return self.service_deployments[0] if self.service_deployments else None

    def service_deployment(self, arn: str) -> ServiceDeployment:
        """The service deployment with this ARN, which must exist."""
        return next(entry for entry in self.service_deployments if entry.arn == arn)


@dataclass(slots=True, kw_only=True)
class Container:
    """A container of a task; ``checked`` if it has a health check of its own."""

    arn: str
    name: str
    image: str
    essential: bool
    cpu: str
    memory: str | None
    last_status: str = "PENDING"
    exit_code: int | None = None
    reason: str | None = None
    checked: bool = False
    runtime_id: str | None = None


@dataclass(slots=True, kw_only=True)
class Task:
    """A task and what it is going to do next at ``due``.

    ``fate`` is the kind of the image fault it was started under, or the empty string.
    ``checks`` names what watches its health: ``elb``, ``container`` or the empty string.
    """

    arn: str
    cluster_arn: str
    definition: str
    group: str
    launch_type: str
    fields: Doc
    containers: list[Container]
    tags: list[Doc]
    times: dict[str, datetime]
    started_by: str | None = None
    service: str | None = None
    deployment: str | None = None
    eni: bool = False
    address: str = ""
    target_groups: list[str] = field(default_factory=list)
    checks: str = ""
    grace: float = 0.0
    fate: str = ""
    fate_after: float = 0.0
    fate_code: int = 1
    fate_http: int | None = None
    fate_message: str = ""
    fate_log: str = ""
    last_status: str = "PROVISIONING"
    desired_status: str = "RUNNING"
    health: str = "UNKNOWN"
    healthy: bool = False
    version: int = 1
    stop_code: str | None = None
    stopped_reason: str | None = None
    due: datetime | None = None

    @property
    def id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def failing(self) -> bool:
        """Whether its health check fails, at once or some time."""
        return self.fate in {"unhealthy", "unreachable"} and bool(self.checks)

    @property
    def wanted(self) -> bool:
        """Whether it runs or is on its way to running."""
        return self.desired_status == "RUNNING"


@dataclass(slots=True, kw_only=True)
class Token:
    """A client token of CreateService and what it was used for."""

    service: str
    request: Doc


@dataclass(slots=True, kw_only=True)
class Region:
    """Everything of one account in one region.

    Clusters by name; families to their revisions, revision n at index n-1; services and tasks
    by ARN; tokens by cluster and client token, joined by a slash.
    """

    account: str
    region: str
    clusters: dict[str, Cluster] = field(default_factory=dict)
    families: dict[str, list[TaskDefinition]] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """Account and region."""
        return (self.account, self.region)

    def task_definition(self, arn: str) -> TaskDefinition:
        """The task definition with this full ARN, which must exist."""
        family, _, revision = arn.rsplit("/", 1)[-1].rpartition(":")
        return self.families[family][int(revision) - 1]

    def tasks_of(self, service: Service) -> list[Task]:
        """The service's tasks that are not STOPPED yet, oldest first."""
        return [self.tasks[arn] for arn in service.tasks]
