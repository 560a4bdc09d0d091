"""The faults that a deployment may meet, by number, and what Gitmoxi promises for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One row: ``happens`` says what goes wrong, ``promise`` what becomes of it."""

    number: int
    happens: str
    promise: str


def _numbered(*rows: tuple[str, str]) -> tuple[Fault, ...]:
    return tuple(
        Fault(number=number, happens=happens, promise=promise)
        for number, (happens, promise) in enumerate(rows, start=1)
    )


FAULTS: Final = _numbered(
    ("A worker dies after an AWS call and before it is recorded", "the effect is found and not made again"),
    ("A worker dies after the record and before the event", "outbox and sweeper send it"),
    ("A worker dies after the event and before its message is deleted", "the second delivery does nothing"),
    ("A message is delivered twice", "the second one does nothing"),
    ("Messages of one deployment arrive in another order", "stale ones do nothing"),
    ("Two workers take up one target", "one of them gets the lease"),
    (
        "A worker is frozen for longer than its lease",
        "its late record is refused; the target ends as it should",
    ),
    ("AWS makes a call and the answer is lost", "it is read again and taken as made"),
    ("An answer comes after the client gave up", "it is read again and taken as made"),
    ("A creation is repeated with other parameters", "an error says so"),
    ("A new service does not show yet", "it is waited for and not created again"),
    ("Half of all calls are throttled for ten minutes", "slower, and nothing is rolled back for it"),
    ("A permission is missing half-way", "it stops, names action and resource, and can be resumed"),
    ("Credentials run out", "they are renewed and it goes on"),
    ("The database throttles or fails", "the step is tried again"),
    ("A conditional write loses", "it is read again, and is no failure"),
    ("A message that nobody can read", "it goes to the dead-letter queue with its reason; the others flow"),
    ("A record that nobody can read", "it is set aside; the others go on"),
    ("Old messages come back from the dead-letter queue", "they do nothing once the deployment ended"),
    ("Everything stands still for hours", "the newest commit is deployed, once"),
    ("A webhook is lost", "polling finds the commit"),
    ("The same push is told a hundred times", "one deployment"),
    ("A newer commit arrives while traffic shifts", "it waits or replaces, as declared; weights stay whole"),
    ("A force-push to an older commit", "compared with what lives; nothing is deleted unasked"),
    ("A squash or a rebase with the same files", "nothing is changed"),
    ("A branch is deleted", "it stops and is told; nothing is deleted"),
    ("The repository cannot be reached", "the last state stays; nothing is deleted"),
    ("One commit removes every file", "refused: it would delete everything"),
    ("A file is renamed and names the same service", "an update, no deletion"),
    ("Two files claim one service", "both are refused, both are named"),
    ("A file cannot be read", "an error, never an absence"),
    ("A referenced output lacks a value", "rendering fails; nothing is applied"),
    ("A worker dies in a rollback", "the rollback goes on where it was"),
    ("The first creation fails", "removed or kept at 0 tasks, as declared"),
    ("The task definition to go back to is no longer active", "it is registered again from the snapshot"),
    ("What is gone back to fails too", "it ends in time as ROLLBACK_FAILED and alerts"),
    ("An abort where nothing runs", "nothing happens, and it says so"),
    ("Somebody changes the target in mid-deployment", "it is seen, and stops or is adopted, as declared"),
    ("A clock jumps an hour", "no wait becomes shorter"),
    ("An alarm is missing, has no data, or is red at the start", "as declared; red refuses to start"),
    ("AWS's limit of deployments or task sets is reached", "ours are cleaned up, the others are named"),
    ("ECS's own circuit breaker rolls back", "told as a failure, never as a success"),
    ("A document is larger than a record may be", "it lies in the bucket, the record refers to it"),
    ("A worker is asked to stop", "steps that run are finished, messages that wait are given back"),
    ("A revert after a failed deployment", "no change or a new deployment, never stuck"),
    ("Somebody's newer update stops ours in ECS", "told as that, and stops or is adopted, as declared"),
    ("An update for which ECS starts no deployment", "a success once the fields read back"),
)
