"""Every name we take from FastStream's private modules: what a new FastStream may break is listed here."""

from faststream._internal.basic_types import LoggerProto
from faststream._internal.broker import BrokerUsecase
from faststream._internal.broker.registrator import Registrator
from faststream._internal.configs import (
    BrokerConfig,
    PublisherSpecificationConfig,
    PublisherUsecaseConfig,
    SubscriberSpecificationConfig,
    SubscriberUsecaseConfig,
    UnderlyingDriverAnnotation,
    UnderlyingDriverAnnotations,
)
from faststream._internal.constants import EMPTY
from faststream._internal.context import Context
from faststream._internal.context.repository import ContextRepo
from faststream._internal.di import FastDependsConfig
from faststream._internal.endpoint.call_wrapper import HandlerCallWrapper
from faststream._internal.endpoint.publisher import PublisherSpecification, PublisherUsecase
from faststream._internal.endpoint.subscriber import SubscriberSpecification, SubscriberUsecase
from faststream._internal.endpoint.subscriber.call_item import CallsCollection
from faststream._internal.endpoint.subscriber.utils import default_filter
from faststream._internal.logger import DefaultLoggerStorage, make_logger_state
from faststream._internal.logger.logging import get_broker_logger
from faststream._internal.parser import DefaultCodec
from faststream._internal.producer import ProducerProto
from faststream._internal.testing.broker import EnterType, TestBroker, change_producer
from faststream._internal.types import (
    BrokerMiddleware,
    Filter,
    P_HandlerParams,
    PublisherMiddleware,
    T_HandlerReturn,
)
from faststream.specification.asyncapi.utils import resolve_payloads

BINDING_MODULES = ("fast_depends.", "faststream._internal.di")
"""Where an error is raised when a body does not fit its handler's parameters."""

RESPONSE_CAST_FUNCTION = "_cast_response"
"""The function of fast_depends that checks what a handler returned: not the message's fault."""

__all__ = (
    "BINDING_MODULES",
    "EMPTY",
    "RESPONSE_CAST_FUNCTION",
    "BrokerConfig",
    "BrokerMiddleware",
    "BrokerUsecase",
    "CallsCollection",
    "Context",
    "ContextRepo",
    "DefaultCodec",
    "DefaultLoggerStorage",
    "EnterType",
    "FastDependsConfig",
    "Filter",
    "HandlerCallWrapper",
    "LoggerProto",
    "P_HandlerParams",
    "ProducerProto",
    "PublisherMiddleware",
    "PublisherSpecification",
    "PublisherSpecificationConfig",
    "PublisherUsecase",
    "PublisherUsecaseConfig",
    "Registrator",
    "SubscriberSpecification",
    "SubscriberSpecificationConfig",
    "SubscriberUsecase",
    "SubscriberUsecaseConfig",
    "T_HandlerReturn",
    "TestBroker",
    "UnderlyingDriverAnnotation",
    "UnderlyingDriverAnnotations",
    "change_producer",
    "default_filter",
    "get_broker_logger",
    "make_logger_state",
    "resolve_payloads",
)
