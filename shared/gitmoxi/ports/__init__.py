"""The Protocols through which the workflow reaches the world."""
