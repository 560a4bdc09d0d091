"""Stands before CloudWatch Logs: turns log events in the embedded metric format into metrics, as AWS does."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gitmoxi_local import emf
from gitmoxi_local.calls import AwsCall, Reply, Request
from gitmoxi_local.faults import CallFault
from gitmoxi_local.gateway import Forward
from gitmoxi_local.operations import params_of, recognise

_log = logging.getLogger("gitmoxi_local.logs")

_PUT_METRIC_DATA = "GraniteServiceVersion20100801.PutMetricData"
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
_DATA_PER_CALL = 1000


class LogsFront:
    """Passes every call on; after a successful PutLogEvents it puts the metrics that the events embed."""

    async def answer(self, call: AwsCall, forward: Forward, fault: CallFault | None) -> Reply:
        """The reply of ministack."""
        del fault
        reply = await forward(call.request)
        if call.operation == "PutLogEvents" and reply.status == 200:  # noqa: PLR2004  # HTTP: success
            params = params_of(call.request, recognise(call.request))
            for namespace, data in emf.metrics_of(params.get("logEvents", [])).items():
                await self._put(call, forward, namespace, data)
        return reply

    async def _put(
        self, call: AwsCall, forward: Forward, namespace: str, data: Sequence[Mapping[str, Any]]
    ) -> None:
        for start in range(0, len(data), _DATA_PER_CALL):
            reply = await forward(
                _put_metric_data(call.request, namespace, data[start : start + _DATA_PER_CALL])
            )
            if reply.status != 200:  # noqa: PLR2004  # HTTP: success
                # AWS too keeps the log event when its metrics cannot be taken.
                _log.error("embedded metrics of %s were refused: %r", namespace, reply.body)


def _put_metric_data(request: Request, namespace: str, data: Sequence[Mapping[str, Any]]) -> Request:
    headers = {
        **request.headers,
        "authorization": request.headers.get("authorization", "").replace("/logs/", "/monitoring/"),
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": _PUT_METRIC_DATA,
    }
    body = json.dumps({"Namespace": namespace, "MetricData": list(data)}).encode()
    return replace(request, headers=headers, body=body)
