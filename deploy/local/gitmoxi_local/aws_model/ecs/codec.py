"""Turns the remembered state into JSON values and back, for a stop and start of the local cloud."""

from __future__ import annotations

from gitmoxi_local.aws_model.codec import Codec, copied
from gitmoxi_local.aws_model.ecs import state

__all__ = ["copied", "decode", "encode"]

_CODEC = Codec(
    "ECS",
    (
        state.Cluster,
        state.Container,
        state.Deployment,
        state.Region,
        state.Revision,
        state.RevisionCount,
        state.Rollback,
        state.Service,
        state.ServiceDeployment,
        state.Task,
        state.TaskDefinition,
        state.Token,
    ),
)

encode = _CODEC.encode
decode = _CODEC.decode
