"""WhatsApp and Telegram: every shape of their exports, who is who, and what is nobody's words."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from exports import only, plan, put, texts, workspace

from refiner.errors import NoteError, UsageError
from refiner.notes import note_from_text
from refiner.store import Workspace

ANDROID = """12/03/2019, 21:03 - Messages and calls are end-to-end encrypted. No one outside of this chat can read them.
12/03/2019, 21:03 - Leela Menon: did you reach?
13/03/2019, 21:05 - Vikram Pillai: Reached. Train was two hours late.
I slept on my bag
13/03/2019, 21:06 - Leela Menon: <Media omitted>
13/03/2019, 21:07 - Vikram Pillai: IMG-20190313-WA0001.jpg (file attached)
the view from here
13/03/2019, 21:08 - Leela Menon: You deleted this message
13/03/2019, 21:09 - Missed voice call
13/03/2019, 21:09 - Leela Menon: nice. Plan: we meet at five https://example.org/x?y=z
13/03/2019, 21:10 - Vikram Pillai: video call, at nine? I never told you: I am afraid
"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def test_an_android_export(ws: Workspace, tmp_path: Path) -> None:
    made = plan(ws, put(tmp_path, "WhatsApp Chat with Leela Menon.txt", ANDROID))
    assert [i.path for i in made.items] == ["import/whatsapp-leela-menon/2019-03.md"]
    assert only(made).replace("  \n", "\n") == (
        "## 2019-03-12\n\nLeela Menon: did you reach?\n\n## 2019-03-13\n\n"
        "Me: Reached. Train was two hours late. I slept on my bag\nMe: the view from here\nLeela Menon: nice.\n"
        "Leela Menon: Plan: we meet at five\nMe: video call, at nine?\nMe: I never told you: I am afraid"
    )
    assert dict(made.left) == {
        "WhatsApp's own lines": 1,
        "pictures, voice messages and files": 2,
        "deleted messages": 1,
        "calls": 1,
        "links": 1,
    }
    note = note_from_text(made.items[0].text)
    assert (note.meta.kind, note.meta.date, note.meta.author) == ("chat", "2019-03", "self")
    assert [e.date for e in note.entries if e.date] == ["2019-03-12", "2019-03-13"]
    assert made.items[0].draft.others == (("Leela Menon", 2),)


def test_an_ios_export_in_its_zip(ws: Workspace, tmp_path: Path) -> None:
    lrm, thin = "\u200e", "\u202f"
    chat = (
        f"[3/14/21, 9:05:11{thin}PM] Hostel Gang: {lrm}Messages and calls are end-to-end encrypted.\r\n"
        f"[3/14/21, 9:06:00{thin}PM] ~{thin}Babu 🎸: who has the mess card\r\n"
        f"[3/14/21, 9:06:10{thin}PM] +91 98470 12345: not me: ask Babu\r\n"
        f"{lrm}[3/14/21, 9:07:10{thin}PM] Vikram Pillai: {lrm}image omitted\r\n"
        f"{lrm}[3/14/21, 9:07:40{thin}PM] Vikram Pillai: look at this {lrm}<attached: 00000012-PHOTO.jpg>\r\n"
        f"[3/14/21, 9:08:10{thin}PM] Vikram Pillai: I have it. {lrm}<This message was edited>\r\n"
        f"[3/14/21, 9:09:10{thin}PM] Babu 🎸: {lrm}Voice call, {lrm}4 min\r\n"
        f"[3/14/21, 9:10:10{thin}PM] Vikram Pillai: thanks @\u2068Babu\u2069\r\n"
    )
    path = tmp_path / "WhatsApp Chat - Hostel Gang.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("_chat.txt", chat)
        archive.writestr("00000012-PHOTO.jpg", b"\xff\xd8")
    made = plan(ws, path)
    assert [i.path for i in made.items] == ["import/whatsapp-hostel-gang/2021-03.md"]
    assert only(made).splitlines()[2:] == [
        "Babu: who has the mess card  ",
        "Number-2345: not me: ask Babu  ",
        "Me: look at this  ",
        "Me: I have it.  ",
        "Me: thanks @Babu",
    ]
    assert any("Number-2345" in said for said in made.said)
    assert made.left["calls"] == 1


