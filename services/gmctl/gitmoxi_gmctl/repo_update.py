"""``gmctl repo update``: changing a registration as a tired person means it."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import typer

from gitmoxi_gmctl.api_client import ApiClient
from gitmoxi_gmctl.exits import RefusedError
from gitmoxi_gmctl.options import ByOption, RepositoryOption
from gitmoxi_gmctl.printing import cell, make_console
from gitmoxi_gmctl.repo_changes import Wish, channel_of, patch_of, removed_targets
from gitmoxi_gmctl.repo_options import (
    AddBranchOption,
    AddNotifyOption,
    BaselineOption,
    ClearMaxDeletesOption,
    ClearNotifyOption,
    ClearPathOption,
    ClearProviderOption,
    ClearTokenOption,
    ClearWebhookSecretOption,
    FeedbackOption,
    MaxDeletesOption,
    PathOption,
    ProviderOption,
    RemoveBranchOption,
    RemoveNotifyOption,
    TokenOption,
    WebhookSecretOption,
    cleared,
    told,
)
from gitmoxi_gmctl.repo_printing import orphans_said, print_changes, print_next_steps
from gitmoxi_gmctl.repo_replies import Repository
from gitmoxi_gmctl.session import Session, given, session_of

_ATTEMPTS = 3
"""How often a change is made anew on what somebody else has changed meanwhile."""

_CHANGED_MEANWHILE = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})


def update(
    context: typer.Context,
    *,
    repository: RepositoryOption,
    add_branch: AddBranchOption = None,
    remove_branch: RemoveBranchOption = None,
    token_arn: TokenOption = None,
    clear_token: ClearTokenOption = False,
    path: PathOption = None,
    clear_path: ClearPathOption = False,
    baseline: BaselineOption = None,
    webhook_secret: WebhookSecretOption = None,
    clear_webhook_secret: ClearWebhookSecretOption = False,
    provider: ProviderOption = None,
    clear_provider: ClearProviderOption = False,
    feedback: FeedbackOption = None,
    add_notify: AddNotifyOption = None,
    remove_notify: RemoveNotifyOption = None,
    clear_notify: ClearNotifyOption = False,
    max_deletes: MaxDeletesOption = None,
    clear_max_deletes: ClearMaxDeletesOption = False,
    by: ByOption = None,
) -> None:
    """Change a registration. What is not named stays as it is; --path replaces all paths."""
    settings = told(
        token_arn=token_arn,
        path_globs=given(path),
        baseline=baseline,
        webhook_secret_arn=webhook_secret,
        provider=provider,
        feedback=feedback,
        max_deletes=max_deletes,
    )
    wish = Wish(
        settings=settings,
        cleared=cleared(
            token_arn=clear_token,
            path_globs=clear_path,
            webhook_secret_arn=clear_webhook_secret,
            provider=clear_provider,
            notifications=clear_notify,
            max_deletes=clear_max_deletes,
        ),
        add_branches=given(add_branch),
        remove_branches=given(remove_branch),
        add_channels=[channel_of(text) for text in given(add_notify)],
        remove_channels=[channel_of(text) for text in given(remove_notify)],
    )
    wish.check()
    _carry_out(session_of(context), repository, wish, by or getpass.getuser())


def _carry_out(session: Session, reference: str, wish: Wish, by: str) -> None:
    """Change it, and say what is another now, and what follows."""
    with session.api() as api:
        before, after = _changed(api, reference, wish, {"by": by})
    console = make_console()
    print_changes(console, before, after)
    if set(before.branches) - set(after.branches):
        console.print(cell(orphans_said(removed_targets(before, after)), "yellow"), soft_wrap=True)
    if {"webhook_secret_arn", "baseline"} & wish.settings.keys():
        print_next_steps(console, after, endpoint=session.endpoint)


def _changed(
    api: ApiClient, reference: str, wish: Wish, asked: Mapping[str, Any]
) -> tuple[Repository, Repository]:
    """The registration before and after; one that somebody got ahead of is made on top of theirs."""
    for attempt in range(1, _ATTEMPTS + 1):
        before = api.repository(reference)
        try:
            return before, api.change(before, {**patch_of(before, wish), **asked})
        except RefusedError as error:
            if error.status not in _CHANGED_MEANWHILE or attempt == _ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")
