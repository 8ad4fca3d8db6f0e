"""Damaged exports of every format: a plan or one expected message, never a traceback, and nothing is written."""

from __future__ import annotations

import contextlib
import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from exports import plan, put, workspace
from hypothesis import given, settings
from hypothesis import strategies as st

from refiner.errors import NoteError, RefinerError

CHAT = (
    "12/03/2019, 21:03 - Leela: did you reach?\n13/03/2019, 21:05 - Vikram: yes\nI slept\n"
    "13/03/2019, 21:06 - Leela: ok\n"
)
MAIL = (
    "From 1@x Mon Mar 03 10:11:12 +0000 2014\nMessage-ID: <a@x>\nDate: Mon, 03 Mar 2014 23:41:12 +0530\n"
    "From: =?utf-8?b?VmlrcmFtIFBpbGxhaQ==?= <vik@x.org>\nTo: l@x.org\nSubject: =?utf-8?q?caf=C3=A9?=\n"
    'Content-Type: multipart/alternative; boundary="B"\n\n'
    "--B\nContent-Type: text/plain; charset=utf-8; format=flowed\n\n"
    "words \nof mine\n\n-- \nV\n--B\nContent-Type: text/html; charset=utf-8\n\n<p>words</p>\n--B--\n\n"
)
TELEGRAM = json.dumps(
    {
        "name": "L",
        "type": "personal_chat",
        "id": 1,
        "messages": [
            {
                "id": 1,
                "type": "message",
                "date": "2020-01-01T10:00:00",
                "from": "Vikram",
                "from_id": "user1",
                "text": ["a", {"type": "bold", "text": "b"}],
            },
            {"id": 2, "type": "message", "date": "2020-01-01T10:00:00", "from": "L", "from_id": "user2", "text": "c"},
        ],
    },
    indent=1,
)
DAY_ONE = json.dumps(
    {
        "metadata": {"version": "1.0"},
        "entries": [
            {
                "uuid": "A",
                "creationDate": "2014-08-19T20:41:05Z",
                "timeZone": "Asia/Kolkata",
                "text": "words\\.",
                "photos": [{"a": 1}],
            }
        ],
    },
    indent=1,
)
BOOKS = (
    "Book Id,Title,Author,My Rating,Date Read,Exclusive Shelf,My Review,Private Notes\n"
    '1,"Salt, Road",M,4,2014/08/19,read,"It was <b>good</b>, ""yes"".\nTwice.",\n'
)
FILMS = (
    "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    "2019-05-04,H,1994,https://boxd.it/a,4.5,,,2019-05-03\n"
)
GAMES = json.dumps(
    {"response": {"games": [{"appid": 1, "name": "L", "playtime_forever": 90, "rtime_last_played": 1620000000}]}}
)
NOTE = "---\ndate: 2014-08-19\ntags: [a]\n---\n## 5 March 2011\n\n[[a|b]] ![[c]] x:: y\n> [!note] t\n> u\n"
EXPORTS = {
    "whatsapp": ("WhatsApp Chat with L.txt", CHAT),
    "mbox": ("m.mbox", MAIL),
    "telegram": ("result.json", TELEGRAM),
    "dayone": ("Journal.json", DAY_ONE),
    "goodreads": ("b.csv", BOOKS),
    "letterboxd": ("diary.csv", FILMS),
    "steam": ("g.json", GAMES),
    "markdown": ("j.md", NOTE),
    "obsidian": ("n.md", NOTE),
}
damage = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.sampled_from(["cut", "drop", "put", "twice"]),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=3,
)


def damaged(data: bytes, how: list[tuple[float, str, bytes]]) -> bytes:
    for place, what, more in how:
        at = int(place * len(data))
        data = {
            "cut": data[:at],
            "drop": data[:at] + data[at + len(more) :],
            "put": data[:at] + more + data[at + len(more) :],
            "twice": data[:at] + data[max(0, at - 20) :],
        }[what]
    return data


@pytest.mark.parametrize("name", EXPORTS)
def test_the_whole_export_is_read(name: str, tmp_path: Path) -> None:
    file, text = EXPORTS[name]
    for chosen in ("", name):
        made = plan(workspace(tmp_path / (chosen or "found")), put(tmp_path, file, text), format=chosen)
        assert made.format == ("markdown" if name == "obsidian" and not chosen else name)
        assert len(made.items) == 1


