"""Ports carried by AWS APIs."""
