"""Following pushes and deployments to their end, showing every step once."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import TypeVar

from rich.console import Console

from gitmoxi.domain.dryruns import DryRunState
from gitmoxi.domain.records import PushOutcome
from gitmoxi.domain.states import State, Status, Worker
from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.details import print_explanations
from gitmoxi_gmctl.dryrun.replies import DryRun
from gitmoxi_gmctl.exits import ExitCode, GmctlError, RefusedError, UnreachableError
from gitmoxi_gmctl.paths import segment
from gitmoxi_gmctl.plans import print_plan, print_plan_warnings
from gitmoxi_gmctl.printing import cell, print_step
from gitmoxi_gmctl.replies import Deployment, DeploymentDetails, Push, Step
from gitmoxi_gmctl.signals import Signals, Source, StepEvent

POLL_SECONDS = 0.5
API_WAIT_SECONDS = 15.0
"""How long the API waits for a dry run; load balancers commonly end requests that take 60 s."""

_INDEX_LOOKS = 4
"""How often a commit's warnings are looked for: the index of commits may be a little behind its table."""

Found = TypeVar("Found")


def pause() -> None:
    """Wait before looking again."""
    time.sleep(POLL_SECONDS)


class Follower:
    """Asks again and again until something has ended, or the time is over.

    Between, it listens to the API's stream of events, if there is one: so steps are shown as they are
    committed. An API that is away for a moment is waited for: what is followed goes on without it.
    """

    def __init__(
        self,
        api: ApiClient,
        console: Console,
        *,
        timeout_seconds: float | None,
        verbose: bool = False,
    ) -> None:
        self._api = api
        self._console = console
        self._verbose = verbose
        self._timeout = timeout_seconds
        self._deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        self._shown: dict[str, int] = {}
        """By deployment the version of the last step that was shown."""
        self._looked: dict[str, int] = {}
        """By deployment the version of which all was shown, not only steps."""
        self._planned: set[str] = set()
        self._looked_when_planned: set[str] = set()
        self._explained: set[str] = set()
        self._said: str | None = None

    def push(self, delivery_id: str) -> Push:
        """The ingestor's final answer to a push."""

        def answered() -> Push | None:
            answer = self._api.push_answer(delivery_id)
            if answer is not None and answer.outcome == PushOutcome.RETRYING:
                self._say(f"{answer.because} It is tried again.")
                return None
            return answer

        return self._until(
            answered,
            lambda: (
                f"The push {delivery_id} is not answered; it waits in the ingestor's queue and is not lost."
            ),
        )

    def warnings(self, push: Push) -> tuple[str, ...]:
        """The warnings of the commit that an answered push led to; where they will be if not known yet."""
        if push.sha is None:
            return ()
        unknown = f"not known yet whether the commit has warnings: gmctl commit files -c {push.sha[:12]}"
        looks = itertools.count(1)

        def known() -> tuple[str, ...] | None:
            found = self._api.processing(push)
            if found is not None:
                return found.warnings
            return (unknown,) if next(looks) >= _INDEX_LOOKS or self._is_over() else None

        return self._until(known, lambda: f"It is {unknown}")

    def deployments(self, delivery_id: str, *, repository: str, branch: str) -> tuple[Deployment, ...]:
        """All deployments of a push, ended or held: those go on when a person approves, maybe in days."""
        last: tuple[Deployment, ...] = ()

        def ended() -> tuple[Deployment, ...] | None:
            nonlocal last
            last = self._api.push_deployments(delivery_id).deployments
            for deployment in last:
                self._show(deployment, prefix=deployment.prefix)
            return last if all(item.state.terminal or item.state is State.HELD for item in last) else None

        return self._until(
            ended,
            lambda: _still_going(last),
            Source(
                path="/v1/stream",
                query={"repository": repository, "branch": branch},
                heard=lambda event: self._heard(event, {item.id for item in last}, event.deployment.prefix),
                last_event_id=lambda: None,
            ),
        )

    def deployment(self, deployment_id: str) -> DeploymentDetails:
        """One deployment, ended; one that is held is waited for, for somebody may approve it meanwhile."""
        last: list[Deployment] = []

        def ended() -> DeploymentDetails | None:
            details = self._api.deployment(deployment_id)
            last[:] = [details.deployment]
            self._show_news(details, prefix="")
            return details if details.deployment.state.terminal else None

        return self._until(ended, lambda: _still_going(last), self._source(deployment_id))

    def planned(self, deployment_id: str) -> DeploymentDetails:
        """A deployment that was asked for, once the planner has made it and placed or ended it.

        What is shown of it here is not shown again by following it to its end.
        """

        def placed() -> DeploymentDetails | None:
            try:
                details = self._api.deployment(deployment_id)
            except RefusedError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    return None
                raise
            self._show_news(details, prefix="")
            return None if details.deployment.state is State.RECEIVED else details

        return self._until(
            placed,
            lambda: (
                "The planner has not taken the request yet; it is not lost: "
                f"gmctl deployment watch {deployment_id}"
            ),
            self._source(deployment_id),
        )

    def dry_run(self, dry_run_id: str, *, rendered: bool) -> DryRun:
        """A dry run, ended."""
        last: list[DryRun] = []

        def ended() -> DryRun | None:
            wait = API_WAIT_SECONDS if self._deadline is None else self._deadline - time.monotonic()
            wait = min(API_WAIT_SECONDS, max(0.0, wait))
            found = self._api.dry_run(dry_run_id, wait_seconds=wait, rendered=rendered)
            last[:] = [found]
            return found if found.state.terminal else None

        return self._until(ended, lambda: _unplanned(last))

    def _show(self, deployment: Deployment, *, prefix: str) -> None:
        if deployment.version > self._looked.get(deployment.id, 0):
            self._show_news(self._api.deployment(deployment.id), prefix=prefix)

    def _show_news(self, details: DeploymentDetails, *, prefix: str) -> None:
        """Every step that was not shown yet; the plan, or its warnings, when it is there; why it failed.

        The steps are read after the head, so they may be ahead of its version.
        """
        deployment = details.deployment
        self._looked[deployment.id] = deployment.version
        if deployment.verb is not None:
            self._looked_when_planned.add(deployment.id)
        for step in details.steps:
            self._show_step(deployment.id, step, prefix=prefix)
        if deployment.status is Status.PROCESSED_ERROR and deployment.id not in self._explained:
            self._explained.add(deployment.id)
            print_explanations(self._console, details, prefix=prefix)
        if details.plan is not None and deployment.id not in self._planned:
            self._planned.add(deployment.id)
            if self._verbose:
                print_plan(self._console, details.plan)
            else:
                print_plan_warnings(self._console, details.plan)

    def _source(self, deployment_id: str) -> Source:
        """The events of one deployment."""
        return Source(
            path=f"/v1/deployments/{segment(deployment_id)}/stream",
            query={},
            heard=lambda event: self._heard(event, {deployment_id}, ""),
            last_event_id=lambda: str(self._shown.get(deployment_id, 0)),
        )

    def _heard(self, event: StepEvent, followed: Container[str], prefix: str) -> bool:
        """Show a step of what is followed; whether there is more to see than the step."""
        deployment, step = event.deployment, event.step
        if deployment.id not in followed:
            return False
        self._show_step(deployment.id, step, prefix=prefix)
        is_planned_since = deployment.verb is not None and deployment.id not in self._looked_when_planned
        return is_planned_since or step.state.terminal or step.state is State.HELD

    def _show_step(self, deployment_id: str, step: Step, *, prefix: str) -> None:
        if step.version > self._shown.get(deployment_id, 0):
            print_step(self._console, step, prefix=prefix)
            self._shown[deployment_id] = step.version

    def _until(
        self,
        look: Callable[[], Found | None],
        unfinished: Callable[[], str],
        source: Source | None = None,
    ) -> Found:
        """What ``look`` finds in the end; between looks it waits for the source's events, if it has one."""
        if source is None:
            return self._look_until(look, unfinished, lambda _: pause())
        signals = Signals(self._api, source, pause)
        with closing(signals):
            return self._look_until(look, unfinished, signals.wait)

    def _look_until(
        self,
        look: Callable[[], Found | None],
        unfinished: Callable[[], str],
        wait: Callable[[Callable[[], bool]], None],
    ) -> Found:
        while True:
            try:
                found = look()
            except UnreachableError as error:
                if self._is_over():
                    raise
                self._say(f"{error.what}; trying again.")
                found = None
            if found is not None:
                return found
            if self._is_over():
                raise GmctlError(f"Timed out after {self._timeout:g} s. {unfinished()}", ExitCode.UNREACHABLE)
            wait(self._is_over)

    def _is_over(self) -> bool:
        return self._deadline is not None and time.monotonic() >= self._deadline

    def _say(self, text: str) -> None:
        """Say it once, however often it is found."""
        if text != self._said:
            self._said = text
            self._console.print(cell(f"  {text}", "yellow"), soft_wrap=True)


def _unplanned(last: list[DryRun]) -> str:
    if not last:
        return "Nothing is known of the dry run."
    worker = Worker.INGESTOR if last[-1].state is DryRunState.RECEIVED else Worker.PLANNER
    return f"The dry run is {last[-1].state}: is the {worker} running? Its log says what it does."


def _still_going(deployments: Iterable[Deployment]) -> str:
    going = [item for item in deployments if not item.state.terminal]
    if not going:
        return "Nothing is known of it."
    named = "; ".join(f"{item.id} ({item.prefix}) is {item.state}: {item.because}" for item in going)
    return f"Still under way, and going on: {named} Follow one with: gmctl deployment watch {going[0].id}"


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C ends the following, not what is followed.

    Raises:
        GmctlError: it was pressed.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise GmctlError(
            "Interrupted; what was followed goes on: gmctl deployment get", ExitCode.INTERRUPTED
        ) from None
