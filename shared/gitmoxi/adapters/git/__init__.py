"""Git through libgit2: bare mirrors, no work tree, no hooks, no shell, no submodules."""

from gitmoxi.adapters.git.limits import GitLimits
from gitmoxi.adapters.git.mirror import NoCredentials, Pygit2Mirror
from gitmoxi.adapters.git.options import GitMirrorOptions

__all__ = ["GitLimits", "GitMirrorOptions", "NoCredentials", "Pygit2Mirror"]
