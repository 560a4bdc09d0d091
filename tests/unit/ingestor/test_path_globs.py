"""Which repository paths the globs of a registration select."""

from __future__ import annotations

import pytest

from gitmoxi_ingestor.path_globs import selects


@pytest.mark.parametrize(
    ("globs", "path", "selected"),
    [
        pytest.param((), "any/where.json", True, id="none selects all"),
        pytest.param(("prod/**",), "prod/eu/web_svcdef.json", True, id="** goes down"),
        pytest.param(("prod/**",), "production/web_svcdef.json", False, id="a name is whole"),
        pytest.param(("prod/*",), "prod/web_svcdef.json", True, id="* is one name"),
        pytest.param(("prod/*",), "prod/eu/web_svcdef.json", False, id="* stays within a directory"),
        pytest.param(("**/web_*",), "web_svcdef.json", True, id="**/ may be nothing"),
        pytest.param(("**/web_*",), "a/b/web_svcdef.json", True, id="**/ may be much"),
        pytest.param(("we?_svcdef.json",), "web_svcdef.json", True, id="? is one character"),
        pytest.param(("we?",), "we/", False, id="? is no slash"),
        pytest.param(("a.json",), "axjson", False, id="a dot is a dot"),
        pytest.param(("a/**", "b/**"), "b/c", True, id="one of many"),
        pytest.param(("[a]/(b)",), "[a]/(b)", True, id="other signs mean themselves"),
    ],
)
def test_a_path_is_selected(globs, path, selected):
    assert selects(globs)(path) is selected
