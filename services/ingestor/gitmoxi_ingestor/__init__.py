"""The ingestor: a push becomes changed objects and their snapshots."""
