"""``gmctl init``: the files of what lives already, read from AWS with the user's own credentials."""
