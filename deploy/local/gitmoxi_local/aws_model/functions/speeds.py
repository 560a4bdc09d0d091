"""How fast the modelled Lambda works: seconds that stand for AWS's seconds and minutes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Speeds:
    """Durations of the modelled transitions, all in seconds.

    The order of the states is AWS's
    (https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html); 0 means at once.

    Attributes:
        creating: Pending.
        updating: LastUpdateStatus InProgress.
        network: more for a function with a VPC, when it is created.
        deleting: Deleting, of a function without a VPC; AWS removes such a function at once.
        deleting_network: Deleting, of a function with a VPC.
        provisioning: IN_PROGRESS of provisioned concurrency.
    """

    creating: float = 0.5
    updating: float = 0.5
    network: float = 0.5
    deleting: float = 0.0
    deleting_network: float = 1.0
    provisioning: float = 0.5
