"""What ``gmctl validate`` says about each file of the corpus, given in the way of users."""

from __future__ import annotations

import csv
import os
from contextlib import chdir
from pathlib import Path

from gitmoxi.domain.files import FileKind
from gitmoxi.domain.findings import Severity
from gitmoxi_gmctl.validate.checking import check_paths
from gitmoxi_gmctl.validate.report import Report

AS_KIND = {
    "taskdef": FileKind.TASKDEF,
    "svcdef": FileKind.SVCDEF,
    "lambdadef": FileKind.LAMBDADEF,
    "malformed-taskdef": FileKind.TASKDEF,
    "malformed-svcdef": FileKind.SVCDEF,
}
"""Files that are checked in place, alone, by ``--as``."""

REFERRED_TO = {"tf": "TERRAFORM", "terraform-output": "TERRAFORM", "cdk": "CDK", "event": "JSON"}
"""Files that an input file takes values from, with the type of the reference."""

MAPPING = ('{"PullEventSources": {"EventSourceMapping":', "}}")
"""Around an event source mapping, on its first and its last line, so that lines keep their numbers."""

SAMPLE = ".sample"


def read_sources(corpus: Path) -> list[dict[str, str]]:
    with (corpus / "SOURCES.tsv").open(newline="") as sources:
        return list(csv.DictReader(sources, delimiter="\t"))


def check_corpus(corpus: Path, scratch: Path) -> dict[str, Report]:
    """A report on each file by its path in the corpus; what users would write around it is in ``scratch``."""
    rows = read_sources(corpus)
    found: dict[str, Report] = {}
    with chdir(corpus):
        for kind, taken_for in AS_KIND.items():
            files = [row["file"] for row in rows if row["kind"] == kind]
            found |= _by_file(check_paths(files, kind=taken_for, root=None), {file: file for file in files})
    with chdir(_fresh(scratch / "mappings")):
        found |= _mappings(corpus, [row["file"] for row in rows if row["kind"] == "eventsource"])
    with chdir(_fresh(scratch / "references")):
        found |= _references(corpus, [row for row in rows if row["kind"] in REFERRED_TO])
    with chdir(_fresh(scratch / "samples")):
        found |= _samples(corpus, [row["file"] for row in rows if row["kind"] == "gm"])
    return found


def lines_of(report: Report) -> list[str]:
    """The findings as the golden file has them; what files say themselves is kept short."""
    return [
        f"{f.line or 0}:{f.column or 0} {f.rule} {f.severity} {' '.join(f.message.split())[:160]}"
        for f in report.findings
    ]


def errors_of(report: Report) -> list[str]:
    return [f"{f.rule} {f.json_path} {f.message}" for f in report.findings if f.severity is Severity.ERROR]


def _by_file(report: Report, origin: dict[str, str]) -> dict[str, Report]:
    """The report cut by file; ``origin`` has each file's path in the corpus."""
    assert report.unchecked == ()
    assert {file.path for file in report.files} >= set(origin)
    assert {finding.file for finding in report.findings} <= set(origin)
    return {
        place: report.model_copy(
            update={
                "files": tuple(file for file in report.files if file.path == path),
                "findings": tuple(finding for finding in report.findings if finding.file == path),
            }
        )
        for path, place in origin.items()
    }


def _fresh(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _mappings(corpus: Path, files: list[str]) -> dict[str, Report]:
    origin = {}
    for number, file in enumerate(files):
        name = f"{number}_lambdaeventsourcedef.json"
        before, after = MAPPING
        Path(name).write_text(
            f"{before}{(corpus / file).read_text(encoding='utf-8')}{after}", encoding="utf-8"
        )
        origin[name] = file
    return _by_file(check_paths(list(origin), kind=FileKind.LAMBDA_EVENT_SOURCE_DEF, root=None), origin)


def _references(corpus: Path, rows: list[dict[str, str]]) -> dict[str, Report]:
    found = {}
    for number, row in enumerate(rows):
        Path(f"{number}_svcdef.json").write_text('{"serviceName": "s", "taskDefinition": "t"}')
        Path(f"{number}_input.json").write_text(
            f'{{"ref": {{"file": ["{row["file"]}"], "type": "{REFERRED_TO[row["kind"]]}"}}}}'
        )
        report = check_paths([f"{number}_input.json"], kind=None, root=corpus)
        found[row["file"]] = report
    return found


def _samples(corpus: Path, files: list[str]) -> dict[str, Report]:
    """Each folder of samples as a service object, and once more with each of its alternatives."""
    found: dict[str, Report] = {}
    for folder in sorted({str(Path(file).parent) for file in files}):
        plain = {Path(f).name: f for f in files if str(Path(f).parent) == folder and f.endswith(SAMPLE)}
        others = {Path(f).name: f for f in files if str(Path(f).parent) == folder and not f.endswith(SAMPLE)}
        found |= _sample(corpus, folder, plain)
        for name, file in others.items():
            instead = name.partition(SAMPLE)[0] + SAMPLE
            alternative = _sample(corpus, f"{folder}{name}", {**plain, instead: file})
            found[file] = alternative[file]
    return found


def _sample(corpus: Path, folder: str, files: dict[str, str]) -> dict[str, Report]:
    Path(folder).mkdir(parents=True)
    origin = {}
    for name, file in files.items():
        path = f"{folder}/{name.removesuffix(SAMPLE)}"
        Path(path).write_bytes((corpus / file).read_bytes())
        origin[path] = file
    return _by_file(check_paths([folder], kind=None, root=corpus / "gm-demo"), origin)


def golden_lines(checked: dict[str, Report]) -> dict[str, list[str]]:
    return {file: lines_of(report) for file, report in sorted(checked.items())}


def corpus_of_environment() -> Path:
    return Path(os.environ["GITMOXI_CORPUS"])
