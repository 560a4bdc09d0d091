"""State machines that decide the next step of a deployment. Pure."""
