"""Deployment files: their kinds by suffix, and the service objects that they form by path-prefix."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from gitmoxi.domain.targets import TargetKind
from gitmoxi.errors import InvalidInputError


class FileRole(StrEnum):
    """What a file is for, whichever kind of target it belongs to."""

    DEFINITION = "definition"
    """The file without which there is nothing to deploy, and whose deletion deletes the target."""
    COMPANION = "companion"
    """A further native document: a task definition, event sources."""
    INPUT = "input"
    """Substitution values: plain JSON, never a template."""
    SETTINGS = "settings"
    """Our own settings: a change of them alone deploys nothing."""


class FileKind(StrEnum):
    """The kinds of deployment files; the value is the suffix of the file's name."""

    SVCDEF = "_svcdef.json"
    TASKDEF = "_taskdef.json"
    INPUT = "_input.json"
    DEPDEF = "_depdef.json"
    LAMBDADEF = "_lambdadef.json"
    LAMBDA_EVENT_SOURCE_DEF = "_lambdaeventsourcedef.json"
    LAMBDA_INPUT = "_lambdainput.json"
    LAMBDA_DEPDEF = "_lambdadepdef.json"

    @property
    def suffix(self) -> str:
        return self.value

    @property
    def target_kind(self) -> TargetKind:
        return _TRAITS[self][0]

    @property
    def role(self) -> FileRole:
        return _TRAITS[self][1]

    @property
    def triggers_deployment(self) -> bool:
        """Whether a change of this file alone is reason enough to deploy."""
        return self.role is not FileRole.SETTINGS

    @property
    def is_template(self) -> bool:
        """Every file but the input file is a Jinja template."""
        return self.role is not FileRole.INPUT


_TRAITS: Mapping[FileKind, tuple[TargetKind, FileRole]] = {
    FileKind.SVCDEF: (TargetKind.ECS, FileRole.DEFINITION),
    FileKind.TASKDEF: (TargetKind.ECS, FileRole.COMPANION),
    FileKind.INPUT: (TargetKind.ECS, FileRole.INPUT),
    FileKind.DEPDEF: (TargetKind.ECS, FileRole.SETTINGS),
    FileKind.LAMBDADEF: (TargetKind.LAMBDA, FileRole.DEFINITION),
    FileKind.LAMBDA_EVENT_SOURCE_DEF: (TargetKind.LAMBDA, FileRole.COMPANION),
    FileKind.LAMBDA_INPUT: (TargetKind.LAMBDA, FileRole.INPUT),
    FileKind.LAMBDA_DEPDEF: (TargetKind.LAMBDA, FileRole.SETTINGS),
}

_BY_SUFFIX: Mapping[str, FileKind] = {kind.suffix: kind for kind in FileKind}
"""Each suffix begins with its only underscore, so a name has one candidate: trees are classified whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeploymentFile:
    """A path of the repository that is a deployment file.

    ``prefix`` is the path-prefix: the directory and the file's name less the suffix.
    """

    path: str
    prefix: str
    kind: FileKind


def definition_kind(kind: TargetKind) -> FileKind:
    """The definition file that a target of this kind needs."""
    return FileKind.SVCDEF if kind is TargetKind.ECS else FileKind.LAMBDADEF


def classify(path: str) -> DeploymentFile | None:
    """The deployment file at ``path``; None if the name has none of the suffixes or nothing before it."""
    prefix, underscore, word = path.rpartition("_")
    kind = _BY_SUFFIX.get(f"{underscore}{word}")
    if kind is None or not prefix or prefix.endswith("/"):
        return None
    return DeploymentFile(path=path, prefix=prefix, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceObject:
    """The files of one path-prefix, all of one kind of target, by their own kind."""

    prefix: str
    kind: TargetKind
    files: Mapping[FileKind, str]

    @property
    def definition(self) -> str | None:
        """The path of the definition file; None: there is nothing to deploy, which is worth a warning."""
        return self.files.get(definition_kind(self.kind))

    @property
    def input(self) -> str | None:
        """The path of the input file, if there is one."""
        return next((path for kind, path in self.files.items() if kind.role is FileRole.INPUT), None)

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.files.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefixConflict:
    """One path-prefix that claims to be an ECS service and a Lambda function at once."""

    prefix: str
    ecs_paths: tuple[str, ...]
    lambda_paths: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"{self.prefix} may not be both an ECS service ({', '.join(self.ecs_paths)}) and a Lambda "
            f"function ({', '.join(self.lambda_paths)}): rename the files of one of them"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """All service objects of a tree by path-prefix, and the prefixes that are none because of a conflict."""

    objects: Mapping[str, ServiceObject]
    conflicts: Mapping[str, PrefixConflict]


def group_files(paths: Iterable[str]) -> Grouping:
    """The service objects that the repository paths form; paths of other files are passed over."""
    by_prefix: defaultdict[str, list[DeploymentFile]] = defaultdict(list)
    for path in sorted(set(paths)):
        found = classify(path)
        if found is not None:
            by_prefix[found.prefix].append(found)
    objects: dict[str, ServiceObject] = {}
    conflicts: dict[str, PrefixConflict] = {}
    for prefix, files in by_prefix.items():
        kinds = {file.kind.target_kind for file in files}
        if len(kinds) > 1:
            conflicts[prefix] = PrefixConflict(
                prefix=prefix,
                ecs_paths=tuple(f.path for f in files if f.kind.target_kind is TargetKind.ECS),
                lambda_paths=tuple(f.path for f in files if f.kind.target_kind is TargetKind.LAMBDA),
            )
        else:
            objects[prefix] = ServiceObject(
                prefix=prefix, kind=kinds.pop(), files={file.kind: file.path for file in files}
            )
    return Grouping(objects=objects, conflicts=conflicts)


def repository_path(path: str) -> str:
    """``path`` itself, when it is a normalised path from the repository's root.

    Raises:
        InvalidInputError: it is empty, absolute, leaves the repository, is not normalised, or has
            backslashes or control characters.
    """
    wrong = _what_is_wrong_with(path)
    if wrong is not None:
        raise InvalidInputError(
            f"{path!r} is no repository path: {wrong}; write the path from the repository's root, "
            "for example infra/terraform_output.json"
        )
    return path


def _what_is_wrong_with(path: str) -> str | None:
    normalised = posixpath.normpath(path)
    problems = {
        "it is empty": not path.strip(),
        "it has control characters": not path.isprintable(),
        "it has a backslash, and Git's separator is /": "\\" in path,
        "it is absolute": path.startswith("/"),
        "it has .. in it": ".." in path.split("/"),
        f"it is not normalised ({normalised} would be)": normalised != path or path == ".",
    }
    return next((problem for problem, holds in problems.items() if holds), None)
