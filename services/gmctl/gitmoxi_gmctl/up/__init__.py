"""``gmctl up``: the local cloud and all services as processes of this machine, until Ctrl-C."""