@pytest.mark.parametrize(
    ("first", "second", "days"),
    [
        ("25/12/2019, 21:03 - ", "26/12/2019, 1:03 pm - ", ["2019-12-25", "2019-12-26"]),
        ("12/25/19, 9:03\u202fPM - ", "12/26/19, 1:03\u202fPM - ", ["2019-12-25", "2019-12-26"]),
        ("02.03.19, 21:03 - ", "03.03.19, 01:03 - ", ["2019-03-02", "2019-03-03"]),
        ("2019-03-02, 21:03 - ", "2019-03-03, 01:03 - ", ["2019-03-02", "2019-03-03"]),
        ("25/12/19 9:03 p. m. - ", "26/12/19 1:03 a. m. - ", ["2019-12-25", "2019-12-26"]),
        ("२५/१२/१९, ९:०३ अपराह्न - ", "२६/१२/१९, ९:०३ अपराह्न - ", ["2019-12-25", "2019-12-26"]),
        ("[25.12.19, 21:03:59] ", "[26.12.19, 21:03:59] ", ["2019-12-25", "2019-12-26"]),
        ("[2019/12/25, 21:03:59] ", "[2019/12/26, 21:03:59] ", ["2019-12-25", "2019-12-26"]),
    ],
)
def test_clocks_and_orders(ws: Workspace, tmp_path: Path, first: str, second: str, days: list[str]) -> None:
    made = plan(ws, put(tmp_path, "_chat.txt", f"{first}Leela: hello there\n{second}Vikram: hello\n"))
    assert [line[3:] for line in only(made).splitlines() if line.startswith("##")] == days


def test_the_order_of_day_and_month(ws: Workspace, tmp_path: Path) -> None:
    def chat(*stamps: str) -> Path:
        lines = [f"{s}, 21:03 - {who}: word" for s, who in zip(stamps, ["Leela", "Vikram"] * 9, strict=False)]
        return put(tmp_path, "WhatsApp Chat with Leela.txt", "\n".join(lines) + "\n")

    # A chat runs forward in time: only month/day does here.
    made = plan(ws, chat("01/02/2019", "01/05/2019", "02/03/2019"))
    assert "## 2019-01-02" in only_first(made)
    assert made.items[-1].draft.last == "2019-02-03"
    with pytest.raises(UsageError, match=r"day/month or month/day") as error:
        plan(ws, chat("01/02/2019", "02/03/2019"))
    assert "--dates dmy" in error.value.mend
    assert plan(ws, chat("01/02/2019", "02/03/2019"), dates="mdy").items[0].draft.first == "2019-01-02"
    assert plan(ws, chat("01/02/2019", "02/03/2019"), dates="dmy").items[0].draft.first == "2019-02-01"
    with pytest.raises(NoteError, match=r":3: day and month stand the other way round"):
        plan(ws, chat("01/02/2019", "13/03/2019", "03/14/2019"))
    german = "01/02/2019, 21:03 - Nachrichten und Anrufe sind Ende-zu-Ende-verschlüsselt.\n"
    path = chat("01/02/2019", "02/03/2019")
    put(tmp_path, path.name, german + path.read_text())
    assert plan(ws, path).items[0].draft.first == "2019-02-01"
    with pytest.raises(NoteError, match=r":2: 1/13/2019 is no date when read as dmy"):
        plan(ws, chat("01/02/2019", "01/13/2019"), dates="dmy")


def only_first(made: Any) -> str:
    return next(iter(texts(made).values()))