@pytest.mark.parametrize("name", EXPORTS)
def test_damage_is_one_message(name: str) -> None:
    file, text = EXPORTS[name]
    with tempfile.TemporaryDirectory() as folder:
        ws = workspace(Path(folder))

        @settings(max_examples=60)
        @given(damage, st.booleans())
        def check(how: list[tuple[float, str, bytes]], zipped: bool) -> None:
            data = damaged(text.encode(), how)
            path = put(Path(folder), file, data)
            if zipped:
                out = io.BytesIO()
                with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr(file, text)
                path = put(Path(folder), "x.zip", damaged(out.getvalue(), how))
            for chosen in ("", name):
                with contextlib.suppress(RefinerError):
                    for item in plan(ws, path, format=chosen).items:
                        assert item.text.encode()

        check()
        assert not [p for p in ws.raw.rglob("*") if p.name != "README.md"]


@pytest.mark.parametrize("minutes", ["1e999", "NaN", "9" * 400, "9" * 5000, "[" * 100_000])
def test_no_number_of_a_games_list_ends_in_a_traceback(tmp_path: Path, minutes: str) -> None:
    text = '{"games": [{"name": "Braid", "playtime_forever": %s}]}' % minutes  # noqa: UP031
    with pytest.raises(NoteError, match=r"games\.json"):
        plan(workspace(tmp_path), put(tmp_path, "games.json", text), format="steam")


@pytest.mark.parametrize("hours", ["inf", "nan", "1e300"])
def test_no_hours_of_a_games_table_end_in_a_traceback(tmp_path: Path, hours: str) -> None:
    with pytest.raises(NoteError, match=r"games\.csv:2"):
        plan(workspace(tmp_path), put(tmp_path, "games.csv", f"name,hours\nBraid,{hours}\n"), format="steam")


def test_a_nul_is_named_before_anything_is_written(tmp_path: Path) -> None:
    put(tmp_path / "vault", "a.md", "fine\n")
    put(tmp_path / "vault", "b.md", "one\nt\0wo\n")
    with pytest.raises(NoteError, match=r"b\.md:2: a NUL"):
        plan(workspace(tmp_path), tmp_path / "vault", format="markdown")


@pytest.mark.parametrize("text", ["[" * 3000 + "]" * 3000, "9" * 5000, '{"a":' * 3000 + "1" + "}" * 3000])
def test_a_chat_that_nests_or_counts_without_an_end_is_one_message(tmp_path: Path, text: str) -> None:
    message = '{"type": "message", "id": 1, "date": "2012-01-01T10:00:00", "from": "Leela", "text": %s}' % text  # noqa: UP031
    export = '{"name": "Leela", "type": "personal_chat", "id": 1, "messages": [%s]}' % message  # noqa: UP031
    with pytest.raises(NoteError, match=r"result\.json:1: this JSON"):
        plan(workspace(tmp_path), put(tmp_path, "result.json", export), format="telegram")


@pytest.mark.parametrize("rich", ["[" * 100_000, "9" * 5000, '{"contents": ' + "[" * 5000])
def test_an_entry_whose_rich_text_is_damaged_has_no_words(tmp_path: Path, rich: str) -> None:
    entries = [
        {"uuid": "A1", "creationDate": "0001-01-01T00:00:00Z", "timeZone": "America/New_York", "richText": rich},
        {"uuid": "B2", "creationDate": "2012-01-01T10:00:00Z", "timeZone": "Asia/Kolkata", "text": "I kept pigeons."},
    ]
    journal = put(tmp_path, "Journal.json", json.dumps({"metadata": {}, "entries": entries}))
    assert len(plan(workspace(tmp_path), journal, format="dayone").items) == 1


def test_a_journal_that_nests_before_its_entries_is_one_message(tmp_path: Path) -> None:
    journal = put(tmp_path, "Journal.json", '{"metadata": {}, "x": ' + "[" * 100_000 + ', "entries": []')
    with pytest.raises(NoteError, match=r"Journal\.json:1: this JSON"):
        plan(workspace(tmp_path), journal, format="dayone")


def test_a_mail_that_nests_without_an_end_is_left_out_and_the_next_comes_in(tmp_path: Path) -> None:
    head = "From: Vikram Pillai <v@example.org>\nTo: l@example.org\nDate: Sun, 01 Jan 2012 10:00:00 +0000\n"
    deep = "".join(f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(3000))
    mails = [f"{head}Message-ID: <1@x>\n{deep}", f"{head}Message-ID: <2@x>\n\nI kept pigeons.\n"]
    mbox = put(tmp_path, "all.mbox", "".join(f"From v@example.org Sun Jan  1 10:00:00 2012\n{m}\n" for m in mails))
    made = plan(workspace(tmp_path), mbox, format="mbox", me=("v@example.org",))
    assert len(made.items) == 1
