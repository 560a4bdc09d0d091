"""Git hosts and channels: where teams hear of their deployments."""
