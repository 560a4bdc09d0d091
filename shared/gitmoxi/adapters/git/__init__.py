"""Repositories read with libgit2."""
