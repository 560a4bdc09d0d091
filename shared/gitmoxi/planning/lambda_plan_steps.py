"""The steps of a plan for a Lambda function, in their order, as people read them."""

from __future__ import annotations

from gitmoxi.planning.lambda_concurrency import ConcurrencyPlan, reserving_steps, serving_steps


def creation_steps(alias_name: str, concurrency: ConcurrencyPlan) -> tuple[str, ...]:
    """What makes a new function."""
    return (
        "create the function",
        *reserving_steps(concurrency, last=False),
        "publish a version",
        f"create the alias {alias_name} on it",
        *serving_steps(concurrency, alias_name),
    )


def update_steps(
    alias_name: str,
    settings: list[str],
    *,
    code_changed: bool,
    publish: bool,
    create_alias: bool,
    tags: bool,
    concurrency: ConcurrencyPlan,
) -> tuple[str, ...]:
    """What changes a live function."""
    early = (
        ("update the code", code_changed),
        (f"update the configuration: {', '.join(settings)}", bool(settings)),
        ("set the function's tags", tags),
    )
    moved = (
        ("publish a version", publish),
        (f"create the alias {alias_name} on it", publish and create_alias),
        (f"move the alias {alias_name} to it (all at once)", publish and not create_alias),
    )
    return (
        *(text for text, applies in early if applies),
        *reserving_steps(concurrency, last=False),
        *(text for text, applies in moved if applies),
        *serving_steps(concurrency, alias_name),
    )


def deletion_steps(versions: tuple[str, ...]) -> tuple[str, ...]:
    """What removes old versions, once the alias has moved."""
    return tuple(f"delete version {number}, which is older than those that are kept" for number in versions)
