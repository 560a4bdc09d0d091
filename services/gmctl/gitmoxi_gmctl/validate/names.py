"""Names that are nearly those of deployment files, and so are passed over where nobody expects it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import PurePath

from gitmoxi.domain.findings import Finding
from gitmoxi.validation.documents import ODD_NAME, finding_on_file
from gitmoxi_gmctl.validate.kinds import KindName

_TELLING = tuple(name.value for name in KindName if name is not KindName.INPUT)
"""Every kind but ``input``, a word that names of other files end in."""

_LIKENESS = 0.82
"""``taskdefs``, ``lamdadef`` and ``svcdfe`` are alike enough; ``lambda`` and ``taskdata`` are not."""


def odd_names(paths: Iterable[str]) -> Iterator[Finding]:
    """A note on each file whose name looks as if it were meant to be a deployment file's."""
    for path in paths:
        name = PurePath(path).name[: -len(".json")]
        last = re.split(r"[^a-zA-Z]+", name)[-1]
        start = name.removesuffix(last).rstrip("_-. ")
        close = get_close_matches(last.casefold(), _TELLING, n=1, cutoff=_LIKENESS)
        if close:
            meant = f"{start or 'NAME'}_{close[0]}.json"
            message = f"the file is passed over: its name does not end in _{close[0]}.json"
            yield finding_on_file(ODD_NAME, path, message, advice=f"if it is to be deployed, name it {meant}")
