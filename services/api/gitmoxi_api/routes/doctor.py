"""Is all well with this installation."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter

from gitmoxi_api.doctor.rounds import make_rounds
from gitmoxi_api.doctor_replies import DoctorReply, FindingReply
from gitmoxi_api.parts import Parts
from gitmoxi_api.problems import documented

router = APIRouter(prefix="/v1/doctor", tags=["doctor"])


@router.get("", summary="Whether all is well", responses=documented())
async def examine_installation(parts: Parts) -> DoctorReply:
    """Looks at outputs, tables, bucket, queues, workers, tokens and the clock; what fails is a finding."""
    found = await make_rounds(parts)
    return DoctorReply(
        version=version("gitmoxi"),
        mode=parts.operating.mode,
        now=parts.clock.now(),
        findings=tuple(
            FindingReply(check=item.check, outcome=item.outcome, because=item.because, advice=item.advice)
            for item in found
        ),
    )
