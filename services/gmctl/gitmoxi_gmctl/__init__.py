"""gmctl, the command line."""
