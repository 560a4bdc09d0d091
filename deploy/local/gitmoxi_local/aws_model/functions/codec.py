"""Turns the remembered functions into JSON values and back."""

from __future__ import annotations

from gitmoxi_local.aws_model.codec import Codec
from gitmoxi_local.aws_model.functions import state

CODEC = Codec("Lambda", (state.Edition, state.Function, state.Provisioned, state.Region, state.Transition))
