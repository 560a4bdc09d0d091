"""Tokens stay in memory, and what a hostile repository holds does no harm."""

from __future__ import annotations

import asyncio
import base64
import os
import threading
from pathlib import Path
from urllib.parse import quote

import pytest

from gitmoxi.adapters.git import GitLimits, GitMirrorOptions, Pygit2Mirror
from gitmoxi.adapters.memory.git import Unreadable
from gitmoxi.domain.repositories import BranchNameError, RepositoryUrlError
from gitmoxi.ports.git import RepositoryAccessError, RepositoryTooLargeError, RepositoryUnreachableError
from tests.contract.git.tokens import Tokens, new_token
from tests.git_server import GitHosting

MEBIBYTE = 1 << 20


@pytest.fixture
def hosting(tmp_path):
    with GitHosting(tmp_path) as hosting:
        hosting.tip = hosting.repository("web").commit("main", {"a": b"1"})
        yield hosting


@pytest.fixture
def mirror(tmp_path, hosting):
    def make(credentials=None, **options):
        return Pygit2Mirror(
            GitMirrorOptions(
                folder=tmp_path / "mirrors", allowed_hosts=("127.0.0.1",), ca_file=hosting.ca_file, **options
            ),
            credentials,
        )

    return make


def forms(token):
    """As a careless program would write it: plain, in a URL, in a header."""
    pair = f"x-access-token:{token}"
    encoded = [base64.b64encode(text.encode()).rstrip(b"=") for text in (token, pair)]
    return [token.encode(), quote(token, safe="").encode(), *encoded]


def readable(pattern):
    for file in Path("/proc").glob(pattern):
        try:
            yield file.read_bytes()
        except OSError:
            continue


class TestTokens:
    async def test_threat_credentials_are_in_no_arguments_or_environment_of_any_process(
        self, hosting, mirror
    ):
        token = hosting.behaviour.password = new_token()
        seen, over = [], threading.Event()

        def sample():
            while True:
                seen.extend(readable("[0-9]*/cmdline"))
                seen.extend(readable("[0-9]*/environ"))
                if over.wait(0.01):
                    return

        hosting.behaviour.hold.clear()
        sampling = threading.Thread(target=sample)
        sampling.start()
        try:
            fetching = asyncio.create_task(mirror(Tokens(token)).fetch(hosting.url("web"), "main"))
            assert await asyncio.to_thread(hosting.behaviour.holding.wait, 20)
            hosting.behaviour.hold.set()
            assert await fetching == hosting.tip
        finally:
            over.set()
            sampling.join()
        assert any(b"http-backend" in text or b"pytest" in text for text in seen), "nothing was sampled"
        assert not [text for text in seen if any(form in text for form in forms(token))]

    async def test_threat_credentials_are_not_on_disk(self, hosting, mirror, tmp_path):
        token = hosting.behaviour.password = new_token()
        git = mirror(Tokens(token))
        await git.fetch(hosting.url("web"), "main")
        hosting.repository("web").commit("main", {"a": b"2"})
        await git.fetch(hosting.url("web"), "main")
        files = [file for file in (tmp_path / "mirrors").rglob("*") if file.is_file()]
        assert any(file.name == "config" for file in files)
        for file in files:
            assert not any(form in file.read_bytes() for form in forms(token)), file
            assert file.name != "config" or b"url" not in file.read_bytes()

    @pytest.mark.parametrize("form", range(4), ids=["plain", "URL-encoded", "base64", "base64 with user"])
    async def test_threat_credentials_are_not_in_an_error_that_the_server_sends_back(
        self, hosting, mirror, form
    ):
        token = hosting.behaviour.password = new_token()
        echoed = forms(token)[form].decode()
        hosting.behaviour.say = lambda _authorization: f"you sent {echoed}, thanks\x1b[31m"
        with pytest.raises(RepositoryUnreachableError, match=r"you sent \*\*\*") as caught:
            await mirror(Tokens(token)).fetch(hosting.url("web"), "main")
        text = str(caught.value)
        assert not [form for form in forms(token) if form.decode() in text]
        assert text.isprintable()

    async def test_threat_credentials_are_not_in_the_error_of_a_refusal(self, hosting, mirror):
        hosting.behaviour.password, wrong = new_token(), new_token()
        with pytest.raises(RepositoryAccessError) as caught:
            await mirror(Tokens(wrong)).fetch(hosting.url("web"), "main")
        shown = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__context__!r}"
        assert not [form for form in forms(wrong) if form.decode() in shown]


