"""Service objects as users commit them, made of the corpus's definitions and outputs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gitmoxi.domain.findings import FindingsError
from gitmoxi.domain.targets import TargetKind
from gitmoxi.rendering.objects import render_object
from gitmoxi.validation.ecs_service import validate_ecs
from gitmoxi.validation.lambda_function import validate_lambda

Document = dict[str, Any]
FOLDERS = ("data", "edge", "mail", "shop")
FUNCTIONS = 24
"""Of the objects; the others are ECS services."""

TRIED = 4
"""Service definitions of the corpus that are tried with a task definition, of which few belong together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A service object: its files by suffix, and of those that are spoilt now what they should hold.

    ``intact`` has None for a file that should not be there.
    """

    name: str
    folder: str
    files: Mapping[str, bytes]
    intact: Mapping[str, bytes | None] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        return f"{self.folder}/{self.name}/{self.name}"

    @property
    def paths(self) -> dict[str, bytes]:
        return {f"{self.prefix}{suffix}": content for suffix, content in self.files.items()}

    @property
    def is_function(self) -> bool:
        return "_svcdef.json" not in self.files

    def document(self, suffix: str) -> Document:
        found: Document = json.loads(self.files[suffix])
        return found

    def with_document(self, suffix: str, document: Document) -> Committed:
        return replace(self, files={**self.files, suffix: written(document)})

    def spoilt(self, suffix: str, content: bytes | None) -> Committed:
        """With other content, or without the file; ``mended`` takes it back."""
        left = {own: data for own, data in self.files.items() if own != suffix}
        files = left if content is None else {**left, suffix: content}
        return replace(self, files=files, intact={suffix: self.files.get(suffix)})

    def mended(self) -> Committed:
        files = {suffix: data for suffix, data in {**self.files, **self.intact}.items() if data is not None}
        return replace(self, files=files, intact={})


def written(document: Document) -> bytes:
    return json.dumps(document, indent=2).encode()


def read_outputs(corpus: Path) -> dict[str, bytes]:
    """The real outputs of Terraform and CDK by the paths at which they are committed."""
    return {
        f"infra/{folder}/{path.name}": path.read_bytes()
        for folder in ("tf_outputs", "cdk_outputs")
        for path in sorted((corpus / folder).iterdir())
        if _output(path.name, json.loads(path.read_text()), folder) is not None
    }


def service_objects(corpus: Path, count: int) -> list[Committed]:
    """``count`` objects that can be deployed; every fourth service refers to an output."""
    functions = _functions(corpus)
    made = [next(functions) for _ in range(FUNCTIONS)]
    outputs, services = read_outputs(corpus), _services(corpus)
    for task_definition in _definitions(corpus, "taskdefs"):
        if len(made) == count:
            return made
        number = len(made)
        files = _service_files(services, f"service-{number}", number, task_definition)
        if files is None:
            continue
        item = Committed(name=f"service-{number}", folder=FOLDERS[number % 4], files=files)
        if number % 4 == 0:
            item = _referring(item, number, outputs)
        made.append(item)
    raise AssertionError(f"the corpus has definitions for {len(made)} objects, and {count} are wanted")


def _definitions(corpus: Path, folder: str) -> Iterator[bytes]:
    """Those that are JSON objects."""
    for path in sorted((corpus / folder).iterdir()):
        content = path.read_bytes()
        try:
            if isinstance(json.loads(content), dict):
                yield content
        except ValueError:
            continue


def _services(corpus: Path) -> list[Document]:
    """The service definitions of the corpus that nothing has to be stripped from."""
    found = []
    for content in _definitions(corpus, "svcdefs"):
        service = json.loads(content) | {"serviceName": "s", "taskDefinition": "t:1", "desiredCount": 1}
        if _deploys_as_written(TargetKind.ECS, {"_svcdef.json": written(service)}):
            found.append(service)
    return found


def _service_files(
    services: Sequence[Document], name: str, number: int, task_definition: bytes
) -> dict[str, bytes] | None:
    """The task definition with a service of the corpus that fits it, else with a plain one; None: neither."""
    plain: Document = {}
    if json.loads(task_definition).get("networkMode") == "awsvpc":
        plain = {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0a1b2c3d"]}}}
    tried = [services[(number + step) % len(services)] for step in range(TRIED)]
    for service in (*tried, plain):
        named = {key: value for key, value in service.items() if key != "taskDefinition"}
        named |= {"serviceName": name, "cluster": "prod", "desiredCount": 1 + number % 3}
        files = {
            "_svcdef.json": written(named),
            "_taskdef.json": task_definition,
            "_depdef.json": written({"stabilityCheck": {"timeout": 300}}),
        }
        if _deploys_as_written(TargetKind.ECS, files):
            return files
    return None


def _functions(corpus: Path) -> Iterator[Committed]:
    """Endless: the corpus's functions again and again, under other names."""
    number = 0
    while True:
        for content in _definitions(corpus, "lambdadefs"):
            name = f"function-{number}"
            named = json.loads(content) | {"FunctionName": name}
            named.setdefault("Code", {"S3Bucket": "code", "S3Key": f"{name}.zip"})
            files = {
                "_lambdadef.json": written(named),
                "_lambdadepdef.json": written({"alias": "live"}),
            }
            if _deploys_as_written(TargetKind.LAMBDA, files):
                yield Committed(name=name, folder=FOLDERS[number % 4], files=files)
                number += 1


