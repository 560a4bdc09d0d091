"""Which verdict an exception of the pipeline means: a retry, or poison that no retry can help."""

import traceback
from types import FrameType

from fast_depends.exceptions import ValidationError as FastDependsValidationError
from faststream.exceptions import SubscriberNotFound
from pydantic import ValidationError

from faststream_sqs._compat import BINDING_MODULES, RESPONSE_CAST_FUNCTION
from faststream_sqs.engine.delivery import Ack, Bury, Nack, Verdict
from faststream_sqs.exceptions import DeadLetter, UndecodableBodyError
from faststream_sqs.message import RawMessage

MAX_DESCRIPTION_LENGTH = 500
_MAX_FINDINGS = 5
_PYDANTIC = ("pydantic.", "pydantic_core.")


def verdict_of(error: Exception, raw: RawMessage) -> Verdict:
    """Poison is buried whatever the acknowledgement policy said: it never ran, and it can never run."""
    if isinstance(error, SubscriberNotFound):
        return Bury(reason=_unhandled(raw))
    if isinstance(error, UndecodableBodyError):
        return Bury(reason=str(error))
    if isinstance(error, DeadLetter):
        return Bury(reason=error.reason)
    if is_binding_error(error):
        return Bury(reason=f"the body does not fit its handler: {_findings(error)}")
    match raw.verdict:
        case Ack() as ack:
            return ack
        case Bury():
            return Bury(reason=describe(error))
        case _:
            return Nack(reason=describe(error))


def is_binding_error(error: Exception) -> bool:
    """Whether the body did not fit its handler's parameters, so that the handler never ran.

    A `ValidationError` that the handler, or a dependency, met in its own work is not one: where it was raised
    tells them apart.
    """
    if not isinstance(error, ValidationError | FastDependsValidationError | ValueError | TypeError):
        return False
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    own = [frame for frame in frames if not _module(frame).startswith(_PYDANTIC)]
    if not own or not _module(own[-1]).startswith(BINDING_MODULES):
        return False
    return all(frame.f_code.co_name != RESPONSE_CAST_FUNCTION for frame in own)


def describe(error: BaseException) -> str:
    """An exception as one bounded line."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return " ".join(text.split())[:MAX_DESCRIPTION_LENGTH]


def _findings(error: Exception) -> str:
    """Where and why, without the values: a body may hold what must not be copied into reasons and logs."""
    cause = error.original_error if isinstance(error, FastDependsValidationError) else error
    if not isinstance(cause, ValidationError):
        return type(cause).__name__
    found = cause.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(map(str, finding['loc']))}: {finding['msg']}" for finding in found[:_MAX_FINDINGS]]
    more = [f"and {len(found) - _MAX_FINDINGS} more"] if len(found) > _MAX_FINDINGS else []
    return "; ".join(shown + more)


def _unhandled(raw: RawMessage) -> str:
    envelope = raw.delivery.envelope
    if envelope.problem:
        return envelope.problem
    if not envelope.detail_type:
        return "no handler of this queue takes plain bodies (the message has no detail-type)"
    return (
        f"no handler of this queue takes detail-type {envelope.detail_type!r} of source {envelope.source!r}"
    )


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))
