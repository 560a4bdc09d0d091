"""The page of templates: what a file may hold between braces, and where its values come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from docs.tables import table_row
from gitmoxi.domain.files import FileKind, FileRole
from gitmoxi.domain.references import ReferenceType
from gitmoxi.rendering.sandbox import new_environment
from gitmoxi.rendering.text import MAX_FILE_BYTES

_INTRODUCTION = """\
# Files and templates

The files whose names share all but the suffix form one service object. Every file but the input file is a
[Jinja](https://jinja.palletsprojects.com/en/stable/templates/) template: it is rendered with the values of
the input file, and has to be JSON afterwards. A name that nothing defines is an error.

This page is made from the code by `make docs`.
"""

_REFERENCES: Final[Mapping[ReferenceType, str]] = {
    ReferenceType.TERRAFORM: "what `terraform output -json` writes: of each name, its `value` counts",
    ReferenceType.CDK: "what `cdk deploy --outputs-file` writes: `{{ Stack.Output }}` or `{{ Output }}`",
    ReferenceType.JSON: "names and values as they are",
}

_VALUES = """\
## Values

The input file holds names and values. Its `ref` names files with more of them, by their paths from the
repository's root in the same commit:

```json
{"ref": {"file": ["infra/terraform_output.json"], "type": "TERRAFORM"}, "image": "nginx:1.27"}
```

- The input file's own values win over those of the files it refers to; of these, a later one wins over an
  earlier one.
- A file that is referred to counts: a change of it deploys every object that refers to it.
- What Terraform marks as `sensitive` is used, and shown nowhere: plans, logs and pages have a mask like
  `[sensitive 0123456789ab]`. Equal values have equal masks within one answer, and nobody can try values out.
  What expressions make of such a value is masked too; what a template only decides by it, with an `if`, a
  length or a counter, is shown.
"""

_NOTES = f"""\
- `tojson` writes a value as JSON: `"subnets": {{{{ private_subnets | tojson }}}}`.
- A template writes at most {MAX_FILE_BYTES // (1024 * 1024)} MiB. It can use no other file: there is no
  `include`, `import` or `extends`.
- Text that begins like a template and is none is written with JSON's escape for the first brace, as in
  `"\\u007b{{.Name}}}}"`. `gmctl init` does so.
"""


def templates_page() -> str:
    """The page's text."""
    environment = new_environment()
    lines = [_INTRODUCTION, "## Files", "", *_files(), "", _VALUES]
    lines += ["| `ref.type` | the files |", "|---|---|"]
    lines += [table_row(f"`{kind.value}`", _REFERENCES[kind]) for kind in ReferenceType]
    lines += ["", "## What a template may use", ""]
    for title, names in (
        ("Filters", environment.filters),
        ("Functions", environment.globals),
        ("Tests", environment.tests),
    ):
        lines += [f"**{title}**: {', '.join(f'`{name}`' for name in sorted(names))}.", ""]
    return "\n".join([*lines, _NOTES])


def _files() -> Iterator[str]:
    yield "| suffix | of | what it is | template | a change of it alone deploys |"
    yield "|---|---|---|---|---|"
    for kind in FileKind:
        yield table_row(
            f"`{kind.suffix}`",
            "ECS" if kind.target_kind == "ecs" else "Lambda",
            _ROLES[kind.role],
            "yes" if kind.is_template else "no",
            "yes" if kind.triggers_deployment else "no",
        )


_ROLES: Final[Mapping[FileRole, str]] = {
    FileRole.DEFINITION: "the definition: without it nothing is deployed; deleting it deletes the target",
    FileRole.COMPANION: "a further native document",
    FileRole.INPUT: "values for the templates",
    FileRole.SETTINGS: "[our settings](deployment-settings.md)",
}
