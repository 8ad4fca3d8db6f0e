"""Runs that are killed or interrupted: what was answered is not asked again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from server import Reply, echo

HERE = Path(__file__).parent
COUNT = 60

CHILD = f"""
import json, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a test run in the background ignores it, its children too
sys.path.insert(0, {str(HERE)!r})
from questions import put
from refiner.answers import Answers
from refiner.asking.asker import Asker
from refiner.config import LLM
from refiner.llm import Endpoint
from pathlib import Path
llm = LLM(base_url=sys.argv[1], model="m", max_concurrency=4)
with Answers(Path(sys.argv[2])) as answers:
    asker = Asker(llm, Endpoint(llm), answers)
    try:
        said = put(asker, [f"question {{i}}" for i in range({COUNT})])
    except KeyboardInterrupt:
        print("interrupted", len(asker._now_asked), asker._wire.slots.taken)
        asker.close()
        sys.exit(130)
    asker.close()
print(json.dumps([asker.usage.calls, asker.usage.cached, sum(a is not None for a in said)]))
"""


def start(server, path):
    command = [sys.executable, "-W", "error", "-c", CHILD, server.url, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("at", [5, 23, 50])
def test_the_next_run_repeats_no_answered_question(serve, tmp_path, how, at):
    running: list[subprocess.Popen[str]] = []

    def behave(seen):
        if seen.n == at:
            os.kill(running[0].pid, how)
        # The one that ends the run and those with it are on their way for good; all before them were answered.
        return Reply(echo(seen).content, hold=3600 if seen.n >= at and seen.n < at + 100 and not running[1:] else 0)

    server = serve(behave)
    running.append(start(server, tmp_path / "a"))
    out, err = running[0].communicate()
    if how == signal.SIGINT:
        assert running[0].returncode == 130
        assert out.split() == ["interrupted", "0", "0"]
        assert "Traceback" not in err
        assert "never" not in err
    first = len(server.seen)
    assert at <= first <= at + 3
    running.append(start(server, tmp_path / "a"))
    out, err = running[1].communicate()
    assert err == ""
    calls, cached, had = json.loads(out)
    assert had == COUNT
    assert calls + cached == COUNT
    assert cached >= at - 4  # up to three more may have been answered in the moment of the kill, and not yet read
    repeated = [q for q, n in Counter(server.questions).items() if n > 1]
    assert len(repeated) <= 4 + 3
    third = start(server, tmp_path / "a")
    assert json.loads(third.communicate()[0]) == [0, COUNT, COUNT]
