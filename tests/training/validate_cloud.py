#!/usr/bin/env python3
"""Hold task files and cloud_cards.toml against SkyPilot itself. Run by hand: SkyPilot is no dependency.

    python -m venv /tmp/sky && /tmp/sky/bin/pip install skypilot
    refiner train --cloud --recipe cloud-24gb --gpu A10G:2 --out task.yaml
    SKYPILOT_DISABLE_USAGE_COLLECTION=1 /tmp/sky/bin/python tests/training/validate_cloud.py task.yaml

Reads the files with SkyPilot's own parser, as a task and as a dag; compares the names of cards with its catalog (which
it fetches, or takes from ~/.sky/catalogs) and clouds with what it says that they can. Starts nothing. Exit code 1 and
one line for each difference.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

os.environ["SKYPILOT_DISABLE_USAGE_COLLECTION"] = "1"
TABLE = Path(__file__).resolve().parents[2] / "refiner" / "training" / "cloud_cards.toml"


def check_task(file: Path) -> list[str]:
    """What SkyPilot's parser finds wrong in a task file, and what it reads otherwise than it was meant."""
    import sky
    import yaml
    from sky.skylet import constants
    from sky.utils import dag_utils

    wrong = []
    meant = yaml.safe_load(file.read_text(encoding="utf-8"))
    try:
        task = sky.Task.from_yaml(str(file))
        task.expand_and_validate_file_mounts()
        dag_utils.load_chain_dag_from_yaml(str(file))
    except Exception as error:  # whatever it is, it is what a person would meet
        return [f"{file}: {type(error).__name__}: {error}"]
    read: dict[str, Any] = task.to_yaml_config()
    for key in ("name", "setup", "run", "file_mounts"):
        if read.get(key) != meant.get(key):
            wrong.append(f"{file}: {key} is read as {read.get(key)!r}")
    resources = list(task.resources)
    asked = meant["resources"]
    names = [entry["accelerators"] for entry in asked.get("any_of", [asked])]
    found = [f"{name}:{count:g}" for r in resources for name, count in r.accelerators.items()]
    if sorted(found) != sorted(names):
        wrong.append(f"{file}: cards are read as {found}")
    for resource in resources:
        if resource.use_spot != asked["use_spot"] or resource.disk_size != asked["disk_size"]:
            wrong.append(f"{file}: {resource} differs in spot or disk")
        if "autostop" in asked:
            autostop = resource.autostop_config
            if not (autostop.enabled and autostop.down and autostop.idle_minutes == asked["autostop"]["idle_minutes"]):
                wrong.append(f"{file}: autostop is read as {autostop}")
        if str(resource.cloud or "").lower() != asked.get("infra", ""):
            wrong.append(f"{file}: cloud is read as {resource.cloud}")
    if not re.fullmatch(constants.CLUSTER_NAME_VALID_REGEX, meant["name"]):
        wrong.append(f"{file}: {meant['name']} cannot name a cluster")
    return wrong


def check_table() -> list[str]:
    """Where cloud_cards.toml says something else than SkyPilot."""
    from sky.catalog import common
    from sky.clouds.cloud import CloudImplementationFeatures as Feature
    from sky.skylet import constants
    from sky.utils import registry

    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    wrong = []
    frame = common.read_catalog("common/accelerators.csv")
    known = {name for name in frame["AcceleratorName"]}
    wrong += [f"{name} is in no catalog" for name in table["cards"] if name not in known]
    wrong += [f"{name} is usual and in no list" for name in table["choice"]["usual"] if name not in table["cards"]]
    clouds = table["clouds"]
    if set(clouds["names"]) != set(constants.ALL_CLOUDS):
        wrong.append(f"clouds differ: {sorted(set(clouds['names']) ^ set(constants.ALL_CLOUDS))}")
    for key, feature in (("no_spot", Feature.SPOT_INSTANCE), ("no_autodown", Feature.AUTODOWN)):
        without = {
            name
            for name, cloud in registry.CLOUD_REGISTRY.items()
            if feature in getattr(cloud, "_CLOUD_UNSUPPORTED_FEATURES", {})
        }
        if without != set(clouds[key]):
            wrong.append(f"{key} differs: {sorted(without ^ set(clouds[key]))}")
    return wrong


def main() -> int:
    import sky

    print(f"SkyPilot {sky.__version__}")
    wrong = check_table()
    for name in sys.argv[1:]:
        wrong += check_task(Path(name))
    for line in wrong:
        print(line)
    print(f"{len(wrong)} differences in the table and {len(sys.argv) - 1} task files")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
