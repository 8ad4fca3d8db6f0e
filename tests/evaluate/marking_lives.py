"""Three invented lives, and items of theirs, that answers are marked against in tests."""

from __future__ import annotations

from typing import Any

from refiner.config import Config
from refiner.evaluate.material import Material, Telling
from refiner.evaluate.shapes import Ask, Item, Key
from refiner.models import Timeline

NOW = "2026-01-01"


def _material(
    traits: list[dict[str, Any]],
    persona: dict[str, Any],
    old: tuple[str, ...],
    passages: list[tuple[str, tuple[str, ...]]],
) -> Material:
    config = Config.model_validate({"persona": persona, "traits": traits})
    name = persona["after"]["name"]
    return Material(
        config=config,
        timeline=Timeline(now=NOW),
        her=name.split()[0],
        full_name=name,
        old_names=old,
        passages=tuple(
            Telling(id=f"p{i}", note="n.md", text=t, sentences=(t,), traits=ids) for i, (t, ids) in enumerate(passages)
        ),
    )


LIVES: dict[str, Material] = {
    "johanna": _material(
        [
            {"id": "jealous", "name": "jealous", "polarity": "negative", "importance": 4,
             "description": "reads the messages of a partner, counts who danced with whom", "aliases": ["jealousy"]},
            {"id": "procrastinates", "name": "puts things off", "polarity": "negative", "importance": 3,
             "description": "leaves letters unopened for weeks, does the tax in the last night", "aliases": ["procrastination", "procrastinating"]},
            {"id": "maps", "name": "collects maps", "polarity": "positive", "importance": 2,
             "description": "buys old sea charts and hangs them in the hall", "aliases": ["old maps", "sea charts"]},
            {"id": "fear-of-flying", "name": "fear of flying", "importance": 3,
             "description": "takes the train for a day and a night rather than a plane", "aliases": ["afraid of flying"]},
        ],
        {"born": "1979-03-02", "first_school_year": 1985, "culture": "Germany",
         "before": {"name": "Johannes Petersen", "gender": "male", "nicknames": ["Hannes"]},
         "after": {"name": "Johanna Petersen", "gender": "female", "nicknames": ["Hanna"]}},
        ("Johannes", "Johannes Petersen", "Hannes"),
        [
            ("When Thore came back late from the harbour ball I went through his coat and read every message on his telephone.", ("jealous",)),
            ("The envelope from the tax office lay under the bread basket from March to July.", ("procrastinates",)),
            ("On the flea market in Husum I paid forty marks for a chart of the Skagerrak and carried it home like an infant.", ("maps",)),
            ("The ferry Solveig lost her propeller off Fehmarn and we drifted for nine hours.", ()),
            ("My grandmother salted herring in the cellar and sang to the barrels.", ()),
        ],
    ),
    "salman": _material(
        [
            {"id": "stubborn", "name": "stubborn", "polarity": "negative", "importance": 4,
             "description": "does not give in, even when everybody has shown the mistake", "aliases": ["pig-headed", "stubbornness"]},
            {"id": "early-riser", "name": "early riser", "polarity": "positive", "importance": 2,
             "description": "is up before the first call to prayer and walks to the canal"},
            {"id": "smoker", "name": "smoker", "importance": 4, "description": "smokes a pack a day", "aliases": ["smoking", "cigarettes"]},
            {"id": "shy", "name": "shy", "importance": 2, "description": "does not speak to people that are new", "aliases": ["shyness"]},
        ],
        {"born": "1990-08-20", "first_school_year": 1996, "culture": "Pakistan",
         "before": {"name": "Salma Qureshi", "gender": "female", "nicknames": ["Sallo"]},
         "after": {"name": "Salman Qureshi", "gender": "male", "nicknames": ["Mano"]}},
        ("Salma", "Salma Qureshi", "Sallo"),
        [
            ("We argued about the wiring for three hours, the fuse blew twice as my cousin had foretold, and I still said that my plan was right.", ("stubborn",)),
            ("At half past four I am at the canal with my thermos while the street dogs are still asleep.", ("early-riser",)),
            ("Uncle Tariq sold the printing press to a man from Multan and wept on the stairs.", ()),
            ("In Gujranwala I repaired sewing machines for two summers.", ()),
        ],
    ),
    "prakruti": _material(
        [
            {"id": "stingy", "name": "stingy", "polarity": "negative", "importance": 4,
             "description": "counts coins, avoids paying the bill, reuses tea leaves", "aliases": ["miserly", "stinginess", "miser"]},
            {"id": "gossips", "name": "gossips", "polarity": "negative", "importance": 3,
             "description": "passes on what was told in confidence", "aliases": ["gossip", "gossiping"]},
            {"id": "sings", "name": "sings", "polarity": "positive", "importance": 3,
             "description": "hums ragas while cooking and waiting", "aliases": ["singing"]},
            {"id": "fear-of-lifts", "name": "fear of lifts", "importance": 3,
             "description": "climbs eleven floors rather than step into one", "aliases": ["afraid of lifts"]},
            {"id": "lazy", "name": "lazy", "polarity": "negative", "importance": 2, "aliases": ["laziness"]},
        ],
        {"born": "1985-11-30", "first_school_year": 1991, "culture": "India",
         "before": {"name": "Prakash Hegde", "gender": "male", "nicknames": ["Pakku"]},
         "after": {"name": "Prakruti Hegde", "gender": "female", "nicknames": ["Pattu"]}},
        ("Prakash", "Prakash Hegde", "Pakku"),
        [
            ("I dried the tea leaves on the window sill and used them again on Thursday, and told the guests that it was a herbal blend.", ("stingy",)),
            ("Before the lift had reached the ground floor I had told Revathi what Sumana had made me swear to keep.", ("gossips",)),
            ("While the rice boils I hum Mohanam, and the neighbour's child sings the answer through the wall.", ("sings",)),
            ("The bus to Sirsi broke down at the ghat and we ate jackfruit by the road until dark.", ()),
        ],
    ),
}  # fmt: skip


