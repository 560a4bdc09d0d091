"""A tiny model and a clock by hand, for the parts that host a model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from gitmoxi_local.aws_model.base import AwsError, AwsEvent


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def now(self):
        return self.moment

    def forward(self, seconds):
        self.moment += timedelta(seconds=seconds)


class Shelf:
    """A model with one shelf: CreateCluster puts a name on it, which is ACTIVE five seconds later."""

    def __init__(self, *, clock, ids, emit):
        self._clock, self._emit = clock, emit
        self._ready = {}
        self.broken = False

    def call(self, operation, params, context):
        if operation == "CreateCluster":
            name = params["clusterName"]
            self._ready[name] = self._clock.now() + timedelta(seconds=5)
            self._tell("created", name)
            return {"cluster": {"clusterName": name, "status": "PROVISIONING"}}
        if operation == "ListClusters":
            return {"clusterArns": sorted(self._ready)}
        raise AwsError("ClientException", f"no {operation} here")

    def advance(self):
        if self.broken:
            raise RuntimeError("the shelf broke")
        due = {name: moment for name, moment in self._ready.items() if moment is not None}
        for name, moment in due.items():
            if moment <= self._clock.now():
                self._ready[name] = None
                self._tell("active", name)
        return min((moment for moment in self._ready.values() if moment is not None), default=None)

    def alarm_fired(self, *, account, region, alarm):
        self._tell(f"alarm {alarm}", "")

    def dump(self):
        return {name: moment and moment.isoformat() for name, moment in self._ready.items()}

    def load(self, state):
        self._ready = {name: moment and datetime.fromisoformat(moment) for name, moment in state.items()}

    def _tell(self, what, name):
        self._emit(
            AwsEvent(
                source="aws.ecs",
                detail_type=what,
                detail={"name": name},
                resources=[],
                time=self._clock.now(),
                account="000000000000",
                region="us-east-1",
            )
        )
