"""Greets whoever invokes it; `make demo` zips this file once for each version."""

VERSION = "1"


def handler(event, _context):
    """Answer {"greeting": ..., "version": ...}."""
    return {"greeting": f"hello, {event.get('name', 'world')}", "version": VERSION}
