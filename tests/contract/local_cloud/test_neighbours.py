"""What the services rely on of ministack: one test for each behaviour that a deployment hangs on."""

from __future__ import annotations

import datetime as dt
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def table(aws, name):
    dynamodb = aws("dynamodb")
    dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return dynamodb


@pytest.fixture
def queue(aws, name):
    sqs = aws("sqs")
    return sqs, sqs.create_queue(QueueName=name)["QueueUrl"]


class TestDynamoDb:
    """https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html"""

    def test_a_transaction_is_all_or_nothing(self, table, name):
        table.put_item(TableName=name, Item={"pk": {"S": "taken"}})
        absent = {"TableName": name, "ConditionExpression": "attribute_not_exists(pk)"}

        with pytest.raises(table.exceptions.TransactionCanceledException) as caught:
            table.transact_write_items(
                TransactItems=[
                    {"Put": {**absent, "Item": {"pk": {"S": "new"}}}},
                    {"Put": {**absent, "Item": {"pk": {"S": "taken"}}}},
                ]
            )

        reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
        assert reasons == ["None", "ConditionalCheckFailed"]
        assert "Item" not in table.get_item(TableName=name, Key={"pk": {"S": "new"}}, ConsistentRead=True)

    def test_a_transaction_replayed_with_its_token_happens_once(self, table, name):
        add = {
            "Update": {
                "TableName": name,
                "Key": {"pk": {"S": "counter"}},
                "UpdateExpression": "ADD n :one",
                "ExpressionAttributeValues": {":one": {"N": "1"}},
            }
        }
        for _ in range(2):
            table.transact_write_items(TransactItems=[add], ClientRequestToken=name)

        item = table.get_item(TableName=name, Key={"pk": {"S": "counter"}}, ConsistentRead=True)["Item"]
        assert item["n"] == {"N": "1"}
        with pytest.raises(table.exceptions.IdempotentParameterMismatchException):
            table.transact_write_items(
                TransactItems=[{"Delete": {"TableName": name, "Key": {"pk": {"S": "x"}}}}],
                ClientRequestToken=name,
            )

    def test_of_many_conditional_writes_one_wins(self, table, name):
        def put(_number):
            try:
                table.put_item(
                    TableName=name,
                    Item={"pk": {"S": "lease"}},
                    ConditionExpression="attribute_not_exists(pk)",
                )
            except table.exceptions.ConditionalCheckFailedException:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(put, range(12))) == 1


class TestSqs:
    """https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/"""

    def test_a_message_is_invisible_until_it_is_given_back(self, queue):
        sqs, url = queue
        sqs.send_message(QueueUrl=url, MessageBody="work")
        [message] = sqs.receive_message(QueueUrl=url, VisibilityTimeout=30)["Messages"]
        assert "Messages" not in sqs.receive_message(QueueUrl=url)

        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )

        again = sqs.receive_message(QueueUrl=url, AttributeNames=["ApproximateReceiveCount"])["Messages"][0]
        assert again["Attributes"]["ApproximateReceiveCount"] == "2"

    def test_a_delayed_message_comes_after_its_delay(self, queue):
        sqs, url = queue
        sqs.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=1)
        assert "Messages" not in sqs.receive_message(QueueUrl=url)

        assert sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"][0]["Body"] == "later"

    def test_batches_report_each_entry(self, queue):
        sqs, url = queue
        entries = [{"Id": str(number), "MessageBody": str(number)} for number in range(10)]
        assert len(sqs.send_message_batch(QueueUrl=url, Entries=entries)["Successful"]) == 10
        [message] = sqs.receive_message(QueueUrl=url)["Messages"]

        deleted = sqs.delete_message_batch(
            QueueUrl=url,
            Entries=[
                {"Id": "good", "ReceiptHandle": message["ReceiptHandle"]},
                {"Id": "bad", "ReceiptHandle": "no such handle"},
            ],
        )

        assert [entry["Id"] for entry in deleted["Successful"]] == ["good"]
        assert [entry["Id"] for entry in deleted["Failed"]] == ["bad"]


class TestEventBridge:
    """https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"""

    def test_an_event_reaches_the_queue_of_the_rule_that_it_fits(self, aws, queue, name):
        sqs, url = queue
        events = aws("events")
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.create_event_bus(Name=name)
        events.put_rule(Name=name, EventBusName=name, EventPattern=json.dumps({"detail-type": ["wanted"]}))
        events.put_targets(Rule=name, EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
        entry = {"EventBusName": name, "Source": "gitmoxi.test", "Detail": json.dumps({"id": "d-1"})}

        answer = events.put_events(
            Entries=[{**entry, "DetailType": "unwanted"}, {**entry, "DetailType": "wanted"}]
        )

        assert answer["FailedEntryCount"] == 0
        [message] = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5)["Messages"]
        envelope = json.loads(message["Body"])
        assert (envelope["detail-type"], envelope["detail"]) == ("wanted", {"id": "d-1"})

    def test_nobody_may_speak_for_aws(self, aws):
        answer = aws("events").put_events(
            Entries=[{"Source": "aws.ecs", "DetailType": "ECS Task State Change", "Detail": "{}"}]
        )

        assert answer["FailedEntryCount"] == 1
        assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


def test_embedded_metrics_can_be_read_as_metrics(aws, name):
    logs, cloudwatch = aws("logs"), aws("cloudwatch")
    logs.create_log_group(logGroupName=name)
    logs.create_log_stream(logGroupName=name, logStreamName="s")
    now_ms = int(time.time() * 1000)
    directive = {
        "Namespace": name,
        "Dimensions": [["service"]],
        "Metrics": [{"Name": "ticks", "Unit": "Count"}],
    }
    metadata = {"Timestamp": now_ms, "CloudWatchMetrics": [directive]}
    message = json.dumps({"_aws": metadata, "service": "planner", "ticks": 3})

    logs.put_log_events(
        logGroupName=name, logStreamName="s", logEvents=[{"timestamp": now_ms, "message": message}] * 2
    )

    end = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    metric = {
        "Namespace": name,
        "MetricName": "ticks",
        "Dimensions": [{"Name": "service", "Value": "planner"}],
    }
    [result] = cloudwatch.get_metric_data(
        MetricDataQueries=[{"Id": "t", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}],
        StartTime=end - dt.timedelta(minutes=10),
        EndTime=end,
    )["MetricDataResults"]
    assert sum(result["Values"]) == 6


def test_a_missing_table_is_aws_s_error(aws):
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        aws("dynamodb").describe_table(TableName="nowhere")
