"""Spellings of one URL are one repository; what is no plain URL or branch name is refused with the reason."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmoxi.domain.repositories import (
    BranchNameError,
    RepositoryUrlError,
    check_branch,
    normalise_url,
    repository_id,
    scrub_credentials,
)

LOGIN = "user" + ":" + "secret"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://github.com/Acme/Web",
        "https://github.com/Acme/Web.git",
        "https://github.com/Acme/Web/",
        "https://github.com/Acme/Web.git/",
        "https://GitHub.com/Acme/Web",
        "HTTPS://github.com:443/Acme/Web",
        "https://github.com./Acme/Web",
    ],
)
def test_spellings_of_one_url_are_one_repository(spelling):
    assert normalise_url(spelling) == "https://github.com/Acme/Web"
    assert repository_id(spelling) == repository_id("https://github.com/Acme/Web")


def test_ids_are_short_and_safe_as_keys_and_folders():
    assert re.fullmatch(r"r-[0-9a-f]{16}", repository_id("https://github.com/acme/web"))


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("https://github.com/acme/Web", id="the case of a path counts"),
        pytest.param("https://github.com:8443/Acme/Web", id="the port counts"),
        pytest.param("https://gitlab.com/Acme/Web", id="the host counts"),
        pytest.param("https://github.com/Acme/Web.github", id="another name"),
    ],
)
def test_what_may_be_another_repository_is_one(other):
    assert repository_id(other) != repository_id("https://github.com/Acme/Web")


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("file:///srv/git/web.git", "file:///srv/git/web"),
        ("file://localhost/srv/git/web/", "file:///srv/git/web"),
        ("https://[2001:DB8::1]:8443/r.git", "https://[2001:db8::1]:8443/r"),
        (
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web",
            "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/web",
        ),
    ],
)
def test_other_urls(url, normal):
    assert normalise_url(url) == normal


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("", "printable", id="empty"),
        pytest.param("https://host/a b", "no spaces", id="space"),
        pytest.param("https://host/r\n", "printable", id="newline"),
        pytest.param("https://hos\u0442/r", "ASCII", id="look-alike letter"),
        pytest.param("http://host/r", "use https", id="plain http"),
        pytest.param("ssh://git@host/r", "use https", id="ssh"),
        pytest.param("git@github.com:acme/web", "use https", id="scp spelling"),
        pytest.param("git://host/r", "use https", id="git protocol"),
        pytest.param("ext::sh%20-c", "use https", id="a command"),
        pytest.param("/srv/git", "use https", id="a path"),
        pytest.param("--upload-pack=x", "use https", id="an option"),
        pytest.param(f"https://{LOGIN}@host/r", "carries credentials", id="credentials"),
        pytest.param("https://@host/r", "carries credentials", id="empty credentials"),
        pytest.param("https:///r", "has no host", id="no host"),
        pytest.param("https://-oProxy/r", "has no host", id="an option as host"),
        pytest.param("https://host", "path is missing", id="no path"),
        pytest.param("https://host/.git", "path is missing", id="only a suffix"),
        pytest.param("https://host/a/../b", "'..'", id="parent folder"),
        pytest.param("https://host/a//b", "'//'", id="empty segment"),
        pytest.param("https://host/-x", "leading '-'", id="an option as path"),
        pytest.param("https://host/r?x=1", "no '?'", id="query"),
        pytest.param("https://host/r#x", "'#'", id="fragment"),
        pytest.param("https://host:99999/r", "is no URL", id="port out of range"),
        pytest.param("https://host:x/r", "is no URL", id="port no number"),
        pytest.param("https://[::1/r", "is no URL", id="bracket open"),
        pytest.param("file://server/share", "no host", id="a file elsewhere"),
        pytest.param("file:///", "path is missing", id="the whole disk"),
    ],
)
def test_urls_that_are_refused_say_why(url, reason):
    with pytest.raises(RepositoryUrlError, match=re.escape(reason)):
        normalise_url(url)


def test_a_refusal_never_repeats_credentials():
    password = "pass" + "word" * 3
    for url in (f"https://user:{password}@host/r", f"ssh://user:{password}@host/r"):
        with pytest.raises(RepositoryUrlError) as caught:
            normalise_url(url)
        assert password not in str(caught.value)
        assert "***@host" in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_url_with_a_stable_spelling_or_refused(text):
    try:
        normal = normalise_url(text)
    except RepositoryUrlError:
        return
    assert normalise_url(normal) == normal


@pytest.mark.parametrize(
    "name",
    ["main", "feature/one-2", "release/1.2.x", "user@home", "fix#12", "a_b", "größe", "deps+1", "x=y", "a,b"],
)
def test_branch_names(name):
    assert check_branch(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("-b", "'-' not first"),
        ("--upload-pack=x", "'-' not first"),
        ("$(id)", "are understood"),
        ("a b", "are understood"),
        ("a\n", "are understood"),
        ("a:b", "are understood"),
        ("a@{1}", "are understood"),
        ("", "are understood"),
        ("a..b", "holds '..'"),
        ("a//b", "empty component"),
        ("a/", "empty component"),
        (".hidden", "begins with '.'"),
        ("a/.b", "begins with '.'"),
        ("a.", "ends with '.'"),
        ("a.lock", "ends with '.lock'"),
        ("a.lock/b", "ends with '.lock'"),
        ("x" * 245, "at most 244"),
    ],
)
def test_names_that_no_branch_has_say_why(name, reason):
    with pytest.raises(BranchNameError, match=re.escape(reason)):
        check_branch(name)


def test_a_component_may_not_be_an_option_either():
    assert check_branch("a/-b") == "a/-b", "only a leading '-' could be taken for an option"


def test_credentials_are_scrubbed_from_texts():
    text = f"cannot read https://{LOGIN}@host/r nor ssh://git@host/r"
    assert scrub_credentials(text) == "cannot read https://***@host/r nor ssh://***@host/r"
