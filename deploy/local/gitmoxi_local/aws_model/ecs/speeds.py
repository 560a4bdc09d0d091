"""How fast the modelled ECS works: seconds that stand for AWS's minutes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """Durations of the modelled life cycles, all in seconds.

    The order of the states is AWS's (Developer Guide, "Amazon ECS task lifecycle"); only the
    time spent in each is shortened, so that a laptop shows a deployment in a few seconds.

    Attributes:
        deployment_start: a service deployment stays PENDING this long.
        provisioning: PROVISIONING, tasks with an elastic network interface only.
        pending: PENDING, in which images are pulled.
        activating: ACTIVATING, tasks behind a load balancer only.
        settling: RUNNING until the scheduler counts the task as healthy.
        health_check: RUNNING until a failing health check gets the task replaced.
        grace_scale: seconds of ours for one second of ``healthCheckGracePeriodSeconds`` or of
            ``bakeTimeInMinutes``.
        baking: bake time of a deployment that watches alarms; AWS computes it from the alarms.
        deactivating: DEACTIVATING, tasks behind a load balancer only.
        stopping: STOPPING.
        deprovisioning: DEPROVISIONING, tasks with an elastic network interface only.
        first_retry: wait after the first failed start; doubles with each further one.
        longest_retry: the wait never exceeds this.
        remembered: how long stopped tasks and INACTIVE services stay visible; AWS shows
            stopped tasks for at least an hour (API_DescribeTasks).
    """

    deployment_start: float = 0.1
    provisioning: float = 0.2
    pending: float = 0.2
    activating: float = 0.05
    settling: float = 0.3
    health_check: float = 1.0
    grace_scale: float = 0.02
    baking: float = 0.5
    deactivating: float = 0.05
    stopping: float = 0.1
    deprovisioning: float = 0.05
    first_retry: float = 0.2
    longest_retry: float = 5.0
    remembered: float = 3900.0

    def retry_after(self, failures: int) -> float:
        """Seconds to wait after ``failures`` consecutive failed starts (one or more)."""
        # 2**20 times the first wait is beyond any sensible longest one, and keeps the power small.
        return min(self.longest_retry, self.first_retry * 2.0 ** min(failures - 1, 20))
