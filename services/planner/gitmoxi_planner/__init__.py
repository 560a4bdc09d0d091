"""The planner: changed objects become plans in their target's line."""
