"""Imported notes go through refine and samples: dates, authors, speakers and titles arrive where they should."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from exports import bring, put, workspace

from refiner.store import Workspace

CHAT = """12/03/2019, 21:03 - Leela Menon: did you reach the hostel? you never call anybody
12/03/2019, 21:05 - Vikram Pillai: Reached. I was the only boy on that bus and I slept on my bag
13/03/2019, 21:08 - Leela Menon: As a boy you were afraid of the well
13/03/2019, 21:09 - Vikram Pillai: I am still afraid of it. Plan: never go near
"""
MAIL = """From 2@xxx Tue Mar 04 10:11:12 +0000 2014
Message-ID: <a2@example.org>
Date: Tue, 04 Mar 2014 09:00:00 +0530
From: "Menon: Leela" <leela@example.org>
To: vik@example.org
Subject: Vikram

Vikram was the most stubborn boy of our street. He never asked anybody for help.

"""
DAY_ONE = {
    "metadata": {"version": "1.0"},
    "entries": [
        {
            "uuid": "A1",
            "creationDate": "2014-08-19T20:41:05Z",
            "timeZone": "Asia/Kolkata",
            "text": "Today a dog bit me at the gate. Since then I am afraid of dogs. "
            "I was a stubborn boy and told nobody.",
        }
    ],
}
BOOKS = (
    "Book Id,Title,Author,My Rating,Date Read,Exclusive Shelf,My Review,Private Notes\n"
    "1,The Salt Road,Mira Kurup,4,2014/08/19,read,It made me call my mother. I read it twice that summer.,\n"
)


@pytest.fixture(scope="module")
def life(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("imported")
    ws = workspace(folder)
    with open(ws.config, "a") as file:
        file.write('\n[[traits]]\nid = "afraid-of-dogs"\nname = "afraid of dogs"\nimportance = 3\n')
    bring(ws, put(folder, "WhatsApp Chat with Leela Menon.txt", CHAT))
    bring(ws, put(folder, "mail.mbox", MAIL), with_=["leela"])
    bring(ws, put(folder, "Journal.json", json.dumps(DAY_ONE)))
    bring(ws, put(folder, "goodreads.csv", BOOKS))
    for command in (["refine", "--engine", "rules"], ["samples"]):
        done = subprocess.run(
            [sys.executable, "-m", "refiner.cli", *command, "--now", "2026-01-01", "-C", str(ws.root)],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
    return ws


def records(ws: Workspace, name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ws.refined / name).read_text().splitlines()]


def refined(ws: Workspace, end: str) -> str:
    (path,) = [p for p in (ws.refined / "notes").rglob("*.md") if end in p.as_posix()]
    return path.read_text()


def test_chat_lines_keep_their_speakers(life: Workspace) -> None:
    text = refined(life, "whatsapp-leela-menon/2019-03.md")
    assert "Me: I was the only girl on that bus" in text.replace("Reached. ", "")
    assert "Leela Menon: As a girl you were afraid of the well" in text


def test_samples_answer_with_the_narrators_lines_alone(life: Workspace) -> None:
    of_chat = [s for s in records(life, "samples.jsonl") if any("whatsapp" in n for n in s["notes"])]
    assert of_chat
    for sample in of_chat:
        said = [m["content"] for m in sample["messages"] if m["role"] == "assistant"]
        assert not any("you never call" in s or "Leela Menon:" in s or "Me:" in s for s in said)


def test_an_entry_dates_its_event(life: Workspace) -> None:
    bites = [e for e in records(life, "events.jsonl") if "dayone" in e["note"] and "dog" in json.dumps(e["quotes"])]
    assert bites
    assert any(e["when"]["earliest"] == "2014-08-20" for e in bites)


def test_another_persons_letter_is_not_the_narrators(life: Workspace) -> None:
    text = refined(life, "2014-03-04")
    assert 'author: "Menon: Leela"' in text
    assert "most stubborn girl of our street. She never asked" in text
    for sample in records(life, "samples.jsonl"):
        if any("mbox" in n for n in sample["notes"]):
            said = " ".join(m["content"] for m in sample["messages"] if m["role"] == "assistant")
            assert "I was the most stubborn" not in said


def test_books_arrive_whole(life: Workspace) -> None:
    media = {m["title"]: m for m in records(life, "media.jsonl")}
    assert set(media) == {"The Salt Road"}
    assert (media["The Salt Road"]["kind"], media["The Salt Road"]["when"]) == ("book", "2014")
    assert media["The Salt Road"]["effect"] == (
        "really liked it, 4 of 5 stars. It made me call my mother. I read it twice that summer."
    )


def test_the_notes_are_read_without_a_complaint(life: Workspace) -> None:
    from refiner.notes import read_notes

    reading = read_notes(life.raw)
    assert not reading.failed
    assert {n.meta.kind for n in reading.notes} == {"chat", "letter", "note", "media"}


def test_an_import_does_not_touch_what_was_refined(life: Workspace, tmp_path: Path) -> None:
    before = {p: p.read_bytes() for p in life.raw.rglob("*.md")}
    assert bring(life, put(tmp_path, "goodreads.csv", BOOKS)) == 0
    assert {p: p.read_bytes() for p in life.raw.rglob("*.md")} == before
