"""The whole way by rules in a process that has no network, and every file that it makes is its owner's alone."""

from __future__ import annotations

import pytest
from privacy_way import Way


def test_the_whole_way_runs_without_a_network(offline: Way) -> None:
    codes = offline.codes
    wanted = {
        "init",
        "note",
        "refine",
        "timeline",
        "selfimage",
        "gaps",
        "review",
        "samples",
        "export",
        "status",
        "purge",
    }
    assert wanted <= codes.keys()
    assert {name: set(found) for name, found in codes.items() if name in wanted} == {n: {0} for n in wanted}, (
        offline.said
    )
    assert "Traceback" not in offline.said


def test_nothing_was_looked_for_elsewhere(offline: Way) -> None:
    """`doctor` and `--engine auto` look for an Ollama of this machine, and for nothing else."""
    assert {host for _, host, _ in offline.report["seen"]} <= {"127.0.0.1"}
    assert {port for event, _, port in offline.report["seen"] if event == "socket.connect"} <= {11434}


def test_the_process_was_cut_off(offline: Way) -> None:
    if not offline.namespace:
        pytest.skip("this machine allows no network namespace: sockets were blocked in the process instead")
    refused = [event for event, *_ in offline.report["seen"] if event == "socket.connect"]
    assert refused  # doctor tried, in a namespace whose loopback is down
    assert "no Ollama answers" in offline.said


def test_every_file_is_its_owners_alone_whatever_the_umask(offline: Way, online: Way) -> None:
    assert offline.report["wide"] == []  # umask 000
    assert online.report["wide"] == []  # umask 022


def test_a_purge_of_all_left_nothing_derived(offline: Way) -> None:
    assert [p.name for p in (offline.life / "data" / "refined").iterdir()] == [".lock"]
    assert offline.said.count("nothing of it is left") == 2


def test_nothing_lies_outside_of_the_workspace(offline: Way) -> None:
    for name in ("home", "tmp"):
        left = [p for p in (offline.folder / name).rglob("*") if p.is_file()]
        assert not [p for p in left if b"pigeon" in p.read_bytes()]
