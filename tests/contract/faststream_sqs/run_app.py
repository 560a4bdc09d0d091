"""An application as a user would write it, for `faststream run`; it tells its progress to a second queue."""

import asyncio
import os

from aiobotocore.session import AioSession
from faststream import FastStream
from faststream.asgi import AsgiFastStream
from pydantic import BaseModel

from faststream_sqs import SQSBroker, SQSMessage, SQSQueue, detail_type, health_routes

REPORT_URL = os.environ["REPORT_URL"]

session = AioSession()
session.set_credentials(os.environ["ACCESS_KEY"], os.environ["SECRET_KEY"])
broker = SQSBroker(
    session=session, region="eu-west-1", endpoint_url=os.environ["ENDPOINT_URL"], event_source="shop"
)
app = FastStream(broker)
asgi_app = AsgiFastStream(broker, asgi_routes=health_routes(broker))


class Work(BaseModel):
    """A piece of work that takes its time."""

    seconds: float


@broker.subscriber(
    SQSQueue(url=os.environ["WORK_URL"], dlq_url=REPORT_URL, wait_seconds=1),
    filter=detail_type("work.v1"),
    max_workers=4,
)
async def on_work(body: Work, message: SQSMessage) -> None:
    """Tells when it starts and when it has ended."""
    await broker.publish({"started": message.message_id}, queue=REPORT_URL)
    await asyncio.sleep(body.seconds)
    await broker.publish({"ended": message.message_id}, queue=REPORT_URL)
