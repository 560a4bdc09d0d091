"""Containers that do not start, stop by themselves, or are not healthy."""

from __future__ import annotations

from typing import Final

from gitmoxi.explaining.entry import Entry
from gitmoxi.explaining.pages import CANNOT_START, EXIT_CODES, OUT_OF_MEMORY, STOPPED_TASKS

_LOGS = "Read the container's last log lines"
_RUNTIME = ("cannotstartcontainererror", "cannotcreatecontainererror", "runtime create failed", "oci runtime")

CONTAINER_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="container.out-of-memory",
        cause="The {container} needed more memory than it may use, and was killed.",
        advice=(
            "Raise memory of the container, or of the task, in the task definition; or make the program use "
            "less, for example by a limit of its own heap."
        ),
        source=OUT_OF_MEMORY,
        says=(("outofmemoryerror",), ("oomkilled",), ("out of memory",)),
    ),
    Entry(
        id="container.port-in-use",
        cause="A host port that the task needs is taken on the container instance.",
        advice="Use hostPort 0 or the network mode awsvpc, add instances, or lower maximumPercent.",
        source=CANNOT_START,
        says=(
            ("port is already allocated",),
            ("address already in use",),
            ("already using a port required",),
        ),
    ),
    Entry(
        id="container.command-not-found",
        cause="The {container} cannot find the program that it should run.",
        advice="Correct command and entryPoint in the task definition, or the path inside the image.",
        source=CANNOT_START,
        says=(
            ("executable file not found",),
            *((runtime, "no such file or directory") for runtime in _RUNTIME),
        ),
    ),
    Entry(
        id="container.command-not-executable",
        cause="The {container} may not execute its program.",
        advice="Make the file executable in the image (chmod +x), for the user that the container runs as.",
        source=CANNOT_START,
        says=tuple((runtime, "permission denied") for runtime in _RUNTIME),
    ),
    Entry(
        id="container.start-timeout",
        cause="The {container} did not start or stop in time.",
        advice=(
            "Check the way to image and secrets, the load of the instance, and startTimeout and stopTimeout."
        ),
        source=STOPPED_TASKS,
        says=(
            ("could not transition to",),
            ("dockertimeouterror",),
            ("containerruntimetimeouterror",),
            ("cannotstopcontainererror",),
        ),
    ),
    Entry(
        id="container.cannot-be-created",
        cause="The {container} cannot be created from its definition.",
        advice="Check user, volumes, ulimits and linuxParameters of the container definition.",
        source=STOPPED_TASKS,
        says=(("cannotcreatecontainererror",), ("invalid user",)),
    ),
    Entry(
        id="container.cannot-start",
        cause="The {container} cannot be started.",
        advice="Check command, entryPoint, memory and mount points of the container definition.",
        source=CANNOT_START,
        says=(("cannotstartcontainererror",), ("runtime create failed",), ("cannotinspectcontainererror",)),
    ),
    Entry(
        id="container.health-check-failed",
        cause="The {container} failed the health check of its container definition.",
        advice=(
            "Run healthCheck.command inside the image: its program must be there and end with 0. Raise "
            "startPeriod if the application needs longer to start."
        ),
        source=STOPPED_TASKS,
        says=(("failed container health checks",),),
    ),
)

EXIT_ENTRIES: Final[tuple[Entry, ...]] = (
    Entry(
        id="container.finished",
        cause="The {container} is essential and ended by itself, without an error (exit code 0).",
        advice=(
            "A service's containers must keep running: let the program stay in the foreground, or set "
            "essential to false for a container that only prepares something."
        ),
        source=EXIT_CODES,
        codes=frozenset({"0"}),
    ),
    Entry(
        id="container.error",
        cause="The {container} ended with an error of its program (exit code {exit_code}).",
        advice=(
            f"{_LOGS}: configuration, a missing variable and an unreachable database are the usual reasons."
        ),
        source=EXIT_CODES,
        codes=frozenset({"1", "2"}),
    ),
    Entry(
        id="container.runtime-error",
        cause="The {container} was not started by its container runtime (exit code 125).",
        advice="Check the options of the container definition, and the runtime's words.",
        source=EXIT_CODES,
        codes=frozenset({"125"}),
    ),
    Entry(
        id="container.command-not-executable",
        cause="The {container} may not execute its program (exit code 126).",
        advice="Make the file executable in the image (chmod +x), for the user that the container runs as.",
        source=EXIT_CODES,
        codes=frozenset({"126"}),
    ),
    Entry(
        id="container.command-not-found",
        cause="The {container} cannot find the program that it should run (exit code 127).",
        advice="Correct command and entryPoint in the task definition, or the path inside the image.",
        source=EXIT_CODES,
        codes=frozenset({"127"}),
    ),
    Entry(
        id="container.aborted",
        cause="The {container} aborted itself (exit code 134).",
        advice=f"{_LOGS}: a failed assertion, or a runtime that ran out of its heap, ends so.",
        source=EXIT_CODES,
        codes=frozenset({"134"}),
    ),
    Entry(
        id="container.killed",
        cause="The {container} was killed (exit code 137).",
        advice=(
            "Usually memory ran out: compare the memory that it used with its limit. Or it did not stop "
            "within stopTimeout after SIGTERM."
        ),
        source=EXIT_CODES,
        codes=frozenset({"137"}),
    ),
    Entry(
        id="container.crashed",
        cause="The {container} crashed on memory that it may not touch (exit code 139).",
        advice=f"{_LOGS}; native libraries that are not built for the image are the usual reason.",
        source=EXIT_CODES,
        codes=frozenset({"139"}),
    ),
    Entry(
        id="container.terminated",
        cause="The {container} was told to stop and did (exit code 143).",
        advice="Look at the task's other containers, and at who stopped the task: this one ended in order.",
        source=EXIT_CODES,
        codes=frozenset({"143"}),
    ),
    Entry(
        id="container.entry-point-failed",
        cause="The {container} ended with exit code 255.",
        advice=f"{_LOGS}; command or entryPoint of the container failed.",
        source=EXIT_CODES,
        codes=frozenset({"255"}),
    ),
)

EXITED: Final = Entry(
    id="container.exited",
    cause="The {container} is essential and ended with {exit_code}.",
    advice=f"{_LOGS}: the program chose this exit code.",
    source=EXIT_CODES,
    says=(("essential container in task exited",),),
)
"""For every other exit code, and where AWS tells none."""
