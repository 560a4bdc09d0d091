"""PURE. The deployment files of what lives already: AWS's descriptions turned back into its requests."""
