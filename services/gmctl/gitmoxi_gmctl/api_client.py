"""The API as a Python object: one method per endpoint, every failure as an error with an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from gitmoxi.domain.repositories import repository_id
from gitmoxi.errors import InvalidInputError
from gitmoxi_gmctl.api_transport import ApiTransport, Query
from gitmoxi_gmctl.exits import ExitCode, GmctlError, RefusedError
from gitmoxi_gmctl.paths import path_of, segment
from gitmoxi_gmctl.replies import (
    Approval,
    Command,
    CommitFiles,
    Commits,
    DeploymentDetails,
    Deployments,
    Events,
    Processing,
    Push,
    PushAccepted,
)
from gitmoxi_gmctl.repo_replies import Repositories, Repository
from gitmoxi_gmctl.target_replies import Orphans, Requested, RevisionDetails, Revisions, Targets

if TYPE_CHECKING:  # they bring the domain's records, which other commands do not wait for
    from gitmoxi_gmctl.baseline.replies import Baseline
    from gitmoxi_gmctl.dryrun.replies import DryRun


class ApiClient(ApiTransport):
    """Asks the API at ``endpoint``.

    Every method raises ``UnreachableError`` if nothing answers there, and ``RefusedError`` with the problem's
    detail if the API refuses.
    """

    def register(self, settings: Mapping[str, Any]) -> Repository:
        """Register a repository; ``settings`` are the fields of the API's body."""
        return self._ask(Repository, "POST", "/v1/repositories", body=settings)

    def repositories(self) -> Repositories:
        """All registered ones."""
        return self._ask(Repositories, "GET", "/v1/repositories")

    def repository(self, reference: str) -> Repository:
        """One, by URL or id."""
        with _pointing_at_registrations(reference):
            return self._ask(Repository, "GET", f"/v1/repositories/{_id(reference)}")

    def change(self, known: Repository, settings: Mapping[str, Any]) -> Repository:
        """Change a registration, unless somebody changed it since ``known`` was read."""
        path, revision = f"/v1/repositories/{segment(known.id)}", f'"{known.revision}"'
        return self._ask(Repository, "PATCH", path, body=settings, headers={"If-Match": revision})

    def forget(self, reference: str, *, by: str) -> None:
        """Delete a registration."""
        with _pointing_at_registrations(reference):
            self._request("DELETE", f"/v1/repositories/{_id(reference)}", query={"by": by})

    def baseline(self, *, repository: str, branch: str) -> Baseline:
        """What the baseline of a branch found."""
        from gitmoxi_gmctl.baseline.replies import Baseline  # noqa: PLC0415 - see above

        return self._ask(Baseline, "GET", "/v1/baselines", query={"repository": repository, "branch": branch})

    def push(self, *, repository: str, branch: str, force: bool) -> PushAccepted:
        """Ask for the newest commit of a branch to be deployed."""
        body = {"repository": repository, "branch": branch, "force": force}
        return self._ask(PushAccepted, "POST", "/v1/pushes", body=body)

    def push_answer(self, delivery_id: str) -> Push | None:
        """The ingestor's answer; None until there is one."""
        try:
            return self._ask(Push, "GET", f"/v1/pushes/{segment(delivery_id)}")
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    def push_deployments(self, delivery_id: str) -> Deployments:
        """The deployments that a push led to."""
        return self._ask(Deployments, "GET", f"/v1/pushes/{segment(delivery_id)}/deployments")

    def ask_dry_run(self, *, repository: str, branch: str, head: str | None, force: bool) -> DryRun:
        """Ask what deploying a branch would do."""
        from gitmoxi_gmctl.dryrun.replies import DryRun  # noqa: PLC0415 - see above

        body = {"repository": repository, "branch": branch, "head": head, "force": force}
        return self._ask(DryRun, "POST", "/v1/dryruns", body=body)

    def dry_run(self, dry_run_id: str, *, wait_seconds: float, rendered: bool) -> DryRun:
        """A dry run; the API waits for its end for so long, at most 20 s."""
        from gitmoxi_gmctl.dryrun.replies import DryRun  # noqa: PLC0415 - see above

        query: Query = {"wait": f"{wait_seconds:.2f}", "rendered": str(rendered).lower()}
        return self._ask(DryRun, "GET", f"/v1/dryruns/{segment(dry_run_id)}", query=query)

    def commits(self, *, repository: str, branch: str, limit: int) -> Commits:
        """The processed commits of a branch."""
        query: Query = {"repository": repository, "branch": branch, "limit": limit}
        return self._ask(Commits, "GET", "/v1/commits", query=query)

    def processing(self, push: Push) -> Processing | None:
        """What the processing that a push led to found; None while the index of commits lags behind."""
        try:
            found = self.commit_files(str(push.sha)).processings
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise
        wanted = (_id(push.repository), push.branch, push.seq)
        return next(
            (p for p in found if (_id(p.commit.repository), p.commit.branch, p.commit.seq) == wanted), None
        )

    def commit_files(self, sha: str) -> CommitFiles:
        """The relevant files of a commit."""
        return self._ask(CommitFiles, "GET", f"/v1/commits/{segment(sha)}/files")

    def approve_deletes(self, sha: str, *, repository: str | None, branch: str | None, by: str) -> Approval:
        """Approve the held deletions of a commit."""
        body = {"repository": repository, "branch": branch, "by": by}
        return self._ask(Approval, "POST", f"/v1/commits/{segment(sha)}/approve-deletes", body=body)

    def deployments(self, query: Query) -> Deployments:
        """The newest deployments that match."""
        return self._ask(Deployments, "GET", "/v1/deployments", query=query)

    def deployment(self, deployment_id: str) -> DeploymentDetails:
        """One deployment with plan and steps."""
        with _pointing_at_deployments(deployment_id):
            return self._ask(DeploymentDetails, "GET", f"/v1/deployments/{segment(deployment_id)}")

    def command(self, deployment_id: str, *, kind: str, by: str) -> Command:
        """Ask something of a deployment."""
        path = f"/v1/deployments/{segment(deployment_id)}/commands"
        with _pointing_at_deployments(deployment_id):
            return self._ask(Command, "POST", path, body={"kind": kind, "by": by})

    def targets(self, name: str | None) -> Targets:
        """The targets that a name stands for; None: all that path-prefixes own."""
        return self._ask(Targets, "GET", "/v1/targets", query={"name": name})

    def revisions(self, target_id: str, *, limit: int = 10) -> Revisions:
        """What a target can go back to."""
        path = f"/v1/targets/{path_of(target_id)}/revisions"
        return self._ask(Revisions, "GET", path, query={"limit": limit})

    def revision(self, target_id: str, deployment_id: str) -> RevisionDetails:
        """What going back to one of them would change."""
        path = f"/v1/targets/{path_of(target_id)}/revisions/{segment(deployment_id)}"
        try:
            return self._ask(RevisionDetails, "GET", path)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            raise RefusedError(
                f"There is no deployment {deployment_id} of {target_id}: gmctl rollback {target_id} --list "
                "shows those that one can go back to.",
                error.status,
            ) from None

    def ask_revision(
        self, kind: str, target_id: str, *, deployment_id: str | None, by: str, request_id: str
    ) -> Requested:
        """Ask for a ``rollback`` or an ``undelete``; the same ``request_id`` again asks nothing new."""
        body = {"deployment_id": deployment_id, "by": by, "request_id": request_id}
        return self._ask(Requested, "POST", f"/v1/targets/{path_of(target_id)}/{kind}", body=body)

    def orphans(self) -> Orphans:
        """The targets that no definition file stands for."""
        return self._ask(Orphans, "GET", "/v1/orphans")

    def ask_deletion(self, target_id: str, *, by: str, request_id: str) -> Requested:
        """Ask for an orphan to be deleted; the same ``request_id`` again asks nothing new."""
        body = {"by": by, "request_id": request_id}
        return self._ask(Requested, "POST", f"/v1/orphans/{path_of(target_id)}/delete", body=body)

    def ask_retry(self, deployment_id: str, *, by: str, request_id: str) -> Requested:
        """Ask for a deployment to be tried again."""
        path = f"/v1/deployments/{segment(deployment_id)}/retry"
        with _pointing_at_deployments(deployment_id):
            return self._ask(Requested, "POST", path, body={"by": by, "request_id": request_id})

    def events(self, query: Query) -> Events:
        """The newest entries of the audit trail that match."""
        return self._ask(Events, "GET", "/v1/events", query=query)


def _id(reference: str) -> str:
    if reference.startswith("r-"):
        return segment(reference)
    try:
        return repository_id(reference)
    except InvalidInputError as error:
        raise GmctlError(str(error), ExitCode.USAGE) from None


def _pointing_at_deployments(deployment_id: str) -> AbstractContextManager[None]:
    return _unless_absent(f"There is no deployment {deployment_id}: gmctl deployment get lists the newest.")


def _pointing_at_registrations(reference: str) -> AbstractContextManager[None]:
    return _unless_absent(f"{reference} is not registered: gmctl repo get lists what is.")


@contextmanager
def _unless_absent(text: str) -> Iterator[None]:
    """The API names ids and its own paths where there is no such thing; here ``text`` helps."""
    try:
        yield
    except RefusedError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise RefusedError(text, error.status) from None
