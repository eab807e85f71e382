"""Whether the service can listen where it is told to, asked before anything else is loaded.

``__main__`` asks once; granian itself would start silently beside another server and share its clients.
"""

from __future__ import annotations

import socket

from model.errors import TabwibError

__all__ = ["free_address"]


def free_address(host: str, port: int) -> str:
    """Make sure that an address is this machine's and nobody listens there.

    ``SO_REUSEADDR`` lets connections that a stopped server left in TIME_WAIT pass; a listening server it does not.

    Parameters
    ----------
    host : str
        A name or an IP address.
    port : int

    Returns
    -------
    str
        The IP address, which is all that granian takes.

    Raises
    ------
    TabwibError
        If it cannot be listened on.
    """
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, UnicodeError) as error:  # UnicodeError: a name like "..", which cannot even be looked up
        reason = getattr(error, "strerror", None) or "not an address"
        hint = "stop what listens there, or choose another --host or --port"
        raise TabwibError(f"cannot listen on {host}:{port}: {reason}; {hint}") from error
    return str(address[0])
