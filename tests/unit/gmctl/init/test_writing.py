"""Files are written whole, and never over something else unasked."""

from __future__ import annotations

import pytest

from gitmoxi.domain.files import FileKind
from gitmoxi.planning.export.files import ExportedFile
from gitmoxi_gmctl.exits import ExitCode, GmctlError
from gitmoxi_gmctl.init.writing import write_files

FILES = [
    ExportedFile(kind=FileKind.SVCDEF, text='{\n  "ä": 1\n}\n'),
    ExportedFile(kind=FileKind.DEPDEF, text="{}\n"),
]


def test_files_stand_in_the_folder_under_one_prefix(tmp_path):
    folder = tmp_path / "prod" / "web"
    written = write_files(folder, "web", FILES, force=False)
    assert written == [folder / "web_svcdef.json", folder / "web_depdef.json"]
    assert written[0].read_bytes() == '{\n  "ä": 1\n}\n'.encode()
    assert sorted(path.name for path in folder.iterdir()) == ["web_depdef.json", "web_svcdef.json"]
    assert written[0].stat().st_mode & 0o400


@pytest.mark.parametrize(
    ("there", "force", "text"),
    [
        pytest.param("web_svcdef.json", False, "web_svcdef.json exists already", id="the same file"),
        pytest.param("web_input.json", False, "web_input.json exists already", id="its values"),
        pytest.param("web_input.json", True, "would be left beside the new files", id="values that stay"),
        pytest.param("web_lambdadef.json", False, "ECS and Lambda cannot share one", id="a function"),
        pytest.param("web_lambdadef.json", True, "ECS and Lambda cannot share one", id="a function, forced"),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_written(tmp_path, there, force, text):
    (tmp_path / there).write_text("theirs")
    with pytest.raises(GmctlError, match=text) as caught:
        write_files(tmp_path, "web", FILES, force=force)
    assert caught.value.code is ExitCode.USAGE
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "theirs"


def test_force_replaces_the_same_files(tmp_path):
    (tmp_path / "web_svcdef.json").write_text("theirs")
    write_files(tmp_path, "web", FILES, force=True)
    assert (tmp_path / "web_svcdef.json").read_text() == FILES[0].text


def test_other_prefixes_are_not_in_the_way(tmp_path):
    (tmp_path / "shop_svcdef.json").write_text("theirs")
    assert write_files(tmp_path, "web", FILES, force=False)


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "web").write_text("a file, not a folder")
    with pytest.raises(GmctlError, match="cannot be written"):
        write_files(tmp_path / "web", "web", FILES, force=False)
