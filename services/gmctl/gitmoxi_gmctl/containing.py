"""What a command may end with: always an exit code and a sentence, never a traceback."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from gitmoxi_gmctl.exits import ExitCode, GmctlError, PipeClosedError
from gitmoxi_gmctl.terminal import prepare_streams, stop_writing

_LOG = logging.getLogger("gmctl")


@contextmanager
def contained() -> Iterator[None]:
    """Turn every way to fail into a sentence on standard error and ``SystemExit`` with its code."""
    prepare_streams()
    try:
        yield
        _flush()
    except SystemExit as end:
        sys.exit(_flushed(end.code))
    except PipeClosedError as error:
        stop_writing()
        sys.exit(error.code)
    except GmctlError as error:
        _say(str(error))
        sys.exit(error.code)
    except KeyboardInterrupt:
        _say("Interrupted.")
        sys.exit(ExitCode.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is, people get a sentence
        _say(_unexpected(error))
        sys.exit(ExitCode.FAILED)


def readable(arguments: Iterable[str]) -> list[str]:
    """The arguments, if they are texts.

    Raises:
        GmctlError: the shell handed over bytes that are none; they could not be sent or shown.
    """
    found = list(arguments)
    for number, argument in enumerate(found, start=1):
        if not argument.isascii() and argument.encode(errors="surrogateescape") != argument.encode(
            errors="replace"
        ):
            raise GmctlError(f"Argument {number} is not UTF-8 text.", ExitCode.USAGE)
    return found


def _say(text: str) -> None:
    # What draws tables takes longer to import than all else of gmctl that a command may do without.
    from gitmoxi_gmctl.printing import cell, make_console  # noqa: PLC0415

    with suppress(PipeClosedError, OSError):  # nobody reads standard error either
        make_console(stderr=True).print(cell("gmctl: ", "bold red") + cell(text), soft_wrap=True)


def _unexpected(error: Exception) -> str:
    """A sentence for what nobody foresaw; the rest goes into a file that only its owner may read."""
    _LOG.debug("unexpected", exc_info=error)
    if isinstance(error, OSError) and error.filename is None and not sys.stdout.writable():
        return f"The output cannot be written ({error.strerror})."
    kind = type(error).__name__
    try:
        handle, path = tempfile.mkstemp(prefix="gmctl-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            traceback.print_exception(error, file=file)
    except OSError:
        return f"This is a fault of gmctl's ({kind}); --log-level debug shows where."
    return f"This is a fault of gmctl's ({kind}): report it with {path}, which has the details."


def _flushed(code: str | int | None) -> str | int | None:
    """``code``, if all that was printed has arrived."""
    try:
        _flush()
    except PipeClosedError as error:
        stop_writing()
        return error.code
    except GmctlError as error:
        _say(str(error))
        return error.code
    return code


def _flush() -> None:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise PipeClosedError from None
    except OSError as error:
        stop_writing()
        raise GmctlError(f"The output cannot be written ({error.strerror}).") from None
