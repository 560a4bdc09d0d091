"""The way of a push without us: the same hops and calls of the local cloud, one after the other."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.installation import Installation
from tests.e2e.samples import CLUSTER

HOP = "hop"
"""A message by the bus and its rule to a queue and its receiver."""

_KEY = {"pk": {"S": "bench"}, "sk": {"S": "bench"}}


class BareHops:
    """A queue behind a rule, a table and an object of its own, in the installation that is measured."""

    def __init__(self, running: Installation) -> None:
        self._name = f"bench-{secrets.token_hex(4)}"
        self._bus = running.cloud.outputs()["BusName"]
        self._events, self._sqs = running.client("events"), running.client("sqs")
        self._s3, self._dynamodb = running.client("s3"), running.client("dynamodb")
        self._ecs = running.client("ecs")
        self._queue = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        self._route()
        self._s3.create_bucket(Bucket=self._name)
        self._s3.put_object(Bucket=self._name, Key="bench", Body=b"{}" * 1000)
        self._dynamodb.create_table(
            TableName=self._name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in _KEY],
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
        )

    def go(self, path: Sequence[str]) -> None:
        """The ``path``, step by step: ``HOP``, or a call, named ``service.Action``."""
        known = self._calls()
        with ThreadPoolExecutor(1) as pool:
            for step in path:
                if step == HOP:
                    self._hop(pool)
                else:
                    known[step]()

    def _hop(self, pool: ThreadPoolExecutor) -> None:
        """A message by the bus to a receiver who waits for it already, as ours do."""
        received = pool.submit(
            self._sqs.receive_message, QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=10
        )
        self._events.put_events(
            Entries=[{"EventBusName": self._bus, "Source": self._name, "DetailType": "bench", "Detail": "{}"}]
        )
        [message] = received.result()["Messages"]
        self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])

    def _calls(self) -> dict[str, Callable[[], Any]]:
        table, item = self._name, {**_KEY, "body": {"S": "x" * 500}}
        put = {"Put": {"TableName": table, "Item": item}}
        other = {"Put": {"TableName": table, "Item": {**item, "sk": {"S": "other"}}}}
        return {
            "dynamodb.GetItem": lambda: self._dynamodb.get_item(TableName=table, Key=_KEY),
            "dynamodb.PutItem": lambda: self._dynamodb.put_item(TableName=table, Item=item),
            "dynamodb.BatchGetItem": lambda: self._dynamodb.batch_get_item(
                RequestItems={table: {"Keys": [_KEY]}}
            ),
            "dynamodb.DeleteItem": lambda: self._dynamodb.delete_item(TableName=table, Key=_KEY),
            "dynamodb.UpdateItem": lambda: self._dynamodb.update_item(
                TableName=table,
                Key=_KEY,
                UpdateExpression="SET n = :n",
                ExpressionAttributeValues={":n": {"S": "1"}},
            ),
            "dynamodb.TransactWriteItems": lambda: self._dynamodb.transact_write_items(
                TransactItems=[put, other]
            ),
            "dynamodb.Query": lambda: self._dynamodb.query(
                TableName=table,
                KeyConditionExpression="pk = :pk",
                ExpressionAttributeValues={":pk": _KEY["pk"]},
            ),
            "s3.GetObject": self._get_object,
            "s3.PutObject": lambda: self._s3.put_object(Bucket=self._name, Key="bench", Body=b"{}" * 1000),
            "ecs.DescribeServices": lambda: self._ecs.describe_services(cluster=CLUSTER, services=["bench"]),
            "ecs.DescribeTaskDefinition": lambda: self._ecs.describe_task_definition(taskDefinition="bench"),
        }

    def _get_object(self) -> bytes:
        body: bytes = self._s3.get_object(Bucket=self._name, Key="bench")["Body"].read()
        return body

    def _route(self) -> None:
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])["Attributes"]
        pattern = json.dumps({"source": [self._name]})
        self._events.put_rule(Name=self._name, EventBusName=self._bus, EventPattern=pattern)
        self._events.put_targets(
            Rule=self._name, EventBusName=self._bus, Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}]
        )
