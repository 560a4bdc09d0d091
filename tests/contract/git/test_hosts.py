"""A repository's URL reaches no server inside our own network unless that server is named."""

from __future__ import annotations

import pytest

from gitmoxi.adapters.git.hosts import look_up
from gitmoxi.domain.repositories import RepositoryUrlError
from gitmoxi.ports.git import RepositoryUnreachableError


def resolving_to(*addresses):
    return lambda _host: addresses


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("169.254.169.254", id="instance metadata"),
        pytest.param("169.254.170.2", id="task metadata"),
        pytest.param("127.0.0.1", id="loopback"),
        pytest.param("10.1.2.3", id="private"),
        pytest.param("172.16.0.1", id="private too"),
        pytest.param("192.168.0.1", id="a home's network"),
        pytest.param("100.64.0.1", id="carrier's network"),
        pytest.param("0.0.0.0", id="any address"),
        pytest.param("224.0.0.1", id="multicast"),
        pytest.param("::1", id="loopback, version 6"),
        pytest.param("::ffff:127.0.0.1", id="loopback in disguise"),
        pytest.param("2002:7f00:1::", id="loopback in another disguise"),
        pytest.param("fd00:ec2::254", id="instance metadata, version 6"),
        pytest.param("fe80::1%eth0", id="link-local with a zone"),
    ],
)
def test_internal_addresses_are_refused_even_beside_public_ones(address):
    with pytest.raises(RepositoryUrlError, match="GITMOXI_GIT_ALLOWED_HOSTS"):
        look_up("https://git.example/r", (), resolving_to("140.82.121.4", address))


def test_public_addresses_are_asked():
    look_up("https://git.example/r", (), resolving_to("140.82.121.4", "2606:50c0:8000::153"))


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "[::ffff:127.0.0.1]", "127.1", "2130706433", "localhost"]
)
def test_addresses_in_the_url_itself_are_seen_through(host):
    with pytest.raises(RepositoryUrlError, match="internal address"):
        look_up(f"https://{host}/r", ())


def test_a_named_host_is_asked_wherever_it_lies():
    look_up("https://git.corp:8443/r", ("git.corp",), resolving_to("10.0.0.1"))


def test_with_names_no_other_host_is_asked():
    with pytest.raises(
        RepositoryUrlError, match=r"the host evil.example is not in GITMOXI_GIT_ALLOWED_HOSTS"
    ):
        look_up("https://evil.example/r", ("git.corp",), resolving_to("140.82.121.4"))


def test_a_host_without_an_address_is_worth_a_retry():
    def nothing(_host):
        raise OSError(-2, "Name or service not known")

    with pytest.raises(RepositoryUnreachableError, match=r"has no address .Name or service not known"):
        look_up("https://git.example/r", (), nothing)
