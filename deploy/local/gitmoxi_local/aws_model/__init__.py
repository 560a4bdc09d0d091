"""Pure models of AWS services on an injected clock."""
