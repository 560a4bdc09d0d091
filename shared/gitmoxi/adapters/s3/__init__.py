"""Content-addressed bodies in S3."""
