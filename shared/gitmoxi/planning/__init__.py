"""From desired and live state to a typed difference and a plan. Pure."""
