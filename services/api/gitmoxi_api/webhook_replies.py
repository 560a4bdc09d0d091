"""What the senders of webhooks get."""

from __future__ import annotations

from pydantic import Field

from gitmoxi_api.replies import Reply


class WebhookReply(Reply):
    """What a genuine webhook led to."""

    accepted: bool = Field(description="whether a push or a dry run is on its way to the ingestor")
    because: str
    delivery_id: str | None = Field(
        description="of a push: ask for /v1/pushes/{delivery_id} with it",
        examples=["r-4f1c0de9a7b35d28:72d3162e-cc78-11e3-81ab-4c9367dc0958"],
    )
    dry_run_id: str | None = Field(
        description="of a pull request: ask for /v1/dryruns/{id} with it",
        examples=["pr-r-4f1c0de9a7b35d28-9f86d081884c7d659a2feaa0c55ad015"],
    )
