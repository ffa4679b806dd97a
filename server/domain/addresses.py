"""May this server call that address for somebody?

Whoever sets up a webhook chooses where this server calls. It must not become their way to what only this server can reach:
its own services, the machines beside it, the cloud's metadata.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

NAT64: Final = ip_network("64:ff9b::/96")
UNICAST: Final = ip_network("2000::/3")  # all of IPv6 that is given out to be reached from everywhere
# Python takes these for public ones. In 192.0.0.0/24 and at the last one clouds answer their own machines.
NOT_PUBLIC: Final = (
    ip_network("192.0.0.0/24"),
    ip_network("192.88.99.0/24"),
    ip_network("3fff::/20"),
    ip_network("168.63.129.16/32"),
)


def may_call(address: str, allowed: Iterable[Network]) -> bool:
    """Public addresses, and those in `allowed`. ValueError for what is not a numeric address."""
    found = _inner(ip_address(address.partition("%")[0]))
    return is_within(found, allowed) or _is_public(found)


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in each for each in networks)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in UNICAST:
        return False
    return address.is_global and not address.is_multicast and not is_within(address, NOT_PUBLIC)


def _inner(address: Address) -> Address:
    """The IPv4 address that an IPv6 one leads to, if it leads to one."""
    if isinstance(address, IPv4Address):
        return address
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else address)
