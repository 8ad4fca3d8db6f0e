"""The table itself: what goes out comes back, whatever stands around it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refiner.asking.standins import StandIns

TABLE = StandIns(
    (
        ("Ravi", "Suresha"), ("Ravindra", "Devdutt"), ("Kumar", "Tripathi"), ("Rao", "Kulkarni"), ("Raos", "Wagle"),
        ("Rose", "Jahnavi"), ("Asha", "Nandana"), ("Daya", "Faiyaz"), ("May", "Urvashi"), ("Nilu", "Nirmala"),
        ("José", "Basilio"), ("मन्नू", "Bhupesh"), ("रवि", "Raghav"), ("McKay", "Thampi"),
        ("Mckay", "Oberoy"), ("VFJ", "QXZJK"),
        ("Pune", "Sonagarh"), ("New Market", "Belakheda Chowkpura"), ("ravi_codes", "kallu_vox"),
        ("Ravi.K9", "Montu.Ray7"),
        ("ravi@mail.in", "inbox101@post.example"), ("https://ravi.in/x", "https://site101.example"),
        ("+91 98230 41234", "+14 55501 37702"), ("flat 302", "flat 517"), ("4471", "7624"),
    ),
    frozenset({"Rose", "Asha", "Daya", "May"}),
    ("Ravi and the Rose",),
)  # fmt: skip
REALS = [form for real, _ in TABLE.table for form in (real, real.lower(), real.upper(), real.title())]
AROUND = [
    "", " ", ".", ",", "'s", "’s", "s", "ji", "-", "_", "*", "**", ">>", "<<", "(", ")", 
    "\n", "\\n", "\\u201c", "\\u12", "\\", "\\\\",
    '"', "“", "@", "/", ":", "1", "é", "\u0301", "\u200d", "क", "ि",
    "shing", "New ", "flat ", "rose", "may", "and the ", "Ravi and the Rose",
    "{}", "%s", "$1", "\\1", "\\g<0>", "\x00", "İ", "ß", "ﬁ",
]  # fmt: skip
pieces = st.one_of(st.sampled_from(REALS), st.sampled_from(AROUND), st.characters(codec="utf-8"))
texts = st.lists(pieces, max_size=14).map("".join).filter(
    lambda text: not any(new.lower() in text.lower() for _, new in TABLE.table)
)  # fmt: skip


@given(texts)
def test_what_goes_out_comes_back(text: str) -> None:
    assert TABLE.uncover(TABLE.cover(text)) == text


@given(texts)
def test_json_stays_json(text: str) -> None:
    said = json.dumps({"quote": TABLE.cover(text)})
    assert json.loads(TABLE.uncover(said)) == {"quote": text}
    said = json.dumps({"quote": TABLE.cover(text)}, ensure_ascii=False)
    assert json.loads(TABLE.uncover(said)) == {"quote": text}


@given(st.text(alphabet='Ab"\\\n\té“', min_size=1, max_size=8), texts)
def test_a_real_that_json_escapes_gives_valid_json(real: str, text: str) -> None:
    table = StandIns(((real, "Qorvexa"), ("Ravi", "Suresha")))
    answer = table.uncover(json.dumps({"who": "Qorvexa", "why": "SURESHA's"}))
    assert json.loads(answer) == {"who": real, "why": "RAVI's"}
    assert "Qorvexa" in table.cover(f"({real})") or not real.strip()


@pytest.mark.parametrize(
    ("real", "covered"),
    [
        ("Ravi", "Suresha"),
        ("RAVI", "SURESHA"),
        ("ravi", "suresha"),
        ("Ravi's", "Suresha's"),
        ("Raviji met the Raos and Kumars", "Sureshaji met the Wagle and Tripathis"),
        ("Ravi-Kumar, (Ravi)", "Suresha-Tripathi, (Suresha)"),
        (">>Ravi<< said", ">>Suresha<< said"),
        ("_Ravi_ **RAO**", "_Suresha_ **KULKARNI**"),
        ("Ravishing Travis", "Ravishing Travis"),
        ("a rose for Rose in may, May", "a rose for Jahnavi in may, Urvashi"),
        ("Ravi Kumar ravi_codes ravi@mail.in", "Suresha Tripathi kallu_vox inbox101@post.example"),
        ("रवि, मन्नू", "Raghav, Bhupesh"),
        ("I read Ravi and the Rose", "I read Ravi and the Rose"),
        ("in flat 302, not flat 3021 or 144712", "in flat 517, not flat 3021 or 144712"),
        ("C:\\nilu\\ravi", "C:\\nirmala\\suresha"),
    ],
)
def test_cover(real: str, covered: str) -> None:
    assert TABLE.cover(real) == covered
    assert TABLE.uncover(covered) == real


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("sUrEsHa SURESHA'S suresha’s", "Ravi RAVI'S ravi’s"),
        ("the Kulkarnis", "the Raos"),
        ('{"who": "\\nSuresha\\tKulkarni\\u2019s"}', '{"who": "\\nRavi\\tRao\\u2019s"}'),
        ("INBOX101@post.example", "ravi@mail.in"),
        ("jahnavi", "Rose"),
        ("qxzjk Qxzjk", "vfj VFJ"),
        ("Sureshas", "Ravis"),
    ],
)
def test_uncover_reads_what_a_model_writes(answer: str, read: str) -> None:
    assert TABLE.uncover(answer) == read


def test_an_answer_that_is_sent_again_is_covered_again() -> None:
    table = StandIns((('the "Fox"\\', "Qorvexa"), ("Ravi", "Suresha")))
    answer = '{"why": "Qorvexa and\\nSuresha"}'
    assert table.cover(table.uncover(answer)) == answer


def test_an_empty_table_changes_nothing() -> None:
    assert StandIns().cover("Ravi") == StandIns().uncover("Ravi") == "Ravi"
