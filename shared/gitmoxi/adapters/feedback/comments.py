"""How comments of ours are marked, so that one is found again and updated in its place."""

from __future__ import annotations

from gitmoxi.ports.feedback import MARKER, PullRequestComment

PER_PAGE = 50
MOST_PAGES = 10
"""500 comments are looked through; ours is among a pull request's first ones."""


def marked(comment: PullRequestComment) -> str:
    """The comment's text below its marker, which is one line."""
    return f"{MARKER.format(about=comment.about)}\n{comment.text}"