@pytest.mark.parametrize(
    "line",
    [
        "<Medien ausgeschlossen>",
        "<Multimedia omitido>",
        "<मीडिया छोड़ा गया>",
        "Du hast diese Nachricht gelöscht.",
        "Eliminaste este mensaje.",
        "आपने यह मैसेज डिलीट किया",
        "Missed video call",
        "This message was deleted",
        "\u200eBild weggelassen",
        "\u200eWhatever a later version writes",
    ],
)
def test_whatsapps_own_words_in_other_languages(ws: Workspace, tmp_path: Path, line: str) -> None:
    made = plan(
        ws, put(tmp_path, "_chat.txt", f"25/12/19, 21:03 - Vikram: {line}\n25/12/19, 21:04 - Vikram: but this\n")
    )
    assert only(made).splitlines()[2:] == ["Me: but this"]
    assert made.left.total() == 1


def test_who_is_me(ws: Workspace, tmp_path: Path) -> None:
    path = put(
        tmp_path, "_chat.txt", "25/12/19, 21:03 - Leela: hi\n25/12/19, 21:04 - Monu: yes\n25/12/19, 21:04 - Leela: so\n"
    )
    with pytest.raises(UsageError) as error:
        plan(ws, path)
    assert "Leela (2), Monu (1)" in error.value.message
    assert '--me "NAME"' in error.value.mend
    assert "Me: yes" in only(plan(ws, path, me=["monu"]))
    with pytest.raises(UsageError, match="nobody fits --me"):
        plan(ws, path, me=["Asha"])
    put(tmp_path / "two", "WhatsApp Chat with Leela.txt", ANDROID)
    put(tmp_path / "two", "WhatsApp Chat with Monu.txt", path.read_text())
    made = plan(ws, tmp_path / "two")
    assert [i.path.split("/")[1] for i in made.items] == ["whatsapp-leela"]
    assert any("Monu: which of them are you" in said for said in made.said)
    # Another person with the narrator's first name is not taken for the narrator by any reader.
    both = put(tmp_path, "_chat.txt", "25/12/19, 21:03 - Vikram Das: hi\n25/12/19, 21:04 - Vikram Pillai: yes\n")
    assert only(plan(ws, both)).splitlines()[2::2] == ["Other Vikram Das: hi  ", "Me: yes"]
    assert "Tall V: hi" in only(plan(ws, both, call=["Vikram Das=Tall V"]))


def test_only_my_lines_and_only_some_chats(ws: Workspace, tmp_path: Path) -> None:
    said = "".join(
        f"25/12/19, 21:0{n} - {who}: word {n}\n" for n, who in enumerate(("A", "B", "Vikram", "A", "A", "B"))
    )
    put(tmp_path / "chats", "WhatsApp Chat with Gang.txt", said)
    put(tmp_path / "chats", "WhatsApp Chat with Leela.txt", ANDROID.replace("Leela Menon", "Leela"))
    made = plan(ws, tmp_path / "chats", mine_only=True, with_=["gang"])
    assert only(made).splitlines()[2::2] == ["B: word 1  ", "Me: word 2"]
    assert made.left["messages of others (--mine-only)"] == 4
    assert made.left["messages of chats that --with does not name"] == 5
    assert len(plan(ws, tmp_path / "chats").items) == 2


def test_since_and_until_keep_whole_days(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "WhatsApp Chat with Leela Menon.txt", ANDROID)
    assert plan(ws, path, since="2019-03-13").items[0].draft.first == "2019-03-13"
    made = plan(ws, path, until="2019-03-12")
    assert made.items[0].draft.last == "2019-03-12"
    assert made.left["outside of --since and --until"] == 4
    assert len(plan(ws, path, since="2019", until="2019").items) == 1
    assert plan(ws, path, since="2019-04").items == []