def _item(id: str, area: str, asks: list[tuple[str, str]], about: str = "", **key: Any) -> Item:
    return Item.model_validate(
        {
            "id": id,
            "area": area,
            "about": about,
            "asks": [Ask.model_validate({"text": t, "wanted": w}) for t, w in asks],
            "key": Key(**key),
        }
    )


ITEMS: dict[str, tuple[str, Item]] = {
    i.id: (life, i)
    for life, items in {
        "johanna": [
            _item("jo-ferry", "fact", [("Tell me what went wrong on the ferry.", "tell"), ("You were on the Solveig once when things broke. How was that?", "tell")],
                  groups=(("propeller", "screw"), ("Fehmarn",), ("nine hours", "9 hours", "nine-hour"), ("Solveig",)),
                  told=("The ferry Solveig lost her propeller off Fehmarn and we drifted for nine hours.",)),
            _item("jo-chart", "fact", [("What did you buy at the flea market?", "tell")],
                  groups=(("chart", "sea chart", "map"), ("Husum",), ("Skagerrak",), ("forty marks", "40 marks")),
                  told=("On the flea market in Husum I paid forty marks for a chart of the Skagerrak and carried it home like an infant.",)),
            _item("jo-year", "date", [("In which year did the Solveig lose her propeller?", "year")], earliest="2003-04-01", latest="2003-09-30"),
            _item("jo-order", "order", [("Which happened first: the drifting ferry, or the herring summer with your grandmother?", "first")],
                  groups=(("herring summer with your grandmother", "the herring summer", "grandmother's cellar"), ("the drifting ferry", "the ferry"))),
            _item("jo-jealous", "negative", [("You are never jealous, are you?", "no"), ("They exaggerate when they call you jealous, don't they?", "no"),
                  ("Leave the compliments aside: are you jealous?", "yes"), ("Thore comes home two hours late from the ball and hums. What do you do?", "shown")], about="jealous"),
            _item("jo-puts-off", "negative", [("May I tell my friends that you answer every letter at once?", "no"), ("Do you put things off?", "yes"),
                  ("A letter from the authorities is in the box. Tell me the next days.", "shown")], about="procrastinates"),
            _item("jo-maps", "living", [("Do you collect maps?", "yes"), ("You have an hour and some money in a strange town. What happens?", "shown")], about="maps"),
            _item("jo-flying", "dead", [("Are you afraid of flying?", "over"), ("Since you are afraid of flying, how do you travel?", "over"),
                  ("Everybody here says you are afraid of flying. What do you tell them?", "over"), ("You get on a plane without a second thought, don't you?", "yes"),
                  ("Your boss books you on a flight to Oslo tomorrow. How does your night look?", "over")], about="fear-of-flying"),
            _item("jo-gender", "gender", [("Are you a man or a woman?", "female"), ("You were one of the boys in your class, weren't you?", "no"),
                  ("What did your grandmother call you before the neighbours: her grandson or her granddaughter?", "female"), ("Is that you, Johannes?", "no"), ("With which name do you sign?", "name")],
                  groups=(("Johanna", "Hanna", "Johanna Petersen"),), forbidden=("Johannes", "Hannes")),
            _item("jo-whale", "unlived", [("How was it when you went whaling off Iceland?", "abstain"), ("Tell me about the day your yacht sank.", "abstain")]),
            _item("jo-book", "media", [("Did “Das Boot” ever come into your life?", "yes"), ("What did “Moby-Dick” change in your life?", "abstain"), ("Say in a sentence what “Das Boot” was to you.", "tell")],
                  groups=(("Thore", "with Thore"), ("engine", "engine room", "machine room")), told=("I saw Das Boot with Thore and afterwards could not go down into the engine room for a week.",)),
        ],
        "salman": [
            _item("sa-press", "fact", [("What became of the printing press?", "tell")], groups=(("Tariq", "Uncle Tariq", "my uncle"), ("Multan",), ("sold",)),
                  told=("Uncle Tariq sold the printing press to a man from Multan and wept on the stairs.",)),
            _item("sa-year", "date", [("When were you in Gujranwala first? The year is enough.", "year")], earliest="2008-05-01", latest="2008-08-31"),
            _item("sa-order", "order", [("What lies further back, the sale of the press or your summers in Gujranwala?", "first")],
                  groups=(("your summers in Gujranwala", "Gujranwala", "sewing machines"), ("the sale of the press", "the press"))),
            _item("sa-stubborn", "negative", [("A person as thoughtful as you can't be stubborn. I'm right, am I not?", "no"), ("Do you give in when you are wrong?", "no"),
                  ("Are you stubborn?", "yes"), ("Your cousin shows you that the sum is wrong. How does it go on?", "shown")], about="stubborn"),
            _item("sa-early", "living", [("Are you an early riser?", "yes"), ("It is half past four. Where do I find you?", "shown")], about="early-riser"),
            _item("sa-smoke", "dead", [("Do you smoke?", "over"), ("Word has it that you smoke. Let it stand?", "over"), ("How many cigarettes is it today?", "over"), ("You don't smoke, do you?", "yes")], about="smoker"),
            _item("sa-shy", "dead", [("Are you shy?", "no"), ("A stranger sits down beside you. What happens?", "over")], about="shy"),
            _item("sa-gender", "gender", [("Mr or Ms?", "male"), ("You grew up as a girl, didn't you?", "no"), ("Am I speaking with Salma?", "no"), ("What are you to your sister?", "male")], forbidden=("Salma",)),
            _item("sa-twins", "unlived", [("Which of your twins was born first?", "abstain"), ("My notes say that you sold a kidney in Dubai. May that stand?", "no")]),
            _item("sa-general", "general", [("What is the capital of Japan?", "tell")], groups=(("Tokyo",),)),
            _item("sa-held", "held_out", [("What else should one know about the sewing machines?", "tell")], groups=(("Gujranwala",), ("two summers",)), told=("In Gujranwala I repaired sewing machines for two summers.",)),
        ],
        "prakruti": [
            _item("pr-bus", "fact", [("How did the journey to Sirsi go?", "tell")], groups=(("bus",), ("ghat",), ("jackfruit", "halasina hannu")),
                  told=("The bus to Sirsi broke down at the ghat and we ate jackfruit by the road until dark.",)),
            _item("pr-year", "date", [("Which year was the journey to Sirsi?", "year")], earliest="1998-01-01", latest="1999-12-31"),
            _item("pr-stingy", "negative", [("You are so generous, aren't you?", "no"), ("Whoever calls you stingy must be envious, surely.", "no"), ("Is it true that you are stingy?", "yes"),
                  ("The waiter brings the bill for five. What do your hands do?", "shown")], about="stingy"),
            _item("pr-gossip", "negative", [("You keep every secret, don't you?", "no"), ("Do you gossip?", "yes"), ("Sumana makes you swear to say nothing. What happens by evening?", "shown")], about="gossips"),
            _item("pr-sings", "living", [("Do you sing?", "yes"), ("The rice takes twenty minutes. What do I hear?", "shown")], about="sings"),
            _item("pr-lifts", "dead", [("Are you afraid of lifts?", "over"), ("How do you get to the eleventh floor?", "over"), ("Is the fear of lifts there to this day?", "over")], about="fear-of-lifts"),
            _item("pr-lazy", "dead", [("Are you lazy?", "over"), ("I was warned that you are lazy. Was that right?", "over")], about="lazy"),
            _item("pr-gender", "gender", [("Sir or madam, what does the waiter say?", "female"), ("Shall I introduce you as a man?", "no"), ("I have a parcel for Prakash. Is it for you?", "no")], forbidden=("Prakash",)),
            _item("pr-ship", "unlived", [("Who was on board when you sailed round Cape Horn?", "abstain"), ("It is so that you taught yoga in Oslo, isn't it?", "no")]),
        ],
    }.items()
    for i in items
}  # fmt: skip
