"""``python -m gitmoxi_gmctl``: the same as ``gmctl``."""

from __future__ import annotations

from gitmoxi_gmctl.main import main

if __name__ == "__main__":
    main()
