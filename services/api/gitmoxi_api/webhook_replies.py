"""What the senders of webhooks get."""

from __future__ import annotations

from pydantic import Field

from gitmoxi_api.replies import Reply


class WebhookReply(Reply):
    """What a genuine webhook led to."""

    accepted: bool = Field(description="whether a push is on its way to the ingestor")
    because: str
    delivery_id: str | None = Field(
        description="ask for /v1/pushes/{delivery_id} with it",
        examples=["r-4f1c0de9a7b35d28:72d3162e-cc78-11e3-81ab-4c9367dc0958"],
    )
