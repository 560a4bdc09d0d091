"""What a dry run says of one service object."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gitmoxi.domain.dryruns import DryRunObject
from gitmoxi.domain.findings import Finding, Severity
from gitmoxi.domain.records import TargetRecord
from gitmoxi.domain.rendered import RenderedObject
from gitmoxi.domain.sensitive import redact
from gitmoxi.domain.states import State
from gitmoxi_planner.candidates import Candidate
from gitmoxi_planner.verdicts import Ended, Held, Planned, Verdict, left_behind
from gitmoxi_planner.wanting import written_name


def reported(candidate: Candidate, verdict: Verdict) -> DryRunObject:
    """The object with its plan, or with why there is none."""
    item = candidate.item
    refused = isinstance(verdict, Ended) and verdict.state is State.FAILED
    return DryRunObject(
        prefix=item.prefix,
        kind=item.kind,
        change=item.change,
        files=item.files,
        target=candidate.target,
        label=_label(candidate),
        plan=verdict.plan,
        failure=_failure(candidate, verdict.because) if isinstance(verdict, Ended) and refused else None,
        held=f"{verdict.reason[:1].upper()}{verdict.reason[1:]}." if isinstance(verdict, Held) else None,
        findings=_findings(candidate),
        notes=tuple(_notes(candidate, verdict)),
        rendered=_shown(candidate.rendered) if candidate.rendered is not None else {},
    )


def _label(candidate: Candidate) -> str | None:
    """The name of what is not known, for its files have mistakes."""
    if candidate.target is not None or candidate.rendered is None:
        return None
    name = written_name(candidate.rendered)
    return redact(name, candidate.rendered.sensitive_values) if name is not None else None


def _findings(candidate: Candidate) -> tuple[Finding, ...]:
    return candidate.faults or (candidate.wanted.oddities if candidate.wanted is not None else ())


def _failure(candidate: Candidate, because: str) -> str:
    """The findings stand beside it, and need not be said twice."""
    errors = sum(finding.severity is Severity.ERROR for finding in candidate.faults)
    return f"Its files have {errors} error{'' if errors == 1 else 's'}." if errors else because


def _notes(candidate: Candidate, verdict: Verdict) -> Iterator[str]:
    match verdict:
        case Ended(state=state, because=because) if state is not State.FAILED:
            yield because
        case Ended(explanations=explanations):
            yield from (one.advice for one in explanations)
        case Planned(record=record) | Held(record=record):
            yield from _company(record)
    if candidate.renamed_from is not None:
        yield f"{candidate.item.prefix} takes {candidate.target} over from {candidate.renamed_from}."
    if (behind := left_behind(candidate)) is not None:
        yield f"{behind}."


def _company(record: TargetRecord) -> Iterator[str]:
    """Who else is in the target's line; what lives may be another when its turn comes."""
    if record.active_id is not None:
        yield (
            f"Deployment {record.active_id} of this target is under way: this one would wait for its end, "
            "and be planned again then."
        )
    if record.waiting_id is not None:
        yield f"Deployment {record.waiting_id} waits for this target: this one would take its place."


def _shown(rendered: RenderedObject) -> dict[str, str]:
    """The documents as JSON text by file, sensitive values masked."""
    return {
        document.path: redact(
            json.dumps(document.document, indent=2, ensure_ascii=False), rendered.sensitive_values
        )
        for document in rendered.documents.values()
    }
