"""Writing the files of a whole account and region: many at once, and on from where it broke off."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

from gitmoxi.adapters.aws.sessions import ClientSource
from gitmoxi.domain.files import FileKind
from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import GitmoxiError, RetryableError, ThrottledError
from gitmoxi.ports.clock import Clock
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.inventory import ALL, Choice, Item, folders
from gitmoxi_gmctl.init.looking import AwsLooks
from gitmoxi_gmctl.init.packages import S3Place
from gitmoxi_gmctl.init.reading import BeingDeletedError, Export, Exporter
from gitmoxi_gmctl.init.writing import write_files

AT_ONCE = 8
"""Targets that are read at the same time; how fast, AWS's published limits say (``RateLimits``)."""

_ATTEMPTS = 6
_FIRST_WAIT_SECONDS = 1.0


class Fate(StrEnum):
    """What became of a target's files."""

    WRITTEN = "written"
    KEPT = "kept"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``why`` says why files were not written, or what a person should look at in those that were."""

    item: Item
    fate: Fate
    folder: Path
    why: tuple[str, ...] = ()
    first_run: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """``cluster`` None: all; ``code`` is the folder in S3 for the packages of .zip functions."""

    folder: Path
    cluster: str | None = None
    functions: bool = False
    choice: Choice = ALL
    alias: str | None = None
    code: S3Place | None = None
    force: bool = False


class Everything:
    """Reads with ``clients`` and writes; ``tell`` hears of each result, ``clock`` is waited by."""

    def __init__(
        self,
        clients: ClientSource,
        *,
        region: str,
        clock: Clock,
        wanted: Wanted,
        tell: Callable[[Result, int], None],
    ) -> None:
        self._looks = AwsLooks(clients)
        self._exporter = Exporter(clients, region=region, clock=clock)
        self._clock = clock
        self._wanted = wanted
        self._tell = tell

    async def write(self) -> list[Result]:
        """The results, by target.

        Raises:
            GitmoxiError: what there is cannot be listed.
        """
        items = [item for item in await self._items() if self._wanted.choice.takes(item)]
        places = folders(items)
        results: list[Result] = []

        async def work(pending: Iterator[Item]) -> None:
            for item in pending:
                results.append(await self._one(item, self._wanted.folder / places[item]))
                self._tell(results[-1], len(items))

        pending = iter(items)
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(work(pending))
        return sorted(results, key=lambda result: (result.item.kind, str(result.item)))

    async def _items(self) -> list[Item]:
        clusters = (
            [self._wanted.cluster]
            if self._wanted.cluster
            else await self._patiently(lambda: self._looks.cluster_names(whole=True))
        )
        found: list[Item] = []
        for cluster in sorted(clusters):
            names = await self._patiently(partial(self._looks.service_names, cluster, whole=True))
            found += [Item(kind=TargetKind.ECS, cluster=cluster, name=name) for name in sorted(names)]
        if self._wanted.functions:
            names = await self._patiently(lambda: self._looks.function_names(whole=True))
            found += [Item(kind=TargetKind.LAMBDA, cluster=None, name=name) for name in sorted(names)]
        return found

    async def _one(self, item: Item, folder: Path) -> Result:
        there = _files_there(folder, item)
        if there and not self._wanted.force:
            return Result(item=item, fate=Fate.KEPT, folder=folder, why=("Its files are there.",))
        try:
            if (reason := await self._patiently(lambda: self._why_not(item))) is not None:
                return Result(item=item, fate=Fate.SKIPPED, folder=folder, why=(reason,))
            export = await self._patiently(lambda: self._export(item))
            if (reason := _why_not_deployable(export)) is not None:
                return Result(item=item, fate=Fate.SKIPPED, folder=folder, why=(reason,))
            _put(export, folder, force=self._wanted.force)
        except GmctlError as error:
            explained = error.code is ExitCode.USAGE or isinstance(error, BeingDeletedError)
            fate = Fate.SKIPPED if explained else Fate.FAILED
            return Result(item=item, fate=fate, folder=folder, why=(str(error),))
        except GitmoxiError as error:
            return Result(item=item, fate=Fate.FAILED, folder=folder, why=(str(error),))
        exported = export.exported
        return Result(
            item=item, fate=Fate.WRITTEN, folder=folder, why=exported.notes, first_run=exported.first_run
        )

    async def _why_not(self, item: Item) -> str | None:
        """Why a function is left out, if it is."""
        if item.kind is TargetKind.ECS:
            return None
        names = await self._looks.alias_names(item.name)
        if not names:
            return "It has no alias, and Gitmoxi deploys functions behind one: create one that serves it."
        if self._wanted.alias is not None and self._wanted.alias not in names:
            return f"It has no alias {self._wanted.alias} ({', '.join(names)})."
        if self._wanted.alias is None and len(names) > 1:
            several = f"It has several aliases ({', '.join(names)})"
            return f"{several}: gmctl init --function {item.name} --alias NAME."
        return None

    async def _export(self, item: Item) -> Export:
        if item.cluster is not None:
            return await self._exporter.service(item.cluster, item.name)
        try:
            return await self._exporter.function(item.name, alias=self._wanted.alias, place=None)
        except GmctlError as error:
            # An image needs no place, and a .zip is refused without one.
            if error.code is not ExitCode.USAGE or self._wanted.code is None:
                raise
            root = self._wanted.code
            place = S3Place(bucket=root.bucket, key=f"{root.key.rstrip('/')}/{item.name}.zip")
            return await self._exporter.function(item.name, alias=self._wanted.alias, place=place)

    async def _patiently(self, read: Callable[[], Any]) -> Any:
        """The answer, asked for again while AWS throttles or is away."""
        wait = _FIRST_WAIT_SECONDS
        for _ in range(_ATTEMPTS - 1):
            try:
                return await read()
            except RetryableError as error:
                told = error.retry_after_seconds if isinstance(error, ThrottledError) else None
                await self._clock.sleep(max(wait, told or 0.0))
                wait *= 2
        return await read()


def _files_there(folder: Path, item: Item) -> bool:
    return any(
        (folder / f"{item.name}{kind.suffix}").exists() for kind in FileKind if kind.target_kind is item.kind
    )


def _why_not_deployable(export: Export) -> str | None:
    definition = next((file.text for file in export.exported.files if file.kind is FileKind.SVCDEF), "{}")
    controller = (json.loads(definition).get("deploymentController") or {}).get("type")
    if controller != "CODE_DEPLOY":
        return None
    return (
        "CodeDeploy deploys it, and Gitmoxi does not deploy beside it: gmctl init --service writes it anyway."
    )


def _put(export: Export, folder: Path, *, force: bool) -> None:
    """All files of a new folder appear at once: a run that breaks off leaves no half of them.

    Raises:
        GmctlError: they cannot be written.
    """
    if folder.exists():
        write_files(folder, export.name, export.exported.files, force=force)
        return
    beside = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        write_files(beside, export.name, export.exported.files, force=False)
        beside.rename(folder)
    except OSError as error:
        raise GmctlError(f"{folder} cannot be written: {error.strerror}.") from error


def tally(results: Iterable[Result]) -> str:
    """``300 written, 2 skipped``."""
    fates: Sequence[Fate] = [result.fate for result in results]
    return ", ".join(f"{fates.count(fate)} {fate}" for fate in Fate if fate in fates) or "nothing found"
