"""The local cloud: AWS's protocols on a loopback port, with a journal and faults."""
