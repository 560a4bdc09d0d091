"""From committed bytes to text, whatever Unicode encoding an editor or a shell chose."""

from __future__ import annotations

import json

from gitmoxi.rendering.errors import render_error

MAX_FILE_BYTES = 1024 * 1024
"""A rendered document larger than 1 MiB fits into no AWS request; nor does its source."""


def decode(data: bytes, *, path: str) -> str:
    """The text of a file in UTF-8, UTF-16 or UTF-32, with or without a byte order mark.

    PowerShell's ``>`` writes UTF-16, and Terraform outputs are often made with it.

    Raises:
        RenderError: the file is larger than 1 MiB or is no text.
    """
    if len(data) > MAX_FILE_BYTES:
        raise render_error(
            file=path,
            rule="file.size",
            message=f"the file has more than {MAX_FILE_BYTES} bytes, and at most that many are read",
        )
    encoding = json.detect_encoding(data)
    try:
        return data.decode(encoding, errors="strict")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, errors="replace")
        raise render_error(
            file=path,
            rule="file.encoding",
            message=f"byte {error.start} is no {error.encoding.upper()}: {error.reason}",
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            advice="save the file as UTF-8",
        ) from error
