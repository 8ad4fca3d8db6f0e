"""Several processes that train one adapter together, one for each card: started by `accelerate launch`.

Each process runs the whole program. The first one alone speaks and writes; what must be the same for all of them (has
somebody pressed Ctrl-C?) they tell each other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Processes:
    """This process among those that train together."""

    rank: int
    count: int
    local_rank: int  # among those on the same machine: which card is its own

    @property
    def first(self) -> bool:
        """Whether this is the one that speaks and writes."""
        return self.rank == 0


def processes() -> Processes:
    """As the launcher says it in the environment; one process alone where there was none."""
    number = {name: _whole(os.environ.get(name, "")) for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK")}
    return Processes(number["RANK"] or 0, max(1, number["WORLD_SIZE"] or 1), number["LOCAL_RANK"] or 0)


def join(cpu: bool) -> None:
    """Meet the other processes; does nothing alone. Must come before the first `wait` or `anybody`."""
    if processes().count > 1:
        from accelerate import PartialState

        PartialState(cpu=cpu, backend="gloo" if cpu else None)


def wait() -> None:
    """Go on when all processes are here."""
    if processes().count > 1:
        import torch

        torch.distributed.barrier()


def anybody(mine: bool) -> bool:
    """Whether `mine` is true in any of the processes; all of them must ask."""
    if processes().count == 1:
        return mine
    import torch

    distributed: Any = torch.distributed
    flag = torch.tensor([int(mine)])
    if distributed.get_backend() != "gloo":
        flag = flag.cuda()
    distributed.all_reduce(flag, op=distributed.ReduceOp.MAX)
    return bool(flag.item())


def leave() -> None:
    """Part from the others, so that no process ends while another still waits for it."""
    if processes().count > 1:
        import torch

        if torch.distributed.is_initialized():
            torch.distributed.destroy_process_group()


def _whole(text: str) -> int:
    return int(text) if text.isdigit() else 0
