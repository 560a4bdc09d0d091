"""What Gitmoxi talks about: targets, changes, plans and deployments. Pure."""
