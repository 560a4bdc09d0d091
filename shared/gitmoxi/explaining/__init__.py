"""Explains failures: AWS's own words become cause, evidence and advice."""
