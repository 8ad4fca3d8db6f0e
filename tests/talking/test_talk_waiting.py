"""How llama.cpp's threads wait for each other, by how busy the machine is."""

from __future__ import annotations

import os

import pytest

from refiner.training.talk import waiting_asleep


@pytest.mark.parametrize(
    ("load", "chosen", "inside"),
    [
        (1.6, {}, "PASSIVE"),
        (0.1, {}, None),
        (1.6, {"OMP_WAIT_POLICY": "ACTIVE"}, "ACTIVE"),
        (1.6, {"GOMP_SPINCOUNT": "10"}, None),
    ],
)
def test_threads_wait_asleep_where_others_use_the_machine(
    load: float, chosen: dict[str, str], inside: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with waiting_asleep():
        assert os.environ.get("OMP_WAIT_POLICY") == inside
    assert os.environ.get("OMP_WAIT_POLICY") == chosen.get("OMP_WAIT_POLICY")  # trainings choose for themselves
