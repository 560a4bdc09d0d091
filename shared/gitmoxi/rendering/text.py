"""From committed bytes to text, whatever Unicode encoding an editor or a shell chose."""

from __future__ import annotations

import codecs
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
            message=f"the file has {len(data)} bytes and at most {MAX_FILE_BYTES} are read",
        )
    encoding = json.detect_encoding(data)
    try:
        text = data.decode(encoding, errors="strict")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line_start = before.rfind(b"\n") + 1
        raise render_error(
            file=path,
            rule="file.encoding",
            message=f"byte {error.start} is no {error.encoding.upper()}: {error.reason}",
            line=before.count(b"\n") + 1,
            column=error.start - line_start + 1,
            advice="save the file as UTF-8",
        ) from error
    return text.removeprefix(codecs.BOM_UTF8.decode())
