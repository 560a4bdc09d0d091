"""Why a server's certificate is not trusted, in words; libgit2 says only that it is not."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path

from gitmoxi.adapters.git.hosts import Destination
from gitmoxi.ports.git import RepositoryUnreachableError


def distrusted(
    url: str, destination: Destination, ca_file: Path | None, timeout_seconds: float
) -> RepositoryUnreachableError:
    """The error for a refused certificate; shakes hands once more to learn why."""
    return RepositoryUnreachableError(
        f"{url}: the certificate of {destination.authority} is not trusted "
        f"({_reason(destination, ca_file, timeout_seconds)}). If your own authority signed it, name its "
        "PEM file in GITMOXI_GIT_CA_FILE; otherwise the server needs a new certificate"
    )


def _reason(destination: Destination, ca_file: Path | None, timeout_seconds: float) -> str:
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    try:
        address = (destination.addresses[0], destination.port)
        with (
            socket.create_connection(address, timeout_seconds) as connection,
            context.wrap_socket(connection, server_hostname=destination.host),
        ):
            return "it does not fit the host's name"
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except OSError as error:
        return error.strerror or "no second handshake came about"
