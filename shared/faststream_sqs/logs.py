"""The logger FastStream's own lines go to, unless the broker is given one."""

import logging
from functools import partial
from typing import Any

from faststream_sqs._compat import (
    ContextRepo,
    DefaultLoggerStorage,
    LoggerProto,
    get_broker_logger,
    make_logger_state,
)

MESSAGE_ID_LENGTH = 10
"""Enough of SQS's message ids to tell them apart by eye."""


class SQSLoggerStorage(DefaultLoggerStorage):
    """Makes the access logger once all queue names are known."""

    def __init__(self) -> None:
        super().__init__()
        self._longest_queue_name = 4

    def register_subscriber(self, params: dict[str, Any]) -> None:
        self._longest_queue_name = max(self._longest_queue_name, len(params.get("queue", "")))

    def get_logger(self, *, context: ContextRepo) -> LoggerProto:
        if existing := self._get_logger_ref():
            return existing
        made: logging.Logger = get_broker_logger(
            name="sqs",
            default_context={"queue": ""},
            message_id_ln=MESSAGE_ID_LENGTH,
            fmt=(
                "%(asctime)s %(levelname)-8s - "
                f"%(queue)-{self._longest_queue_name}s | %(message_id)-{MESSAGE_ID_LENGTH}s - %(message)s"
            ),
            context=context,
            log_level=self.logger_log_level,
        )
        self._logger_ref.add(made)
        return made


make_sqs_logger_state = partial(make_logger_state, default_storage_cls=SQSLoggerStorage)
