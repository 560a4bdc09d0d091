"""Showing registrations: many as a table, one as a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console

from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.printing import cell, moment, print_table
from gitmoxi_gmctl.repo_changes import LABELS, differences, shown
from gitmoxi_gmctl.repo_replies import Repository

_SHORT_SHA = 12
_WEBHOOK_HOSTS = ("github", "gitlab")


def print_repositories(console: Console, repositories: Iterable[Repository]) -> None:
    """A line for each; what is long stands on its page."""
    rows = (
        (
            cell(item.url),
            cell(", ".join(item.branches)),
            cell(", ".join(item.path_globs) or "all"),
            cell(item.provider or ""),
            cell(", ".join(_features(item))),
            cell(item.id),
        )
        for item in repositories
    )
    headings = ("REPOSITORY", "BRANCHES", "PATHS", "HOST", "SETTINGS", "ID")
    print_table(console, headings, rows, empty="No repository is registered: gmctl repo add -r URL -b BRANCH")


def print_repository(console: Console, item: Repository) -> None:
    """All settings, how far each branch is, and whether the host can be reached, if the API knows."""
    console.print(cell(f"Repository {item.url}", "bold"), soft_wrap=True)
    _facts(console, (("id", item.id), ("registered", moment(item.registered_at))))
    channels = "\n                  ".join(map(str, item.notifications)) or "none"
    settings = {name: shown(item, name) for name in LABELS if name != "branches"}
    _facts(console, ((LABELS[n], channels if n == "notifications" else v) for n, v in settings.items()))
    for name, value in (item.health or {}).items():
        if value is not None:
            _facts(console, ((name.replace("_", " "), str(value)),))
    rows = (
        (
            cell(branch.name),
            cell((branch.last_processed or "")[:_SHORT_SHA] or "none yet"),
            cell(branch.seq or ""),
            cell(branch.target_count),
        )
        for branch in item.branch_details
    )
    print_table(console, ("BRANCH", "LAST PROCESSED", "NUMBER", "TARGETS"), rows, empty="No branches.")


def print_changes(console: Console, before: Repository, after: Repository) -> None:
    """What became of each setting, from and to."""
    found = list(differences(before, after))
    if not found:
        console.print(cell(f"{after.url} is registered like this already: nothing changes."), soft_wrap=True)
        return
    console.print(cell(f"{after.url} is changed:"), soft_wrap=True)
    _facts(console, ((label, f"{old} → {new}") for label, old, new in found))


def print_next_steps(console: Console, item: Repository, *, endpoint: str) -> None:
    """What a person still has to do so that the registration works."""
    if item.webhook_secret_arn is not None:
        hosts = (item.provider,) if item.provider else _WEBHOOK_HOSTS
        for host in hosts:
            address = f"{endpoint.rstrip('/')}/v1/webhooks/{host}/{item.id}"
            console.print(cell(f"Enter this webhook at {host}: {address}"), soft_wrap=True)
    if item.baseline:
        ask = f"-r {item.url} -b {item.branches[0]}"
        console.print(
            cell(
                "Baseline: the first commit of each branch that has none yet is compared with what lives, "
                f"and deploys nothing.\n  Begin:            gmctl commit deploy {ask} --wait\n"
                f"  Read the report:  gmctl commit baseline {ask}"
            ),
            soft_wrap=True,
        )


def orphans_said(count: int) -> str:
    """What becomes of targets that nothing is registered for any more."""
    if count == 0:
        return "Nothing in AWS is deleted."
    run = "runs on as an orphan" if count == 1 else "run on as orphans"
    return f"Nothing in AWS is deleted: {counted(count, 'target')} {run} (gmctl orphan list)."


def _facts(console: Console, facts: Iterable[tuple[str, str]]) -> None:
    for name, value in facts:
        console.print(cell(f"  {name:<16}", "dim") + cell(value), soft_wrap=True)


def _features(item: Repository) -> Iterator[str]:
    if item.baseline:
        yield "baseline"
    if item.token_arn is not None:
        yield "token"
    if item.webhook_secret_arn is not None:
        yield "webhook"
    if item.feedback:
        yield "feedback"
    if item.max_deletes is not None:
        yield f"max {item.max_deletes} deletes"
    if item.notifications:
        yield f"notifies {len(item.notifications)}"
