"""Server-sent events: steps of deployments as they are committed."""
