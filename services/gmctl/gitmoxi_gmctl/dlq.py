"""``gmctl dlq``: messages that no worker could handle."""

from __future__ import annotations

import getpass
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console

from gitmoxi.domain.states import Worker
from gitmoxi_gmctl.counting import counted
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.following import interruptible
from gitmoxi_gmctl.going_back import YesOption
from gitmoxi_gmctl.operating_client import OperatingClient
from gitmoxi_gmctl.operating_replies import DeadLetter, DeadLetterQueue, DeadLetters, Redriven
from gitmoxi_gmctl.options import ByOption, OutputOption
from gitmoxi_gmctl.presenting import present
from gitmoxi_gmctl.printing import Output, cell, moment, print_table
from gitmoxi_gmctl.requesting import confirm
from gitmoxi_gmctl.session import session_of

app = typer.Typer(no_args_is_help=True, help="Messages that no worker could handle.")

WorkerArgument = Annotated[
    Worker, typer.Argument(metavar="WORKER", help=f"One of {', '.join(Worker)}.", case_sensitive=False)
]


@app.command("list")
def list_queues(context: typer.Context, *, output: OutputOption = Output.TABLE) -> None:
    """List the dead-letter queues: how many messages, since when, and why most of them lie there."""
    with _api(context) as api:
        found = api.dead_letter_queues()
    present(output, found, lambda console: _print_queues(console, found.queues))


@app.command("show")
def show(
    context: typer.Context,
    *,
    worker: WorkerArgument,
    number: Annotated[int, typer.Option("-n", "--number", min=1, max=100, help="How many at most.")] = 20,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show the messages of one, oldest first. They stay where they are."""
    with _api(context) as api:
        found = api.dead_letters(worker.value, limit=number)
    present(output, found, lambda console: _print_letters(console, worker, found))


def _print_letters(console: Console, worker: Worker, found: DeadLetters) -> None:
    if not found.letters:
        told = "Nothing lies there."
        if found.messages:
            told = f"{counted(found.messages, 'message')} cannot be seen now: look again in half a minute."
        console.print(cell(told, "dim"))
    for letter in found.letters:
        _print_letter(console, worker, letter)
    if found.messages > len(found.letters) > 0:
        console.print(cell(f"{found.messages - len(found.letters)} more lie there (-n shows more).", "dim"))


@app.command("redrive")
def redrive(
    context: typer.Context,
    *,
    worker: WorkerArgument,
    message: Annotated[
        str | None, typer.Option("--message", metavar="ID", help="Only this one; gmctl dlq show lists them.")
    ] = None,
    yes: YesOption = False,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Send messages back to their worker, all or one, after what was wrong with it is mended.

    A worker that gets one twice handles it once. What fails again comes back here.
    """
    asker = by or getpass.getuser()
    with _api(context) as api, interruptible():
        there = _there(api, worker)
        if there or message is not None:
            what = f"message {message}" if message else counted(there, "message")
            confirm(f"Send {what} back to {worker}?", yes=yes)
        done = _redriven(api, worker, message, asker, at_most=there)
    said = f"{counted(len(done.messages), 'message')} went back to {worker}."
    left = f" {counted(done.left, 'message')} lie there still." if done.left else ""
    present(output, done, lambda console: console.print(cell(said + left), soft_wrap=True))


@app.command("drop")
def drop(
    context: typer.Context,
    *,
    worker: WorkerArgument,
    message: Annotated[str, typer.Option("--message", metavar="ID", help="gmctl dlq show lists them.")],
    yes: YesOption = False,
    by: ByOption = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Delete a message for good. The audit trail keeps what it was: gmctl event list."""
    with _api(context) as api:
        confirm(f"Delete message {message} of {worker} for good?", yes=yes)
        done = api.drop(worker.value, message_id=message, by=by or getpass.getuser())
    said = f"Message {message} of {worker} is deleted: {done.reason}"
    present(output, done, lambda console: console.print(cell(said), soft_wrap=True))


def _api(context: typer.Context) -> OperatingClient:
    return OperatingClient(session_of(context).endpoint)


def _there(api: OperatingClient, worker: Worker) -> int:
    found = api.dead_letter_queues().queues
    return next((queue.messages for queue in found if queue.worker == worker), 0)


def _redriven(
    api: OperatingClient, worker: Worker, message: str | None, by: str, *, at_most: int
) -> Redriven:
    """Asks until all that lay there went; what fails again and comes back meanwhile is left for later.

    Raises:
        GmctlError: messages lie there, and none of them can be taken.
    """
    done = api.redrive(worker.value, message_id=message, by=by)
    moved = list(done.messages)
    while message is None and done.messages and done.left and len(moved) < at_most:
        done = api.redrive(worker.value, message_id=None, by=by)
        moved += done.messages
    if not moved and done.left:
        raise GmctlError(
            f"{counted(done.left, 'message')} of {worker} cannot be taken now, for somebody looks at them: "
            "try again in half a minute.",
            ExitCode.FAILED,
        )
    return Redriven(worker=worker.value, messages=tuple(moved), left=done.left)


def _print_queues(console: Console, queues: Iterable[DeadLetterQueue]) -> None:
    rows = (
        (
            cell(item.worker),
            cell(item.messages, "bold red" if item.messages else "green"),
            cell(moment(item.oldest) if item.oldest else ""),
            cell(item.reason or ("cannot be seen now: somebody looks at it" if item.messages else "")),
        )
        for item in queues
    )
    print_table(console, ("WORKER", "MESSAGES", "OLDEST", "MOST FREQUENT REASON"), rows, empty="No queues.")


def _print_letter(console: Console, worker: Worker, letter: DeadLetter) -> None:
    console.print(cell(letter.id, "bold") + cell(f"  {letter.detail_type or 'no event'}"), soft_wrap=True)
    about = "  ".join(f"{name}={value}" for name, value in letter.about.items())
    lines = {
        "why": letter.reason,
        "about": about,
        "sent": f"{moment(letter.sent_at)}, received {counted(letter.receive_count, 'time')}",
        "body": letter.body + (" (cut)" if letter.body_cut else ""),
        "next": f"gmctl dlq redrive {worker} --message {letter.id}",
    }
    for name, text in lines.items():
        if text:
            console.print(cell(f"  {name:<6}", "dim") + cell(text), soft_wrap=True)
