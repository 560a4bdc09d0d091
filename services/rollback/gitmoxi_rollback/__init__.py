"""The rollback worker: brings a target back to its last good revision."""
