"""Is all well with this installation: what the API can see of it."""
