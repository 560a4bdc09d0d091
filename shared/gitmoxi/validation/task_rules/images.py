"""The images of containers: there is one, and it is written so that it can be pulled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gitmoxi.validation.placeholders import placeholder_advice
from gitmoxi.validation.reading import value_at
from gitmoxi.validation.rule import Problem, Rule
from gitmoxi.validation.task_rules.pages import api
from gitmoxi.validation.task_rules.subject import Container, TaskDefinition, container_rule

_PAGE: Final = api("ContainerDefinition")
_LONGEST: Final = 255
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_STRANGE: Final = re.compile(r"[^A-Za-z0-9_:./#@-]")
_DIGEST: Final = re.compile(r"sha256:[A-Fa-f0-9]{64}")


@container_rule(
    "task.no-image",
    summary="Every container has an image.",
    source=_PAGE,
    advice="write image, such as nginx:1.27 or <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>",
)
def _no_image(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    image = value_at(container.values, "image")
    if image is None or image == "":
        yield Problem(at=container.at("image"), message=f"{container.shown} has no image", expected="image")


@container_rule(
    "task.image-form",
    summary="An image is [host/]repository[:tag][@sha256:digest], the repository in lower case.",
    source=_PAGE,
)
def _image_form(_task: TaskDefinition, container: Container) -> Iterator[Problem]:
    image = value_at(container.values, "image")
    if not isinstance(image, str) or not image:
        return
    wrong = _wrong(image)
    if wrong is not None:
        fill_in = placeholder_advice(image)
        reason, advice = ("a placeholder stands in it", fill_in) if fill_in else wrong
        yield Problem(
            at=container.at("image"),
            message=f"the image of {container.shown} cannot be pulled: {reason}",
            found=image,
            expected="[host/]repository[:tag][@sha256:digest]",
            advice=advice,
        )


def _wrong(image: str) -> tuple[str, str] | None:
    """What is wrong with an image reference, and what to do; the first thing only."""
    name, at, digest = image.partition("@")
    repository, tag = _split_tag(name)
    strange = next(iter(_STRANGE.findall(image)), "")
    checks = (
        ("://" in image, "it begins like the address of a web page", "write it without http:// or https://"),
        (re.search(r"\s", image), "there is a space in it", "remove the space"),
        (strange, f"there is {strange} in it", "use letters, digits and - _ : . / # @ only"),
        (at and not _DIGEST.fullmatch(digest), "its digest is not sha256", "write sha256: and 64 hex digits"),
        (tag == "", "its tag is empty", "write a tag after the colon, or remove the colon"),
        (tag and not _TAG.fullmatch(tag), f"{tag} is not a tag", "use letters, digits, _, . and -"),
        (
            _path(repository) != _path(repository).lower(),
            "it has capitals",
            "write the repository in lower case",
        ),
        (
            not _path(repository) or repository.startswith("/"),
            "it names no repository",
            "name the repository",
        ),
        (len(name) > _LONGEST, f"it has more than {_LONGEST} characters", "shorten it"),
    )
    return next(((reason, advice) for found, reason, advice in checks if found), None)


def _split_tag(name: str) -> tuple[str, str | None]:
    head, colon, tail = name.rpartition(":")
    return (head, tail) if colon and "/" not in tail else (name, None)


def _path(repository: str) -> str:
    """The repository without the host of its registry."""
    host, slash, path = repository.partition("/")
    is_host = slash and ("." in host or ":" in host or host == "localhost")
    return path if is_host else repository


IMAGE_RULES: Final[tuple[Rule[TaskDefinition], ...]] = (_no_image, _image_form)
