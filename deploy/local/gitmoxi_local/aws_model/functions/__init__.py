"""A model of AWS Lambda's control plane: functions, versions, aliases and concurrency.

State per account and region, time from an injected clock.
"""

from gitmoxi_local.aws_model.functions.faults import FunctionFault, FunctionFaults
from gitmoxi_local.aws_model.functions.limits import Limits
from gitmoxi_local.aws_model.functions.model import FunctionsModel
from gitmoxi_local.aws_model.functions.packages import ObjectError, Packages
from gitmoxi_local.aws_model.functions.speeds import Speeds
from gitmoxi_local.aws_model.functions.state import FunctionChanged

__all__ = [
    "FunctionChanged",
    "FunctionFault",
    "FunctionFaults",
    "FunctionsModel",
    "Limits",
    "ObjectError",
    "Packages",
    "Speeds",
]
