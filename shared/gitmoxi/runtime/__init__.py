"""Settings, logging, metrics and the life of a process."""
