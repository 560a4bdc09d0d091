"""Whether this container's process is alive: exits with 0 if its health endpoint says so, else with 1."""

from __future__ import annotations

import os
import sys
import urllib.request
from pathlib import Path

TIMEOUT_SECONDS = 3


def address() -> str:
    """Where the process answers: what ``HEALTHY_URL`` says, or ``/healthz`` where its health file says."""
    told = os.environ.get("HEALTHY_URL")
    return told or f"{Path(os.environ['GITMOXI_HEALTH_FILE']).read_text(encoding='utf-8')}/healthz"


def main() -> int:
    """0 when the endpoint answers with a good status, 1 when it does not."""
    try:
        with urllib.request.urlopen(address(), timeout=TIMEOUT_SECONDS):  # noqa: S310 - our own loopback address
            return 0
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
