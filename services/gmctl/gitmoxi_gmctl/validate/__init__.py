"""``gmctl validate``: checks deployment files on disk with the planner's own code, without AWS."""
