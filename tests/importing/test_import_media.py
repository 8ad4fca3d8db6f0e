"""Goodreads, Letterboxd and Steam: lists that refiner's media stage reads whole."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from exports import only, plan, put, texts, workspace

from refiner.errors import NoteError
from refiner.importing.media_notes import stars
from refiner.importing.planning import Plan
from refiner.models import Medium
from refiner.notes import note_from_text
from refiner.stages.media import media_of
from refiner.store import Workspace

BOOKS = '''Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,Number of Pages,Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,My Review,Spoiler,Private Notes,Read Count,Owned Copies
1,"The Salt Road (Coast, #1)",Mira Kurup,"Kurup, Mira",,"=""0""","=""0""",4,3.9,P,Paperback,200,2001,1999,2014/08/19,2014/08/01,,,read,"Made me call Amma.<br/><br/>Then I read it again, ""slowly"" &amp; aloud: <i>twice</i>.",,lent by Babu,2,1
2,Night Ferry,A. Das,"Das, A.",,"=""0""","=""0""",0,3.9,P,Paperback,200,2001,1999,,2014/08/01,,,to-read,,,,0,0
3,Rain: A Memoir,J. Paul,"Paul, J.",,"=""0""","=""0""",2,3.9,P,Paperback,200,2001,1999,,2016/08/01,,,read,,,,1,0
4,Half,A. Das,"Das, A.",,"=""0""","=""0""",0,3.9,P,Paperback,200,2001,1999,2015/1/2,2014/08/01,,,currently-reading,,,,0,0
5,Quarter,A. Das,"Das, A.",,"=""0""","=""0""",1,3.9,P,Paperback,200,2001,1999,2015/1/2,2014/08/01,,,dnf,,,,0,0
'''  # noqa: E501 - the header as Goodreads writes it


@pytest.fixture
def ws(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def media(made: Plan) -> dict[str, Medium]:
    return {m.title: m for i in made.items for m in media_of(note_from_text(i.text, i.path))}


def test_books(ws: Workspace, tmp_path: Path) -> None:
    made = plan(ws, put(tmp_path, "goodreads_library_export.csv", "\ufeff" + BOOKS))
    assert texts(made)["goodreads-books/books-2014.md"] == (
        "- *The Salt Road*, by Mira Kurup (book, read 19 August 2014, read 2 times): really liked it, 4 of 5 stars. "
        'Made me call Amma. Then I read it again, "slowly" & aloud: twice. lent by Babu'
    )
    assert texts(made)["goodreads-books/books-2015.md"].startswith(
        "- *Quarter*, by A. Das (book, put away 2 January 2015, not finished)"
    )
    found = media(made)
    assert {(m.title, m.kind, m.when) for m in found.values()} == {
        ("The Salt Road", "book", "2014"),
        ("Rain: A Memoir", "book", ""),
        ("Quarter", "book", "2015"),
    }
    assert found["Rain: A Memoir"].effect == "it was okay, 2 of 5 stars"
    assert dict(made.left) == {"books to read": 1, "books not finished yet": 1}


def test_films(ws: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "letterboxd-vik-2024-01-02-03-04-utc.zip"
    diary = "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(
            "diary.csv",
            diary + "2019-05-04,Harbour Lights,1994,https://boxd.it/a,4.5,,,2019-05-03\n"
            "2021-05-04,Harbour Lights,1994,https://boxd.it/c,5,Yes,,2021-05-03\n",
        )
        z.writestr(
            "reviews.csv",
            "Date,Name,Year,Letterboxd URI,Rating,Rewatch,Review,Tags,Watched Date\n"
            '2019-05-04,Harbour Lights,1994,https://boxd.it/a,4.5,,"I cried.\nIn the bus too.",,2019-05-03\n',
        )
        z.writestr(
            "ratings.csv",
            "Date,Name,Year,Letterboxd URI,Rating\n2019-05-04,Harbour Lights,1994,https://boxd.it/b,5\n"
            '2018-01-01,"Well, the Ninth",2010,https://boxd.it/z,2\n',
        )
        z.writestr(
            "watched.csv",
            'Date,Name,Year,Letterboxd URI\n2018-01-01,"Well, the Ninth",2010,https://boxd.it/z\n'
            "2018-01-01,Only Seen,1918,https://boxd.it/y\n",
        )
        z.writestr("watchlist.csv", "Date,Name,Year,Letterboxd URI\n2018-01-01,Wanted,2010,https://boxd.it/w\n")
        z.writestr("deleted/diary.csv", diary + "2019-05-04,Gone,1994,https://boxd.it/a,4.5,,,2019-05-03\n")
    made = plan(ws, path)
    assert texts(made) == {
        "letterboxd-films/films-2019.md": "- *Harbour Lights* (film, seen 3 May 2019, made in 1994): "
        "loved it, 4.5 of 5 stars. "
        "I cried. In the bus too.",
        "letterboxd-films/films-2021.md": "- *Harbour Lights* (film, seen again 3 May 2021, made in 1994): "
        "loved it, 5 of 5 stars",
        "letterboxd-films/films-undated.md": "- *Well, the Ninth* (film, made in ’10): it was okay, 2 of 5 stars\n"
        "- *Only Seen* (film)",
    }
    assert {(m.title, m.kind, m.when) for m in media(made).values()} == {
        ("Harbour Lights", "film", "2021"),
        ("Well, the Ninth", "film", ""),
        ("Only Seen", "film", ""),
    }
    single = put(
        tmp_path, "ratings.csv", "Date,Name,Year,Letterboxd URI,Rating\n2018-01-01,X,2010,https://boxd.it/z,3\n"
    )
    assert only(plan(ws, single)) == "- *X* (film, made in ’10): liked it, 3 of 5 stars"


GAMES = {
    "response": {
        "game_count": 3,
        "games": [
            {"appid": 1, "name": "Lantern Keep", "playtime_forever": 18720, "rtime_last_played": 1620000000},
            {"appid": 2, "name": "Unplayed", "playtime_forever": 0, "rtime_last_played": 0},
            {"appid": 3, "name": 'Zed_Zone* "Gold"', "playtime_forever": 12, "rtime_last_played": 0},
        ],
    }
}


def test_games(ws: Workspace, tmp_path: Path) -> None:
    made = plan(ws, put(tmp_path, "games.json", json.dumps(GAMES)))
    assert only(made) == (
        "- *Lantern Keep* (game, last played 3 May 2021): played for 312 hours\n"
        "- \"Zed_Zone* 'Gold'\" (game): played for less than an hour"
    )
    assert media(made)["Lantern Keep"].when == "2021"
    assert made.left["games never played"] == 1


@pytest.mark.parametrize(
    "table",
    [
        "game,id,hours,last_played\nLantern Keep,1,312.0,2021-05-03\nUnplayed,2,0,\n",
        "Name;AppID;Playtime (hours)\nLantern Keep;1;312,0\nUnplayed;2;\n",
        "appid,name,playtime_forever,rtime_last_played\n1,Lantern Keep,18720,1620000000\n2,Unplayed,0,0\n",
        "\ufeffTitle\tHours Played\nLantern Keep\t312 h\n",
    ],
)
def test_games_of_exporters(ws: Workspace, tmp_path: Path, table: str) -> None:
    made = plan(ws, put(tmp_path, "games.csv", table))
    assert only(made).startswith("- *Lantern Keep* (game")
    assert only(made).endswith(": played for 312 hours")


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("b.csv", BOOKS.replace("Date Read", "When"), r"b\.csv:1: there is no column Date Read"),
        ("b.csv", BOOKS.replace('"Kurup, Mira"', "Kurup, Mira, x, y"), r"b\.csv:2: this row has 27 cells"),
        ("b.csv", BOOKS[:-200] + '"never closed', r"b\.csv:\d+: this CSV is damaged"),
        ("g.json", json.dumps(GAMES)[:-9], r"g\.json:1: this JSON breaks off"),
        ("g.csv", "game,hours\nX,many\n", r"g\.csv:2: 'many' is no number"),
        ("b.csv", BOOKS.encode().replace(b"Amma", b"Amm\xe9"), r"b\.csv:2: byte 0xe9 is not UTF-8"),
    ],
)
def test_broken_lists_name_their_line(ws: Workspace, tmp_path: Path, name: str, text: str | bytes, where: str) -> None:
    kind = "goodreads" if name == "b.csv" else "steam"
    with pytest.raises(NoteError, match=where):
        plan(ws, put(tmp_path, name, text), format=kind)


@pytest.mark.parametrize(
    ("rating", "said"),
    [
        (0, ""),
        (0.5, "did not like it, 0.5 of 5 stars"),
        (1, "did not like it, 1 of 5 stars"),
        (3, "liked it, 3 of 5 stars"),
        (5, "loved it, 5 of 5 stars"),
    ],
)
def test_ratings_in_words(rating: float, said: str) -> None:
    assert stars(rating) == said