class TestRepositories:
    @pytest.mark.parametrize(
        "branch", ["--upload-pack=touch pwned", "$(touch pwned)", "-oProxyCommand=x", "a;touch pwned"]
    )
    async def test_threat_git_options_a_branch_is_no_option(self, hosting, mirror, tmp_path, branch):
        with pytest.raises(BranchNameError):
            await mirror().fetch(hosting.url("web"), branch)
        assert hosting.behaviour.paths == []

    @pytest.mark.parametrize(
        "url",
        [
            "ext::sh -c touch% pwned",
            "--upload-pack=touch",
            "ssh://-oProxyCommand=x/y",
            "file:///etc",
            "git://h/r",
        ],
    )
    async def test_threat_git_options_a_url_is_no_command(self, mirror, url):
        with pytest.raises(RepositoryUrlError):
            await mirror().fetch(url, "main")

    async def test_threat_git_contents_submodules_hooks_and_symlinks_stay_what_they_are(
        self, hosting, mirror, tmp_path
    ):
        hostile = {
            ".gitmodules": b'[submodule "x\r"]\n\tpath = ../../hooks\n\turl = ext::sh -c touch% pwned\n',
            "hooks/post-checkout": b"#!/bin/sh\ntouch pwned\n",
            ".gitattributes": b"* filter=evil\n",
            "environ": Unreadable.SYMLINK,
            "sub": Unreadable.SUBMODULE,
        }
        sha = hosting.repository("web").commit("main", hostile)
        git = mirror()
        await git.fetch(hosting.url("web"), "main")
        assert await git.read_blobs(hosting.url("web"), sha, ["environ", "sub/x", "a"]) == {"a": b"1"}
        assert not list(tmp_path.rglob("pwned"))
        assert not list((tmp_path / "mirrors").rglob("hooks"))

    async def test_threat_git_size_a_repository_of_too_many_files_is_refused(self, hosting, mirror):
        sha = ten_thousand_files(hosting.repository("web"))
        git = mirror(limits=GitLimits(files=9_000))
        await git.fetch(hosting.url("web"), "main")
        with pytest.raises(RepositoryTooLargeError, match=r"more than 9000 files"):
            await git.list_paths(hosting.url("web"), sha)

    async def test_threat_git_size_a_huge_file_costs_no_memory(self, hosting, mirror):
        """A bomb: little to fetch, much to unpack."""
        sha = hosting.repository("web").commit("main", {"bomb": bytes(48 * MEBIBYTE)})
        git = mirror()
        forget_peak()
        before = resident("VmHWM")
        await git.fetch(hosting.url("web"), "main")
        with pytest.raises(RepositoryTooLargeError, match="bomb has 50331648 bytes"):
            await git.read_blobs(hosting.url("web"), sha, ["bomb"])
        assert resident("VmHWM") - before < 24 * MEBIBYTE

    async def test_threat_git_cache_two_credentials_have_two_mirrors(self, hosting, mirror, tmp_path):
        other = hosting.repository("evil/web").commit("main", {"a": b"evil"})
        git = mirror()
        await git.fetch(hosting.url("web"), "main")
        await git.fetch(hosting.url("evil/web"), "main")
        assert await git.read_blobs(hosting.url("evil/web"), other, ["a"]) == {"a": b"evil"}
        assert len(list((tmp_path / "mirrors").glob("r-*"))) == 2


def ten_thousand_files(git):
    """A hundred folders that are one tree of a hundred files."""
    blob = git("hash-object", "-w", "--stdin", data=b"")
    files = "".join(f"100644 blob {blob}\tf{number:02}\n" for number in range(100))
    folder = git("mktree", data=files.encode())
    folders = "".join(f"040000 tree {folder}\td{number:02}\n" for number in range(100))
    sha = git("commit-tree", git("mktree", data=folders.encode()), "-m", "huge")
    git("update-ref", "refs/heads/main", sha)
    return sha


def resident(field):
    lines = Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def forget_peak():
    """The peak of resident memory counts from here."""
    Path("/proc/self/clear_refs").write_text("5")
