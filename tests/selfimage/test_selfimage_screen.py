"""What `refiner selfimage` prints: widths, signs instead of colours, untrusted words, JSON, one trait."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from image_life import CONFIG, edit, note
from rich.cells import cell_len
from rich.console import Console

from refiner import report_selfimage
from refiner.config import Config
from refiner.console import Output
from refiner.errors import UsageError
from refiner.models import Edit, Message, Note, Sample
from refiner.report_selfimage import as_json, lines
from refiner.stages.self_image_life import LifeImage, life_image

NOTE = note()
HERS = note("---\nauthor: Meera\n---\nHe was short-tempered with the cook.\n", "meera.md")
GONE = edit(NOTE, "I always shouted at the conductor over the change. ", "")
SOFT = edit(NOTE, "still very short-tempered", "still a bit short-tempered")
NICE = edit(NOTE, "The tea was good", "The tea was lovely, wonderful and great")


def image(notes: list[Note] | None = None, edits: list[Edit] | None = None, config: Config = CONFIG) -> LifeImage:
    given = {NOTE.path: [GONE, SOFT, NICE] if edits is None else edits}
    told = (Message(role="assistant", content="I was lying to my aunt the whole week."),)
    samples = [Sample(id="s", kind="memory", messages=told, notes=("bus.md",))]
    return life_image(notes or [NOTE, HERS], given, config, None, (), samples)


def screen(found: LifeImage, width: int, *, colour: bool = False, encoding: str = "utf-8") -> str:
    show = Output()
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace", newline="")
    show.out = Console(
        file=stream, width=width, force_terminal=colour, color_system="standard" if colour else None,
        no_color=not colour, highlight=False, markup=False, emoji=False, soft_wrap=True, legacy_windows=False,
    )  # fmt: skip
    for line in lines(show, found, CONFIG, ()):
        report_selfimage._print(show, line)
    stream.flush()
    return stream.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = screen(image(), width)
    assert max(cell_len(line) for line in text.splitlines() if "refiner review" not in line) <= width
    assert "\x1b" not in text


def test_the_counts_stand_first() -> None:
    rows = screen(image(), 80).splitlines()
    assert rows[0].split() == ["raw", "refined", "kept", "samples"]
    assert rows[1].split() == ["short-tempered", "3", "1", "33", "%", "0"]
    assert rows[2].split() == ["tells", "lies", "2", "2", "100", "%", "1"]
    assert rows[3].split() == ["all", "together", "5", "3", "60", "%", "1"]
    assert rows[4] == "below the floor of 90 %: refiner export stops until some of it is back"


def test_what_is_lost_comes_first_with_the_way_back() -> None:
    text = screen(image(), 80)
    part = text[text.index("short-tempered: 1 gone, 1 softened, 1 kept") :]
    gone, soft, kept_ = (part.index(f"  {s} · ") for s in ("gone", "softened", "kept"))
    assert gone < soft < kept_
    assert f"→ refiner review --reject {GONE.id}" in part[gone:soft]
    assert "softened · bus.md · brings in “a bit” · takes away “very” · in no sample" in part
    assert "[-very-]{+a bit+}" in part
    assert "kept · meera.md · told by Meera" in part
    assert "in 1 sample" in part


def test_the_drift_of_the_notes() -> None:
    text = screen(image(), 120)
    assert "How the changed sentences sound (-1 to 1)" in text
    assert "bus.md (3 changed sentences:" in text
    assert "more pleasant than you told it" in text


def test_side_by_side_where_there_is_room() -> None:
    narrow, wide = screen(image(), 119), screen(image(), 140)
    row = next(r for r in wide.splitlines() if "[-very-]" in r)
    assert "{+a bit+}" in row
    assert row.index("{+a bit+}") > 70 > row.index("[-very-]")
    assert "[-very-]{+a bit+}" in narrow


def test_colours_and_signs() -> None:
    coloured = screen(image(), 80, colour=True)
    assert "\x1b[" in coloured
    assert "[-" not in coloured
    assert "\x1b" not in screen(image(), 80)


def test_notes_are_not_trusted() -> None:
    where = note("I shouted [bold]at[/bold] \x1b[31mthe\u202e cook. The tea was good.", "e\x1bvil.md")
    text = screen(image([where], []), 80)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "[bold]at[/bold] ␛[31mthe<U+202E> cook" in text
    assert "e␛vil.md" in text


def test_a_terminal_without_unicode() -> None:
    text = screen(image(), 80, encoding="ascii")
    assert "?" not in text
    assert 'brings in "a bit"' in text


def test_long_and_wide_names_of_traits() -> None:
    trait: dict[str, Any] = {"id": "t", "polarity": "negative", "name": "गुस्सा " * 12 + "short-tempered"}
    config = Config.from_dict({"traits": [trait]})
    text = screen(life_image([NOTE], {}, config, None), 60)
    assert max(cell_len(line) for line in text.splitlines()) <= 60


def test_what_only_others_say() -> None:
    text = screen(image([HERS], []), 200)
    assert "What only others say" in text
    assert (
        "Meera says that you are short-tempered (meera.md: “He was short-tempered with the cook.”); you never do"
        in text
    )
    assert "What only others say" not in screen(image(), 80)


def test_data_for_programs() -> None:
    data = json.loads(json.dumps(as_json(image(), CONFIG, ())))
    assert (data["floor"], data["share"], data["below_floor"]) == (0.9, 0.6, [""])
    temper = data["traits"][0]
    assert (temper["raw"], temper["refined"], temper["softened"], temper["gone"], temper["samples"]) == (3, 1, 1, 1, 0)
    first = temper["evidence"][0]
    assert (first["state"], first["voice"], first["brings_back"]) == (
        "gone", "narrator", [f"refiner review --reject {GONE.id}"],
    )  # fmt: skip
    assert NOTE.text[first["start"] : first["end"]] == "I always shouted at the conductor over the change."
    assert data["valence"][0]["note"] == "bus.md"


def test_one_trait(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    chain = SimpleNamespace(people=())
    made: Any = SimpleNamespace(life=SimpleNamespace(config=CONFIG, chain=chain))
    monkeypatch.setattr(report_selfimage, "image_of", lambda life, made: image())
    for words in ("lies", "TELLS LIES", "lying"):
        report_selfimage.selfimage(Output(), made, words)
        text = capsys.readouterr().out
        assert "tells lies: 2 kept" in text
        assert "short-tempered" not in text
        assert "all together" not in text
    with pytest.raises(UsageError, match='"kind" is not watched: it is positive'):
        report_selfimage.selfimage(Output(), made, "kind")
    with pytest.raises(UsageError, match="refiner selfimage --trait temper"):
        report_selfimage.selfimage(Output(), made, "tempr")
