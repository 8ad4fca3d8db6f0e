"""What is on this machine and what is not: nothing leaves it unless the person allowed it."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from refiner.config import LLM
from refiner.errors import RemoteRefused


def is_local(base_url: str) -> bool:
    """Whether an endpoint's host is this machine: localhost or a loopback address, nothing that needs a name server."""
    host = (urlsplit(base_url).hostname or "").lower()
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_remote(llm: LLM, sending: str = "passages of your notes") -> None:
    """Raises RemoteRefused when the endpoint is elsewhere and `allow_remote` is not set."""
    if not llm.allow_remote and not is_local(llm.base_url):
        host = urlsplit(llm.base_url).hostname or llm.base_url
        raise RemoteRefused(
            f"[llm] base_url is {host}, which is not this machine: {sending} would have been sent there; nothing was",
            mend="use a local model (base_url on 127.0.0.1), or set allow_remote = true under [llm] in refiner.toml; "
            "refiner refine --dry-run shows what would be sent",
        )
