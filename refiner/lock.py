"""One writer at a time: the lock of a workspace."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from refiner.errors import WorkspaceBusy
from refiner.files import explain, make_folder
from refiner.layout import Workspace


@contextmanager
def locked(workspace: Workspace, doing: str) -> Iterator[None]:
    """Only one refiner writes to a workspace at a time.

    Raises WorkspaceBusy that names the other one, StoreError where the file system cannot lock.
    """
    make_folder(workspace.refined)
    path = workspace.refined / ".lock"
    try:
        file = open(path, "a+b", opener=lambda p, f: os.open(p, f, 0o600))  # noqa: SIM115 - held for the whole block
    except OSError as error:
        raise explain(path, error, "written") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read(200).decode("utf-8", "replace").strip() or "another refiner"
            raise WorkspaceBusy(
                f"{other} is at work on {workspace.root}", mend="wait until it ends, then run this again"
            ) from None
        except OSError as error:
            raise explain(path, error, "locked") from None
        try:
            file.truncate(0)
            file.write(f"refiner {doing} (process {os.getpid()})".encode())
            file.flush()
        except OSError as error:
            raise explain(path, error, "written") from None
        try:
            yield
        finally:
            file.truncate(0)
