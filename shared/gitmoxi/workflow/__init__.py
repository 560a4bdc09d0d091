"""The tick: one safe step of one deployment."""
