"""What a consumer must know about its queue, as settings a person writes down."""

from dataclasses import dataclass, field

RECEIVE_LIMIT = 10
"""Messages of one call: ReceiveMessage, DeleteMessageBatch and ChangeMessageVisibilityBatch take ten."""

MAX_VISIBILITY_SECONDS = 43_200
"""Twelve hours, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html."""

MAX_WAIT_SECONDS = 20
"""The longest poll, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html."""

MIN_VISIBILITY_SECONDS = 6
"""Below this a third of the visibility timeout is too short for a heartbeat that may be retried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """How long a failed message stays away: `first_seconds * factor ** (receives - 1)`, without jitter.

    Messages of one queue fail for reasons of their own, so spreading them out needs no randomness.
    """

    first_seconds: float = 2
    factor: float = 2
    max_seconds: float = 60

    def __post_init__(self) -> None:
        if not 0 <= self.first_seconds <= self.max_seconds <= MAX_VISIBILITY_SECONDS:
            raise ValueError(
                f"Backoff needs 0 <= first_seconds <= max_seconds <= {MAX_VISIBILITY_SECONDS}, "
                f"not first_seconds={self.first_seconds}, max_seconds={self.max_seconds}"
            )
        if self.factor < 1:
            raise ValueError(f"Backoff needs a factor of at least 1, not {self.factor}")

    def delay_seconds(self, receive_count: int) -> int:
        """The visibility timeout, in whole seconds, after the given number of receives (1 = the first)."""
        delay = self.first_seconds
        for _ in range(receive_count - 1):
            delay *= self.factor
            if delay >= self.max_seconds:
                break
        return round(min(delay, self.max_seconds))


@dataclass(frozen=True, slots=True, kw_only=True)
class SQSQueue:
    """A standard queue to consume from.

    Args:
        url: The queue's URL, as CreateQueue or a stack's output gives it.
        dlq_url: Where poison goes, with its reason. Without one, poison is retried with backoff until the
            queue's own redrive policy moves it: never lost, but without a reason.
        visibility_seconds: How long a received message is ours before it must be extended. Short means a
            quick second chance after a crash; the heartbeat keeps longer work alive.
        wait_seconds: The long poll. A stop waits for the poll in flight, because SQS may give a message to a
            poll whose client has gone, and that message would then stay invisible; hence short by default.
        backoff: How long a message stays away after its handler failed.
    """

    url: str
    dlq_url: str | None = None
    visibility_seconds: int = 30
    wait_seconds: int = 5
    backoff: Backoff = field(default_factory=Backoff)

    def __post_init__(self) -> None:
        for name, url in (("url", self.url), ("dlq_url", self.dlq_url)):
            if url is not None and not url.startswith(("https://", "http://")):
                raise ValueError(f"SQSQueue.{name} must be a queue URL (https://...), not {url!r}")
            if url is not None and url.endswith(".fifo"):
                raise ValueError(
                    f"SQSQueue.{name} {url!r} is a FIFO queue; only standard queues are supported"
                )
        if self.url == self.dlq_url:
            raise ValueError(
                f"SQSQueue.dlq_url must be another queue than url {self.url!r}: poison would loop"
            )
        if not MIN_VISIBILITY_SECONDS <= self.visibility_seconds <= MAX_VISIBILITY_SECONDS:
            raise ValueError(
                f"SQSQueue.visibility_seconds must be {MIN_VISIBILITY_SECONDS} to {MAX_VISIBILITY_SECONDS}, "
                f"not {self.visibility_seconds}"
            )
        if not 0 <= self.wait_seconds <= MAX_WAIT_SECONDS:
            raise ValueError(
                f"SQSQueue.wait_seconds must be 0 to {MAX_WAIT_SECONDS}, not {self.wait_seconds}"
            )
