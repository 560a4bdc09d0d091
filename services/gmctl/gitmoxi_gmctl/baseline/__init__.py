"""``gmctl commit baseline``: what the first commit of a branch found."""