def _telegram(**more: Any) -> dict[str, Any]:
    def message(number: int, who: str, text: Any, day: str = "2020-01-01", **rest: Any) -> dict[str, Any]:
        return {
            "id": number,
            "type": "message",
            "date": f"{day}T10:0{number}:00",
            "date_unixtime": "1577853060",
            "from": who,
            "from_id": {"Leela": "user2"}.get(who, "user1"),
            "text": text,
            "text_entities": [],
            **rest,
        }

    return {
        "name": "Leela",
        "type": "personal_chat",
        "id": 4711,
        **more,
        "messages": [
            {
                "id": 0,
                "type": "service",
                "date": "2020-01-01T09:00:00",
                "actor": "Leela",
                "action": "phone_call",
                "text": "",
            },
            message(1, "Leela", "Happy new year"),
            message(
                2,
                "V. P.",
                ["Same ", {"type": "bold", "text": "to you"}, {"type": "link", "text": "https://example.org"}],
                edited="2020-01-01T10:03:00",
            ),
            message(3, "V. P.", "Breaking news", forwarded_from="A channel"),
            message(4, "V. P.", "", media_type="sticker", file="(File not included)", sticker_emoji="🙂"),
            message(5, "Leela", "see", "2020-02-02", photo="photos/1.jpg"),
            message(6, "V. P.", "007: seen", "2020-02-02"),
        ],
    }


def test_a_telegram_chat(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "result.json", json.dumps(_telegram(), ensure_ascii=False, indent=1))
    made = plan(ws, path, me=["V. P."])
    assert texts(made) == {
        "telegram-leela/2020-01.md": "## 2020-01-01\n\nLeela: Happy new year  \n\nMe: Same to you",
        "telegram-leela/2020-02.md": "## 2020-02-02\n\nLeela: see  \n\nMe: 007: seen",
    }
    assert made.left["forwarded messages (somebody else's words)"] == 1
    assert made.left["pictures, voice messages and files"] == 2
    assert made.left["calls"] == 1


def test_all_telegram_chats_say_themselves_who_is_me(ws: Workspace, tmp_path: Path) -> None:
    whole = {
        "about": "…",
        "personal_information": {"user_id": 1, "first_name": "V."},
        "chats": {
            "about": "…",
            "list": [
                _telegram(),
                _telegram(name="Leela", id=99),
                _telegram(name="Offers", type="public_channel", id=3),
                {**_telegram(id=5), "name": None, "messages": []},
            ],
        },
        "left_chats": {"list": [_telegram(name="Old group", type="private_group", id=7)]},
    }
    path = put(tmp_path, "result.json", json.dumps(whole))
    made = plan(ws, path)
    assert {i.path.split("/")[1] for i in made.items} == {"telegram-leela", "telegram-leela-99", "telegram-old-group"}
    assert made.left["messages of channels"] == 7
    assert all("Me: " in i.text for i in made.items)
    silent = {**whole, "chats": {"list": [_telegram(), {**_telegram(id=8), "messages": _telegram()["messages"][:2]}]}}
    made = plan(ws, put(tmp_path, "result.json", json.dumps(silent)))
    assert made.left["messages of chats in which you wrote nothing"] == 1
    broken = put(tmp_path, "result.json", json.dumps(whole, indent=1)[:900])
    with pytest.raises(NoteError, match=r"result\.json:\d+: this JSON breaks off"):
        plan(ws, broken)


def test_a_month_of_many_messages_becomes_three_notes(ws: Workspace, tmp_path: Path) -> None:
    lines = [
        f"{d:02}/03/2019, 21:{n % 60:02} - {who}: word {n}"
        for d in range(1, 32)
        for n in range(50)
        for who in ("Leela", "Vikram")
    ]
    path = put(tmp_path, "WhatsApp Chat with Leela.txt", "\n".join(lines) + "\n")
    made = plan(ws, path)
    assert [i.path.rpartition("/")[2] for i in made.items] == [
        "2019-03-days-01-10.md",
        "2019-03-days-11-20.md",
        "2019-03-days-21-31.md",
    ]
    assert [(i.draft.first[8:], i.draft.last[8:]) for i in made.items] == [("01", "10"), ("11", "20"), ("21", "31")]
