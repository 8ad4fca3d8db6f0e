"""Day One, Obsidian and Markdown journals: days, front matter, and what only the other program understands."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from exports import only, plan, put, texts, workspace

from refiner.errors import NoteError
from refiner.importing import journals
from refiner.importing.model import Wanted
from refiner.importing.obsidian import day_of, plain
from refiner.notes import note_from_text
from refiner.store import Workspace


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def _entry(date: str, text: str, zone: str = "Asia/Kolkata", **more: Any) -> dict[str, Any]:
    return {
        "uuid": f"U{abs(hash(date + text))}",
        "creationDate": date,
        "modifiedDate": date,
        "timeZone": zone,
        "text": text,
        **more,
    }


def _journal(*entries: dict[str, Any]) -> str:
    return json.dumps({"metadata": {"version": "1.0"}, "entries": list(entries)}, indent=2)


def test_day_one_entries_have_the_day_of_their_own_clock(ws: Workspace, tmp_path: Path) -> None:
    path = put(
        tmp_path,
        "Journal.json",
        _journal(
            _entry(
                "2014-08-19T20:41:05Z",
                "# First day\n\nNobody came\\! It was 3\\. August\\.\n\n![](dayone-moment://AB)\n\n- one",
                photos=[{"identifier": "AB"}],
                location={"localityName": "Kochi"},
                tags=["x"],
            ),
            _entry("2015-01-02T03:00:00Z", "I was angry with Appa: he was right.", "America/New_York"),
            _entry("2015-01-02T03:00:20Z", "In the same minute, see [this](https://example.org).", "America/New_York"),
            _entry("2015-01-03T03:00:00Z", "", photos=[{"identifier": "D"}]),
        ),
    )
    made = plan(ws, path)
    found = texts(made)
    assert found["dayone-journal/2014/2014-08-20-0211.md"] == "# First day\n\nNobody came! It was 3. August.\n\n- one"
    assert found["dayone-journal/2015/2015-01-01-2200.md"] == "I was angry with Appa: he was right."
    (second,) = [t for p, t in found.items() if p.startswith("dayone-journal/2015/2015-01-01-2200-")]
    assert second == "In the same minute, see this."
    assert dict(made.left) == {"photos and other files": 2, "entries without words": 1, "links": 1}
    assert [note_from_text(i.text).meta.date for i in made.items] == ["2014-08-20", "2015-01-01", "2015-01-01"]


def test_day_one_zip_with_several_journals(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Journal.json", _journal(_entry("2014-08-19T10:00:00Z", "one")))
        archive.writestr(
            "Dreams.json",
            _journal(
                _entry("2014-08-19T10:00:00Z", "two", "Nowhere/Land"),
                {
                    "creationDate": "2016-01-01T00:00:00Z",
                    "richText": json.dumps({"contents": [{"text": "rich "}, {"text": "words"}]}),
                },
            ),
        )
        archive.writestr("photos/AB.jpeg", b"\xff\xd8")
    made = plan(ws, path)
    assert {p.split("/")[0] for p in texts(made)} == {"dayone-journal", "dayone-dreams"}
    assert "rich words" in texts(made).values()
    assert any("Nowhere/Land" in s for s in made.said)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (_journal(_entry("2014-08-19T10:00:00Z", "one"))[:-20], r"Journal\.json:\d+: this JSON breaks off"),
        (_journal(_entry("yesterday", "one")), r"entry 1: its creationDate is 'yesterday'"),
        (_journal()[:-1].replace("[]", "[7]") + "}", r"entry 1 is no record"),
    ],
)
def test_a_broken_day_one_export_names_the_place(ws: Workspace, tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(NoteError, match=where):
        plan(ws, put(tmp_path, "Journal.json", text), format="dayone")


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    root = tmp_path / "vault"
    put(root, ".obsidian/templates.json", '{"folder": "Forms"}')
    put(root, ".trash/gone.md", "gone")
    put(root, "Forms/daily.md", "{{date}} I am a form")
    put(root, "photo.png", b"\x89PNG\0")
    put(root, "board.canvas", "{}")
    put(
        root,
        "daily/2019-03-05.md",
        "---\ntags: [daily]\nmood: bad\n---\n#journal #mood/bad\n\n"
        "Met [[People/Babu|Babu]] at [[Places/Canteen#Lunch]]. ![[photo.png]]\n\n"
        "> [!note]- What I learnt\n> I am **not** patient.\n\n"
        "mood:: bad\nIt was [weather:: hot].\n\n- [ ] call Amma ^a1\n%%secret%%\n",
    )
    put(
        root,
        "Old: house.md",
        '---\ncreated: 2020-02-03T10:00\naliases: ["home: old"]\n---\nThe well had a turtle. ==I fed it.==\n\n'
        "```dataview\nlist from #x\n```\n\nSee [the map](https://example.org/m) <% tp.date %>\n",
    )
    put(
        root,
        "own.md",
        "---\ndate: 1995-06~\nkind: letter\nobservations: { stubborn: true }\n---\nMy own front matter stays.\n",
    )
    put(root, "broken.md", "---\ntitle: a: b: c\n---\nThe words come in.\n")
    put(root, "empty.md", "# Only a heading\n")
    return root


def test_a_vault(ws: Workspace, vault: Path) -> None:
    made = plan(ws, vault)
    found = texts(made)
    assert found["obsidian-vault/daily/2019-03-05.md"] == (
        "Met Babu at Canteen.\n\nWhat I learnt\n\nI am **not** patient.\n\nIt was hot.\n\n- [ ] call Amma"
    )
    assert found["obsidian-vault/Old house.md"] == "# Old: house\n\nThe well had a turtle. I fed it.\n\nSee the map"
    assert found["obsidian-vault/own.md"] == "# own\n\nMy own front matter stays."
    assert found["obsidian-vault/broken.md"] == "# broken\n\nThe words come in."
    metas = {i.path.rpartition("/")[2]: note_from_text(i.text).meta for i in made.items}
    assert (metas["2019-03-05.md"].date, metas["Old house.md"].written) == ("2019-03-05", "2020-02-03")
    assert (metas["own.md"].date, metas["own.md"].kind) == ("1995-06~", "letter")
    assert metas["own.md"].observations[0].trait == "stubborn"
    assert dict(made.left) == {
        "front matter keys that refiner does not know": 3,
        "tags": 1,
        "embedded notes and pictures": 1,
        "links": 1,
        "Dataview fields": 2,
        "queries and other code blocks": 1,
        "attachments": 1,
        "canvases and databases": 1,
        "templates": 1,
        "notes without words": 1,
    }
    assert any("broken.md:2" in s for s in made.said)
    assert any(".trash" in s for s in made.said)
    assert "gone" not in str(found)
    assert [i.path for i in plan(ws, vault, since="2020").items] == ["import/obsidian-vault/Old house.md"]


@pytest.mark.parametrize(
    ("stem", "day"),
    [
        ("2019-03-05", "2019-03-05"),
        ("20190305", "2019-03-05"),
        ("2019-03-05 Tuesday", "2019-03-05"),
        ("5 March 2019", "2019-03-05"),
        ("invoice 202013", ""),
        ("2019-13-45", ""),
        ("Plans 2019", ""),
        ("1234567890123", ""),
    ],
)
def test_names_that_are_days(stem: str, day: str) -> None:
    assert day_of(stem) == day


def test_a_quotation_is_no_callout(ws: Workspace) -> None:
    from refiner.config import Persona, PersonaSide

    wanted = Wanted(Persona(before=PersonaSide(gender="male"), after=PersonaSide(gender="female")))
    assert plain("> she said this\n\nI did not.", wanted) == "> she said this\n\nI did not."
    assert plain("[[Note#^block]] and #1 and a#b", wanted) == "Note and #1 and a#b"


JOURNAL = "# My journal\n\n## 5 March 2011\n\nI broke the window.\n\n## 6 March 2012\n\nTold the truth.\n"


def test_a_journal_is_one_note(ws: Workspace, tmp_path: Path) -> None:
    made = plan(ws, put(tmp_path, "journal.md", "\ufeff" + JOURNAL.replace("\n", "\r\n")))
    assert only(made) == JOURNAL.strip()
    assert [e.date for e in note_from_text(made.items[0].text).entries if e.date] == ["5 March 2011", "6 March 2012"]
    assert (made.items[0].draft.first, made.items[0].draft.last) == ("2011-03-05", "2012-03-06")
    cut = plan(ws, put(tmp_path, "journal.md", JOURNAL), since="2012")
    assert only(cut) == "## 6 March 2012\n\nTold the truth."


def test_a_date_in_words_is_no_bound(ws: Workspace, tmp_path: Path) -> None:
    put(tmp_path / "days", "a.md", "---\ndate: summer of 2009\n---\nThe well.\n")
    put(tmp_path / "days", "2011-03-05.md", "Rain.\n")
    assert len(plan(ws, tmp_path / "days").items) == 2
    made = plan(ws, tmp_path / "days", until="2012")
    assert [i.path for i in made.items] == ["import/markdown-days/2011-03-05.md"]
    assert made.left["without a date (--since and --until need one)"] == 1


def test_a_huge_journal_is_cut_by_year(ws: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "HUGE", 10)
    made = plan(ws, put(tmp_path, "journal.md", JOURNAL))
    assert {p: t.partition("\n")[0] for p, t in texts(made).items()} == {
        "markdown-journal/journal-undated.md": "# My journal",
        "markdown-journal/journal-2011.md": "## 5 March 2011",
        "markdown-journal/journal-2012.md": "## 6 March 2012",
    }


def test_a_folder_of_days(ws: Workspace, tmp_path: Path) -> None:
    put(tmp_path / "days", "2011-03-05.txt", "Rain. I stayed in.\n")
    put(tmp_path / "days", "about.md", "---\nwritten: 2012-01-01\nauthor: 'Leela: M'\n---\nNo date in here.\n")
    put(tmp_path / "days", "scan.pdf", b"%PDF\0")
    made = plan(ws, tmp_path / "days")
    metas = {i.path.rpartition("/")[2]: note_from_text(i.text).meta for i in made.items}
    assert (metas["2011-03-05.md"].date, metas["about.md"].author) == ("2011-03-05", "Leela: M")
    assert made.left["attachments"] == 1


def test_front_matter_that_multiplies_itself_is_left_out(ws: Workspace, tmp_path: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 40)]
    laughs = "\n".join(["---", "l0: &l0 [ha, ha]", *levels, "date: *l39", "---", "I kept pigeons."])
    put(tmp_path / "vault", "one.md", laughs)
    made = plan(ws, tmp_path / "vault", format="markdown")
    assert only(made).endswith("I kept pigeons.")
