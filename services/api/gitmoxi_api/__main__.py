"""``python -m gitmoxi_api``: serve the API until it is told to stop."""

from __future__ import annotations

import asyncio
import sys

from gitmoxi.errors import GitmoxiError
from gitmoxi.runtime.lifecycle import ExitCode
from gitmoxi.runtime.settings import SettingsError, load_settings
from gitmoxi_api.bootstrap import serve
from gitmoxi_api.settings import load_api_settings

USAGE_ERROR = 2


def main() -> int:
    """0 after a clean stop, 1 when it failed, 2 when a setting is wrong."""
    try:
        api_settings = load_api_settings()
        return asyncio.run(serve(load_settings(), api_settings))
    except SettingsError as error:
        return _fail(str(error), USAGE_ERROR)
    except GitmoxiError as error:
        return _fail(f"cannot start: {error}", ExitCode.FAILED)


def _fail(text: str, code: int) -> int:
    sys.stderr.write(f"api: {text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
