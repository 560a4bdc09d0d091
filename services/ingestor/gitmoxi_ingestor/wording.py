"""What the ingestor says of a commit that it took in."""

from __future__ import annotations

from collections.abc import Sequence

from gitmoxi.domain.deployments import ObjectChange
from gitmoxi_ingestor.comparing import Comparison


def baselined(objects: int) -> str:
    """Of a commit whose service objects are compared and not deployed."""
    if objects == 0:
        return "It holds no service object, so the next commit of the branch is its baseline."
    are = "is" if objects == 1 else "are"
    return f"Baseline: {_objects(objects)} {are} compared with what lives, and nothing is deployed."


def summary(objects: int, comparison: Comparison, globs: Sequence[str] = ()) -> str:
    """Of a commit whose service objects are deployed; ``globs`` are the paths that count."""
    if objects == 0 and comparison.all_deleted and globs:
        return (
            f"No definition file lies on the registered paths ({', '.join(globs)}): gmctl repo update --path."
        )
    files = len(comparison.relevant_files)
    if objects == 0:
        return "No relevant file changed." if files == 0 else "Nothing that changed is deployed."
    asked = sum(item.change is ObjectChange.FORCED for item in comparison.changes.changed)
    if asked == objects:
        return f"{_objects(asked)} {_are(asked)} planned again, as asked."
    changed = f"{_objects(objects - asked)} changed, by {files} relevant file{'' if files == 1 else 's'}"
    return f"{changed}; {asked} more {_are(asked)} planned again, as asked." if asked else f"{changed}."


def _objects(count: int) -> str:
    return f"{count} service object{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"
