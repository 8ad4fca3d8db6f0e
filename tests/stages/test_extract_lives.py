# ruff: noqa: E501 (the lives are prose)
"""Whole lives, read from plain notes alone: no trait that is over may be taken as living, and most must be right."""

from __future__ import annotations

from collections import Counter

import pytest

from refiner.config import Config
from refiner.notes import note_from_text
from refiner.stages.extract import extract, link_events
from refiner.timeline import resolve

NOW = "2026-01-01"

# Each life: birth, traits as (id, name, description, polarity), notes as (path, text), what holds today.
LIVES = {
    "kiran": (
        "1984-02-11",
        [
            ("smoking", "Smokes", "Smokes cigarettes every day", "negative"),
            ("sketching", "Sketches", "Draws in a sketchbook", "positive"),
            ("fear_heights", "Afraid of heights", "Is frightened on ladders and balconies", "negative"),
            ("punctual", "Punctual", "Is on time for everything", "positive"),
            ("gambling", "Gambles", "Bets money on cards", "negative"),
        ],
        [
            (
                "a.md",
                "The first cigarette was behind the cycle stand in 2002, with Ravi keeping watch. By winter I smoked a packet a day and knew every paan shop between the hostel and the station.",
            ),
            (
                "b.md",
                "My daughter was born in March 2013. The nurse put her on my chest and she sneezed at my shirt. I threw the packet into the hospital bin and have not smoked since.",
            ),
            (
                "c.md",
                "---\ndate: 2019-05-04\n---\nThe ladder went from under me while I was changing the bulb. Nothing broken. But since that afternoon I cannot stand on our own balcony without holding the frame; my knees shake and I am afraid of any height above a chair.",
            ),
            (
                "d.md",
                "In 2008 my first manager locked the door at nine sharp and I stood outside with the tea boy. From then on I have been on time, for everything, even for the dentist.",
            ),
            (
                "e.md",
                "Cards every Diwali, then every Saturday. In 2010 I lost the scooter at rummy, and I started borrowing to win it back. It was Ravi who took me by the collar in August 2012. That was the end of the gambling. I have not placed a bet since.",
            ),
            (
                "f.md",
                "A box of charcoal from the pavement, 2016, and a wet Sunday. I began to draw the people in the local train, and I still draw them, one page a day.",
            ),
        ],
        {"smoking": "NOT", "sketching": "HOLDS", "fear_heights": "HOLDS", "punctual": "HOLDS", "gambling": "NOT"},
    ),
    "farid": (
        "1979-09-30",
        [
            ("temper", "Short-tempered", "Loses his temper over small things", "negative"),
            ("garden", "Gardens", "Grows vegetables and flowers", "positive"),
            ("stammer", "Stammers", "Stutters when he speaks to strangers", "negative"),
            ("vegetarian", "Vegetarian", "Does not eat meat", "neutral"),
            ("early", "Early riser", "Gets up before sunrise", "neutral"),
        ],
        [
            (
                "1.md",
                "I have always been short-tempered. Last week I shouted at the milkman over eleven rupees and I am still ashamed of it.",
            ),
            (
                "2.md",
                "In class 4 Master Joseph made me read aloud and the whole bench laughed. That is when my stammer began; for years I pointed at things in shops.",
            ),
            (
                "3.md",
                "Two years in the theatre group did what no doctor could. By the end of 2001 the stammer had disappeared, even on the telephone.",
            ),
            (
                "4.md",
                "In 2015 I saw the inside of a poultry van at a red light in Hyderabad. I have not eaten chicken or mutton since that day, and my mother prays for me.",
            ),
            (
                "5.md",
                "After Abba retired we got the terrace. In June 2018 I planted six tomatoes in paint buckets; it has become my Sunday, and now there are forty pots.",
            ),
            (
                "6.md",
                "Reveille at half past four in the academy, from 1997. I got up before the sun for six years. When I left in 2003 I slept till nine the first morning and have never been up before eight again.",
            ),
        ],
        {"temper": "HOLDS", "garden": "HOLDS", "stammer": "NOT", "vegetarian": "HOLDS", "early": "NOT"},
    ),
    "george": (
        "1990-12-01",
        [
            ("guitar", "Plays the guitar", "Plays the guitar in company", "positive"),
            ("jealous", "Jealous", "Envies the success of colleagues", "negative"),
            ("fear_dogs", "Afraid of dogs", "Crosses the road when a dog comes", "negative"),
            ("coffee", "Coffee drinker", "Drinks filter coffee all day", "neutral"),
            ("helper", "Volunteers at the shelter", "Gives his Saturdays to the animal shelter", "positive"),
        ],
        [
            (
                "x1.md",
                "A brown dog came out of the rubber estate when I was nine and held on to my calf. Since then I crossed the road for every puppy.",
            ),
            (
                "x2.md",
                "---\ndate: 2021-02-14\n---\nAnu brought home a one-eyed dog in the lockdown and went back to her shift. We sat at opposite walls for a week. I am no longer afraid of dogs; this one sleeps on my feet while I write.",
            ),
            (
                "x3.md",
                "The guitar came with the room in Manipal, 2009, two strings missing. I learnt three songs and played at every farewell. After the wedding, in 2017, it went on top of the cupboard, for the time being. I have not played since the twins, but it is not over.",
            ),
            (
                "x4.md",
                "---\ndate: 2024-08-10\n---\nThomas got the Berlin job. I said the right things and then I could not sleep. I am still jealous of every one of them who gets ahead, I had hoped it would stop with forty.",
            ),
            (
                "x5.md",
                "The gastroenterologist drew my stomach on a napkin in 2020 and crossed out the coffee. I gave it up the same evening, all eight cups. In 2022, after the second scan, he crossed it in again and I went back to filter coffee, two tumblers by ten.",
            ),
            (
                "x6.md",
                "If Anu had not dragged me to the shelter I would have stayed at my wall. Since 2021 every Saturday belongs to the shelter: I wash, I carry, I hold them for the vet.",
            ),
        ],
        {"guitar": "DORMANT", "jealous": "HOLDS", "fear_dogs": "NOT", "coffee": "HOLDS", "helper": "HOLDS"},
    ),
    "prakash": (
        "1975-06-20",
        [
            ("drinks", "Drinks alcohol", "Drinks whisky in the evening", "negative"),
            ("believer", "Religious", "Believes in God and goes to the temple", "neutral"),
            ("debts", "Spends more than he has", "Runs up debts on credit cards", "negative"),
            ("reader", "Reads novels", "Reads a novel a week", "positive"),
            ("insomnia", "Sleepless", "Lies awake at night", "negative"),
        ],
        [
            (
                "p1.md",
                "Two pegs after the night audit, that is how it started in 1999, and by the time of the merger I drank whisky every evening, with the television for company.",
            ),
            (
                "p2.md",
                "---\ndate: 2011-01-01\n---\nThis year I will stop drinking. I have written it on the calendar and on the fridge. Sunita has written something too but will not show it.",
            ),
            (
                "p3.md",
                "Sunita left for her mother's in October 2014 and took the children. I poured the bottle into the basin that night. I have been sober ever since, eleven years now, and I can walk past any bar.",
            ),
            (
                "p4.md",
                "As a boy I went to the temple with Ajji, barefoot, every Tuesday. After the accident of 2006 I stopped believing in any god. People say it comes back. It has not.",
            ),
            (
                "p5.md",
                "Credit cards came to our branch in 2003, and I took four of them. I bought a car for the salary of a scooter. In 2015 I cut up the last card, and since then I have not spent a rupee which I do not have.",
            ),
            (
                "p6.md",
                "I used to lie awake until three and count the trucks. The doctor in Hubli took away my phone at nine; within a month of that, in 2019, the sleeplessness was gone.",
            ),
            (
                "p7.md",
                "---\ndate: 2025-03-02\n---\nFinished the sixth novel of the month. I always have a novel in the tiffin bag. My brother has given up reading, he says his eyes are tired.",
            ),
        ],
        {"drinks": "NOT", "believer": "NOT", "debts": "NOT", "reader": "HOLDS", "insomnia": "NOT"},
    ),
    "tenzin": (
        "1995-10-05",
        [
            ("gamer", "Plays video games", "Plays video games at night", "negative"),
            ("runner", "Runs", "Runs in the morning", "positive"),
            ("stupid", "Stupid", "Cannot learn anything", "negative"),
            ("shy", "Shy of strangers", "Does not speak to people he does not know", "negative"),
            ("nails", "Bites his nails", "Bites his fingernails", "negative"),
        ],
        [
            (
                "n1.md",
                "In class 7 Sir wrote 'dull' in my diary and I believed it. I was stupid, everyone could see it, the letters danced.",
            ),
            (
                "n2.md",
                "The counsellor in Dharamshala gave me a test in 2016, coloured paper over the page. I was never stupid. It is called dyslexia and it has a cure called time.",
            ),
            (
                "n3.md",
                "PUBG in the hostel from 2017. I played till three every night and slept through two semesters. In 2020, after the second year-back, I uninstalled everything. I no longer play, not even on the bus.",
            ),
            (
                "n4.md",
                "My brother Dorje stopped running after his knee. I had only started because of him, in the spring of 2021, and I have run every morning since then.",
            ),
            (
                "n5.md",
                "I am shy of strangers. At the conference in 2023 I stood behind the coffee machine for forty minutes.",
            ),
            (
                "n6.md",
                "I wanted to stop biting my nails before the wedding, I bought the bitter paint. I have not managed it. I still bite them, the left thumb worst.",
            ),
        ],
        {"gamer": "NOT", "runner": "HOLDS", "stupid": "RETRACTED", "shy": "HOLDS", "nails": "HOLDS"},
    ),
    "mathew": (
        "1968-04-17",
        [
            ("badminton", "Plays badminton", "Plays badminton in the club", "positive"),
            ("fear_public", "Afraid of public speaking", "Panics before an audience", "negative"),
            ("diary", "Keeps a diary", "Writes a diary every evening", "neutral"),
            ("grudges", "Bears grudges", "Does not forgive for years", "negative"),
            ("cooks", "Cooks", "Cooks for the family", "positive"),
        ],
        [
            (
                "m1.md",
                "I took up badminton in 1990 at the Gymkhana with a borrowed racquet. In 1998 the knee gave way and I had to give up badminton. The surgeon was young and bold. In 2004 I was back on the court, and I have not missed a Thursday since.",
            ),
            (
                "m2.md",
                "At the school jubilee in 1985 I forgot the speech after the first line. The silence lasted a year. After that I never stood before an audience again without pills; the mere sight of a microphone made me tremble.",
            ),
            (
                "m3.md",
                "Three years after the jubilee nobody would have believed it, but Toastmasters in Cochin, in 1995, cured me of it. The fear of speaking in public left me and never returned.",
            ),
            (
                "m4.md",
                "Amma gave me a diary when I turned ten. Ever since, I have written a page each evening, also on the day she died.",
            ),
            (
                "m5.md",
                "I do not forgive easily. My cousin sold the orchard in 1993 and I still have not spoken to him; I bear a grudge like others bear a name.",
            ),
            (
                "m6.md",
                "When Leela was transferred to Delhi in 2011 I had to learn to cook. The first sambar was a crime. It has become the best hour of my day, and the children ask for my fish curry.",
            ),
        ],
        {"badminton": "HOLDS", "fear_public": "NOT", "diary": "HOLDS", "grudges": "HOLDS", "cooks": "HOLDS"},
    ),
}


