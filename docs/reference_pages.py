"""Writes the pages that are made from the code and the tests: ``python -m docs.reference_pages``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from docs.deployment_settings_page import deployment_settings_page
from docs.reliability_page import reliability_page
from docs.rules_page import rules_page
from docs.schemas import schema_name, schema_text
from docs.security_page import security_page
from docs.templates_page import templates_page
from gitmoxi.domain.files import FileKind

REFERENCE: Final = Path(__file__).parent / "reference"

PAGES: Final[Mapping[Path, Callable[[], str]]] = {
    REFERENCE.parent / "reliability.md": reliability_page,
    REFERENCE.parent / "security.md": security_page,
    REFERENCE / "deployment-settings.md": deployment_settings_page,
    REFERENCE / "rules.md": rules_page,
    REFERENCE / "templates.md": templates_page,
    **{REFERENCE / "schemas" / schema_name(kind): partial(schema_text, kind) for kind in FileKind},
}


def write_pages() -> None:
    """Write every page as the code has it now."""
    for path, text in PAGES.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    write_pages()
