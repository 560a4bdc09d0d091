"""The engine: everything that knows SQS and EventBridge, and nothing that knows FastStream."""