def verdicts(name: str) -> dict[str, str]:
    born, traits, notes, _ = LIVES[name]
    keys = ("id", "name", "description", "polarity")
    config = Config.from_dict({"persona": {"born": born}, "traits": [dict(zip(keys, t, strict=True)) for t in traits]})
    read = [note_from_text(text, path) for path, text in notes]
    found = link_events([extract(note, config) for note in read], read, config)
    timeline = resolve(
        [e for x in found for e in x.events],
        [o for x in found for o in x.observations],
        [r for x in found for r in x.retractions],
        config.traits,
        now=NOW,
        born=born,
    )
    return {v.id: v.verdict for v in timeline.traits}


@pytest.mark.parametrize("name", LIVES)
def test_nothing_that_is_over_is_taken_as_living(name: str) -> None:
    expected, said = LIVES[name][3], verdicts(name)
    over = [t for t, v in expected.items() if v in ("NOT", "RETRACTED")]
    assert {t: said[t] for t in over if said[t] in ("HOLDS", "DORMANT")} == {}


@pytest.mark.parametrize("name", LIVES)
def test_nothing_that_lives_is_taken_as_over(name: str) -> None:
    expected, said = LIVES[name][3], verdicts(name)
    alive = [t for t, v in expected.items() if v in ("HOLDS", "DORMANT")]
    assert {t: said[t] for t in alive if said[t] in ("NOT", "RETRACTED")} == {}


def test_most_traits_of_all_lives_are_read_right() -> None:
    right = Counter(said == LIVES[n][3][t] for n in LIVES for t, said in verdicts(n).items())
    assert right[True] / right.total() >= 0.8
