"""`refiner init`: a new workspace with its settings, an example note, and git kept away from everything private."""

from __future__ import annotations

import os
from pathlib import Path

from refiner.errors import UsageError
from refiner.store import Workspace, make_folder, write_atomic

GITIGNORE = """# These are private texts: git takes none of them.
data/
refiner.toml
*.gguf
"""

RAW_README = """# Your notes go here

Plain text or Markdown, one file a memory or one file a year, sub-folders as you like: `*.md` and `*.txt`.
Write as you would for yourself. What helps most:

- **when** it was, in any words: "in 9th grade", "the summer of 2009", "two years after we moved". A heading that is a
  date (`## 2014-08-19`) starts an entry of its own.
- **what it did to you**, and what ended it: "since then I am afraid of dogs", "I stopped in 2016", "I still am".
- **what others said** about you, in their words.
- the **bad sides** too. She would not be you without them.

You may say outright what a reader would otherwise infer, at the top of a note:

    ---
    date: 2014-08-19
    events:
      - id: bite
        label: bitten by the neighbour's dog
        when: June 1995
        effects: { fear-of-dogs: initiates }
    ---

Nothing here is ever changed. This file is not read as a note.
"""

_TRAIT_HELP = """
# --- traits: what you are like, the dark sides too. Whether they still hold, the tool finds out from the notes. -----
# Only id and name are needed; polarity positive | negative | neutral; importance 0 (track it, never teach it) to 5.
#
# [[traits]]
# id = "stubborn"
# name = "stubborn"
# description = "digs in once decided; argues long after the point is lost"
# polarity = "negative"
# importance = 3
# aliases = ["pig-headed"]
"""

_LLM_HELP = """
# --- model: without this section the rules work alone, and what they cannot decide is asked. --------------------
# [llm]
# base_url = "http://127.0.0.1:11434/v1"   # Ollama, llama.cpp, vLLM, LM Studio: any OpenAI-compatible server
# model = "qwen3:4b"
# allow_remote = false                      # true = notes may leave this machine
"""


def settings(name: str, becomes: str, gender: str, born: str) -> str:
    """The text of a new refiner.toml. `gender` is that of the writer."""
    import tomlkit  # only `init` writes settings

    other = {"male": "female", "female": "male"}[gender]
    document = tomlkit.document()
    document.add(
        tomlkit.comment("Who you are, who she or he is, and what matters. Keys are explained in docs/settings.md;")
    )
    document.add(tomlkit.comment("a key that refiner does not know is an error. Check this file with: refiner doctor"))
    persona = tomlkit.table()
    persona.add("born", born)
    persona["born"].comment('a date, or as much of it as you wish to say: "1994-02", "1994"')
    persona.add(
        tomlkit.comment('first_school_year = 2000    # the year 1st grade began, so that "in 9th grade" has a date')
    )
    persona.add("culture", "India")
    persona["culture"].comment("seasons, school years, first names")
    before, after = tomlkit.table(), tomlkit.table()
    before.add("name", name)
    before.add("gender", gender)
    before.add("nicknames", [])
    before.add("handles", [])
    after.add("name", becomes)
    after["name"].comment('"" = the tool proposes one, the same everywhere')
    after.add("gender", other)
    after.add("nicknames", [])
    after["nicknames"].comment("in the same order as above")
    after.add("handles", [])
    persona.add("before", before)
    persona.add("after", after)
    document.add("persona", persona)
    policy = tomlkit.table()
    for key, value, help_ in (
        ("partners", "keep", "keep | swap | ask: the gender of your partners"),
        ("institutions", "swap", "swap | ask: boys' school, men's hostel"),
        ("activities", "ask", "keep | ask: what the culture makes unlikely for the new gender"),
        ("body", "ask", "drop | ask: beard, voice breaking"),
    ):
        policy.add(key, value)
        policy[key].comment(help_)
    replace = tomlkit.table()
    replace.add(tomlkit.comment('cricket = "badminton"       # for the whole life; "*" = the tool chooses'))
    policy.add("replace", replace)
    document.add("policy", policy)
    return tomlkit.dumps(document) + _TRAIT_HELP + _LLM_HELP


def init(folder: Path, *, name: str = "", becomes: str = "", gender: str = "male", born: str = "") -> Workspace:
    """Makes a workspace. Existing files are never touched. Raises UsageError when one is there already, StoreError."""
    ws = Workspace(folder)
    if ws.config.exists():
        raise UsageError(
            f"{ws.config} is there already: this is a workspace", mend=f"refiner status --workspace {folder}"
        )
    for path in (ws.raw, ws.review, ws.refined):
        make_folder(path)
    for path, text in ((folder / ".gitignore", GITIGNORE), (ws.raw / "README.md", RAW_README)):
        if not path.exists():
            write_atomic(path, text)
    write_atomic(ws.config, settings(name, becomes, gender, born))
    for path in (folder / "data", ws.raw, ws.review, ws.refined):
        os.chmod(path, 0o700)
    return ws


def find(given: Path | None) -> Workspace:
    """The workspace that a command works on: the one named, else the nearest folder upwards with a refiner.toml."""
    if given is not None:
        return Workspace(given)
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "refiner.toml").is_file():
            return Workspace(folder)
    return Workspace(here)
