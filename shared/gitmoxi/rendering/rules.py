"""Every rule that rendering's findings name, for the reference and for those who filter findings."""

from __future__ import annotations

from gitmoxi.domain.findings import RuleInfo, Severity

_JSON = "https://www.rfc-editor.org/rfc/rfc8259"
_JINJA = "https://jinja.palletsprojects.com/en/stable/templates/"
_SANDBOX = "https://jinja.palletsprojects.com/en/stable/sandbox/"
_TERRAFORM = "https://developer.hashicorp.com/terraform/cli/commands/output"
_CDK = "https://docs.aws.amazon.com/cdk/v2/guide/ref-cli-cmd-deploy.html"


def _error(id_: str, summary: str, advice: str = "", source: str = "") -> RuleInfo:
    return RuleInfo(id=id_, severity=Severity.ERROR, summary=summary, advice=advice, source=source)


_FILES = (
    _error("file.count", "An object and what it refers to are at most 64 files.", "refer to fewer files"),
    _error(
        "file.encoding",
        "A file is text in UTF-8, UTF-16 or UTF-32; a byte order mark is welcome.",
        "save the file as UTF-8",
    ),
    _error(
        "file.foreign",
        "A file belongs to the object with which it is rendered.",
        "name the file after its object's path-prefix",
    ),
    _error(
        "file.size",
        "A file has at most 1 MiB: no AWS request takes more.",
        "move what is not configuration elsewhere",
    ),
)

_DOCUMENTS = (
    _error("json.depth", "Values nest at most 64 levels deep.", "flatten the document", f"{_JSON}#section-9"),
    _error(
        "json.duplicate-key",
        "The names of an object's members are unique: parsers differ in which of two they take.",
        "keep one of the two",
        f"{_JSON}#section-4",
    ),
    _error(
        "json.not-finite",
        "A number is finite: JSON has no NaN and no infinities, and 1e999 is one to most readers.",
        "write a number, or leave the member out",
        f"{_JSON}#section-6",
    ),
    _error(
        "json.number",
        "A number has at most 60 digits.",
        "write an identifier in double quotes",
        f"{_JSON}#section-6",
    ),
    _error(
        "json.size",
        "A document has at most 50,000 values.",
        "look for a loop that runs away",
        f"{_JSON}#section-9",
    ),
    _error(
        "json.surrogate",
        "A text has whole characters: half of a surrogate pair is none.",
        "write the character itself",
        f"{_JSON}#section-8.2",
    ),
    _error(
        "json.syntax",
        "A file is JSON when it has been rendered.",
        "mend what stands here, or just before it",
        _JSON,
    ),
)

_TEMPLATES = (
    _error(
        "template.error",
        "Every expression of a template can be evaluated with the values given.",
        "correct the expression or the value",
        _JINJA,
    ),
    _error(
        "template.limit",
        "A template renders within its limits of time, memory, depth and 1 MiB of output.",
        "look for loops and repetitions that run away",
        _SANDBOX,
    ),
    RuleInfo(
        id="template.needs-values",
        severity=Severity.NOTE,
        summary="A file was not checked, because what it is rendered to depends on values that are not here.",
        advice="check it together with its input file and the files that its ref.file names",
        source=_JINJA,
    ),
    _error(
        "template.refused",
        "A template changes nothing, loads nothing and stays in its sandbox.",
        "share values through the input file and its ref.file",
        _SANDBOX,
    ),
    _error(
        "template.syntax",
        "A file is a Jinja template.",
        "write it as Jinja has it: {{ name }} for a value, {% if name %} ... {% endif %} for a choice",
        _JINJA,
    ),
    _error(
        "template.undefined",
        "Every name that a template uses is given by the input file or by a file that it refers to.",
        "define it, correct its spelling, or give it a default",
        _JINJA,
    ),
)

_INPUTS = (
    RuleInfo(
        id="input.reference-unread",
        severity=Severity.NOTE,
        summary="A file that the input file refers to is not here, so its values are not known.",
        advice="check the whole repository, or commit the file",
    ),
    _error(
        "input.shape",
        "An input file, and a file that it refers to, holds one object of names and values.",
        'write {"name": "value"}',
    ),
    RuleInfo(
        id="ref.ambiguous-output",
        severity=Severity.WARNING,
        summary="An output's name that two stacks have means the later one.",
        advice="write the stack's name before it",
        source=_CDK,
    ),
    _error(
        "ref.missing",
        "Every file that an input file refers to is in the same commit.",
        "commit the file, or correct the path, which counts from the repository's root",
    ),
    _error(
        "ref.path",
        "A referenced file's path counts from the repository's root and stays in the repository.",
        "write for example infra/terraform_output.json",
    ),
    _error(
        "ref.shape",
        '"ref" has a "type" and a list of paths as its "file", and the files look as their type says.',
        'write {"file": ["infra/terraform_output.json"], "type": "TERRAFORM"}',
        _TERRAFORM,
    ),
)

RULES: tuple[RuleInfo, ...] = (*_FILES, *_INPUTS, *_DOCUMENTS, *_TEMPLATES)
"""All of them; each id is emitted somewhere, and no other is."""
