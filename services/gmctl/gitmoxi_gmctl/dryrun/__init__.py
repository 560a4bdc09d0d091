"""``gmctl commit dryrun``: what deploying would do, as lines for people, JSON, or a comment."""
