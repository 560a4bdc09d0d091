"""From committed files to JSON documents: grouping, references, templates. Pure."""