def _deploys_as_written(kind: TargetKind, files: Mapping[str, bytes]) -> bool:
    """Whether nothing has to be stripped or mended: then an oracle needs to know no rule of that."""
    named = {f"a/n{suffix}": content for suffix, content in files.items()}
    try:
        rendered = render_object(prefix="a/n", kind=kind, files=named, references={})
        if kind is TargetKind.LAMBDA:
            return validate_lambda(rendered).function == json.loads(files["_lambdadef.json"])
        valid = validate_ecs(rendered)
    except FindingsError:
        return False
    wanted = files.get("_taskdef.json", b"null")
    return (valid.service, valid.task_definition) == (json.loads(files["_svcdef.json"]), json.loads(wanted))


def _referring(item: Committed, number: int, outputs: Mapping[str, bytes]) -> Committed:
    """With an input file that takes a value from an output, and a task definition that uses it."""
    path = sorted(outputs)[number // 4 % len(outputs)]
    _, folder, name = path.split("/")
    used = _output(name, json.loads(outputs[path]), folder)
    assert used is not None
    task_definition = item.document("_taskdef.json")
    container = task_definition["containerDefinitions"][0]
    place = f"{{{{ {used} if {used} is string else {used} | join(' ') }}}}"
    container["environment"] = [
        *container.get("environment", []),
        {"name": "PLACE", "value": place},
        {"name": "WAVE", "value": "{{ wave }}"},
    ]
    kind = "TERRAFORM" if folder == "tf_outputs" else "CDK"
    inputs = {"ref": {"file": [path], "type": kind}, "wave": "one"}
    return item.with_document("_taskdef.json", task_definition).with_document("_input.json", inputs)


def moved_output(path: str, content: bytes, number: int) -> bytes:
    """The outputs after an apply that gave the value that is used another one."""
    _, folder, name = path.split("/")
    outputs = json.loads(content)
    used = _output(name, outputs, folder)
    assert used is not None
    for holder in [outputs] if folder == "tf_outputs" else outputs.values():
        if used in holder:
            holder[used] = (
                {**holder[used], "value": f"moved-{number}"} if folder == "tf_outputs" else f"moved-{number}"
            )
    return written(outputs)


def _output(name: str, outputs: Document, folder: str) -> str | None:
    """The name of the first output that is a text or a list of texts and that a template can say."""
    values = (
        {key: o["value"] for key, o in outputs.items()}
        if folder == "tf_outputs"
        else {
            key: value
            for stack in outputs.values()
            if isinstance(stack, dict)
            for key, value in stack.items()
        }
    )
    return next(
        (
            key
            for key, value in values.items()
            if key.isidentifier() and (isinstance(value, str) or _are_texts(value))
        ),
        None,
    )


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)
