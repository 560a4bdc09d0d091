"""Fakes of our own stores, held to the same contract tests as the real ones."""
