"""Gitmoxi's shared house: the domain, its rules, and the adapters that carry them."""
