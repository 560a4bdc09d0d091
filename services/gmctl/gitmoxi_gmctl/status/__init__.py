"""``gmctl status``: all targets at a glance."""
