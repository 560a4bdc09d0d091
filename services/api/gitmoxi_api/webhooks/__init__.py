"""Webhooks of Git hosts: who sent them, what they tell, and the push that they lead to."""
