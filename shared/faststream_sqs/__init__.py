"""An Amazon SQS and EventBridge broker for FastStream."""
