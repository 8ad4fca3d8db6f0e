"""mbox: whose mail it is, and which of its words the writer wrote."""

from __future__ import annotations

import io
import quopri
from pathlib import Path

import pytest
from exports import bring, only, plan, put, texts, workspace

from refiner.errors import NoteError, UsageError
from refiner.importing.mail import messages
from refiner.importing.mail_body import own_words
from refiner.notes import note_from_text
from refiner.store import Workspace

OWN = """From 1@xxx Mon Mar 03 10:11:12 +0000 2014
X-Gmail-Labels: Sent,Important
Message-ID: <a1@example.org>
Date: Mon, 03 Mar 2014 23:41:12 +0530
From: "Vikram Pillai" <vik@example.org>
To: Leela Menon <leela@example.org>
Subject: The viva
Content-Type: text/plain; charset="UTF-8"

Dear Leela,

I failed it. I was too proud to ask.

>From here on I will ask.

Vikram

-- 
Room 12

On Mon, 3 Mar 2014 at 10:11, Leela Menon <leela@example.org>
wrote:

> How was it?

"""
OTHERS = """From 2@xxx Tue Mar 04 10:11:12 +0000 2014
Message-ID: <a2@example.org>
Date: Tue, 04 Mar 2014 09:00:00 +0530
From: Leela Menon <leela@example.org>
To: vik@example.org
Subject: =?utf-8?q?Re=3A_The_viva?=
Content-Type: text/html; charset="utf-8"

<div>You always were <b>stubborn</b>.</div><div>Eat something</div>
<div class="gmail_quote">On Mon wrote<blockquote>I failed it.</blockquote></div>

"""


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def _mail(body: str, **headers: str) -> str:
    head = {
        "From": "vik@example.org",
        "Message-ID": f"<{abs(hash(body + str(headers)))}@x>",
        "Date": "Tue, 04 Mar 2014 09:00:00 +0530",
        "Content-Type": "text/plain; charset=utf-8",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    return "From - Tue Mar 04 09:00:00 2014\n" + "".join(f"{k}: {v}\n" for k, v in head.items()) + f"\n{body}\n\n"


def test_a_letter_of_my_own(ws: Workspace, tmp_path: Path) -> None:
    made = plan(ws, put(tmp_path, "mail.mbox", OWN + OTHERS))
    assert (
        only(made)
        == "# The viva\n\nDear Leela,\n\nI failed it. I was too proud to ask.\n\nFrom here on I will ask.\n\nVikram"
    )
    note = note_from_text(made.items[0].text)
    assert (note.meta.kind, note.meta.author, note.meta.date) == ("letter", "self", "2014-03-03")
    assert made.items[0].path.startswith("import/mbox-mail/2014/2014-03-03-the-viva-")
    assert made.left["mails that others wrote (--with NAME brings them)"] == 1


def test_letters_of_a_correspondent(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "mail.mbox", OWN + OTHERS)
    for who in ("Leela", "leela@example.org", "leela menon"):
        made = plan(ws, path, with_=[who])
        assert [i.draft.author for i in made.items] == ["self", "Leela Menon"]
    assert "You always were stubborn.\nEat something" in list(texts(made).values())[1]
    assert "# " not in list(texts(made).values())[1]  # the subject of a reply is not the sender's
    assert plan(ws, path, with_=["Asha"]).items == []


def test_what_is_no_letter_stays_out(ws: Workspace, tmp_path: Path) -> None:
    mails = [
        _mail("a", X_Gmail_Labels="Drafts"),
        _mail("b", X_Gmail_Labels="Spam,Unread"),
        _mail("c", List_Id="<news.example.org>"),
        _mail("d", Precedence="bulk"),
        _mail("e", Auto_Submitted="auto-replied"),
        _mail("> only a quotation"),
        _mail("twice", Message_ID="<t@x>"),
        _mail("twice", Message_ID="<t@x>"),
        _mail("no day", Date="some day"),
        _mail("gone", X_Mozilla_Status="0009"),
    ]
    made = plan(ws, put(tmp_path, "Sent.mbox", "".join(mails)), me=["vik@example.org"])
    assert only(made) == "twice"
    assert dict(made.left) == {
        "drafts, spam, chats and deleted mails": 3,
        "mails of lists": 2,
        "automatic answers": 1,
        "mails without words of the sender's own": 1,
        "mails that stand there twice": 1,
        "mails without a date": 1,
    }


def test_charsets_and_parts(ws: Workspace, tmp_path: Path) -> None:
    latin = quopri.encodestring("Grüße aus Köln, naïve".encode("latin-1")).decode()
    mails = [
        _mail(latin, Content_Type="text/plain; charset=iso-8859-1", Content_Transfer_Encoding="quoted-printable"),
        _mail("4KSo4KSu4KS44KWN4KSk4KWH", Content_Type="text/plain; charset=utf-8", Content_Transfer_Encoding="base64"),
        _mail("odd charset", Content_Type="text/plain; charset=x-nobody-knows"),
        _mail(
            "a line that the program \nwrapped softly\nand one that I ended", Content_Type="text/plain; format=flowed"
        ),
        _mail(
            "--B\nContent-Type: text/plain; charset=utf-8\n\nplain words\n"
            "--B\nContent-Type: text/html\n\n<p>html words</p>\n"
            '--B\nContent-Type: image/png; name="x.png"\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--B--',
            Content_Type="multipart/mixed; boundary=B",
        ),
    ]
    made = plan(ws, put(tmp_path, "Sent", "".join(mails)), me=["vik@example.org"])
    assert set(texts(made).values()) == {
        "Grüße aus Köln, naïve",
        "नमस्ते",
        "odd charset",
        "a line that the program wrapped softly\nand one that I ended",
        "plain words",
    }
    assert made.left["attachments"] == 1
    forwarded = _mail(
        "--B\nContent-Type: text/plain\n\nsee this\n"
        "--B\nContent-Type: message/rfc822\n\nFrom: l@x.org\n\nold words\n--B--",
        Content_Type="multipart/mixed; boundary=B",
    )
    assert only(plan(ws, put(tmp_path, "Forwarded", forwarded), me=["vik@example.org"])) == "see this"


@pytest.mark.parametrize(
    ("body", "own"),
    [
        ("Top.\n\nAm 03.03.2014 um 10:11 schrieb Leela <l@x.org>:\n> alt\n> älter", "Top."),
        ("Arriba.\n\nEl lun, 3 mar 2014 a las 10:11, Leela (<l@x.org>) escribió:\n\n> viejo", "Arriba."),
        ("ऊपर।\n\nसोम, 3 मार्च 2014 को 10:11 पर Leela <l@x.org> ने लिखा:\n> पुराना", "ऊपर।"),
        ("Top.\n\n-----Original Message-----\nFrom: Leela\nSent: Monday\n\nold words", "Top."),
        (
            "Top.\n\n________________________________\nFrom: Leela <l@x.org>\n"
            "Sent: 3 March 2014 10:11\nTo: V\nSubject: x\n\nold",
            "Top.",
        ),
        ("See below.\n\n---------- Forwarded message ---------\nFrom: X\n\nold", "See below."),
        ("On 3 March 2014, Leela wrote:\n> one?\nYes.\n> two?\nNo.", "Yes.\nNo."),
        ("Top.\n\nSent from my iPhone", "Top."),
        ("Sent from my heart.\n\nTruly.", "Sent from my heart.\n\nTruly."),
        (
            "Thanks, for the books.\nBest, of all: the red one.\n- one\n- two",
            "Thanks, for the books.\nBest, of all: the red one.\n- one\n- two",
        ),
        ("On Monday he wrote:\nI am gone.\nAnd I cried.", "On Monday he wrote:\nI am gone.\nAnd I cried."),
        ("From: the bottom of my heart.\nI mean it.", "From: the bottom of my heart.\nI mean it."),
        ("Top.\n\nOn 3 March 2014 at 10:11, Leela wrote:\n\nold words without a mark", "Top."),
    ],
)
def test_only_the_words_of_the_writer_stay(body: str, own: str) -> None:
    assert own_words(body) == own


def test_broken_mailboxes_name_their_line(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(NoteError, match=r"x:1: an mbox begins"):
        list(messages(io.BytesIO(b"Subject: a\n\nb\n"), "x"))
    with pytest.raises(NoteError, match=rf"mail\.mbox:{OWN.count(chr(10)) + 1}: this mail has no headers"):
        plan(ws, put(tmp_path, "mail.mbox", OWN + "From 3@xxx Tue Mar 04 10:11:12 +0000 2014\n\n\n"))


def test_apple_mails_folders_and_thunderbirds_files(ws: Workspace, tmp_path: Path) -> None:
    put(tmp_path / "Letters.mbox", "mbox", OWN)
    put(tmp_path / "Letters.mbox", "table_of_contents", b"\0\1")
    assert plan(ws, tmp_path / "Letters.mbox").items[0].path.startswith("import/mbox-letters/2014/")
    put(tmp_path / "profile", "Sent", OWN)
    put(tmp_path / "profile", "Sent.msf", "// <!-- <mdb:mork:z/> -->")
    assert plan(ws, tmp_path / "profile").items[0].path.startswith("import/mbox-sent/2014/")


def test_nobody_is_me(ws: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        plan(ws, put(tmp_path, "mail.mbox", OTHERS))
    assert "leela@example.org (1)" in error.value.message
    assert "--me ADDRESS" in error.value.mend


def test_a_later_mailbox_brings_only_new_letters(ws: Workspace, tmp_path: Path) -> None:
    path = put(tmp_path, "mail.mbox", OWN)
    assert (bring(ws, path), bring(ws, path)) == (1, 0)
    put(
        tmp_path,
        "mail.mbox",
        OWN + OTHERS + _mail("Second letter.", From="Vikram Pillai <v@example.org>", Subject="Again"),
    )
    assert bring(ws, path) == 1
