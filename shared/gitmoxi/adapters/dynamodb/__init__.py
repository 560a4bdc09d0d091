"""Stores carried by DynamoDB."""
