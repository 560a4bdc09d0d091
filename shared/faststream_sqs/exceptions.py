"""What a handler may raise, and what the package raises."""

from faststream.exceptions import RejectMessage

from faststream_sqs.engine.events import EventFailure, PutEventsError

__all__ = ("DeadLetter", "EventFailure", "PutEventsError", "UndecodableBodyError")


class DeadLetter(RejectMessage):
    """Raised by a handler whose message can never succeed: to the dead-letter queue, with the reason."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"Message was dead-lettered: {self.reason}"


class UndecodableBodyError(ValueError):
    """The body of a message cannot be decoded: it goes to the dead-letter queue, it cannot succeed later."""
