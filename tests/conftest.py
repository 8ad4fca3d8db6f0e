"""For all tests: no test fails because a machine is slow; timings belong in benchmarks/."""

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("refiner", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("refiner")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take minutes begin: at the end one worker would wait for the other."""
    items.sort(key=lambda item: not any(word in item.path.name for word in ("small_model", "_training_", "_offline")))
