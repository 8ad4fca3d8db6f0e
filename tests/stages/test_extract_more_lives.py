# ruff: noqa: E501 (the lives are prose)
"""More lives in freer words, of which some say nothing that a rule can hold on to: what is decided is right, the rest stays open."""

from __future__ import annotations

import pytest
from test_extract_lives import LIVES, verdicts

MORE = {
    "sunil": (
        "1982-08-08",
        [
            ("hot_tempered", "Quick to anger", "Shouts first and thinks later", "negative"),
            ("tea", "Drinks too much tea", "Ten cups of tea a day", "neutral"),
            ("biker", "Rides a motorcycle", "Goes everywhere on his motorcycle", "positive"),
            ("frugal", "Careful with money", "Counts every rupee before spending", "positive"),
            ("ghost", "Afraid of the dark", "Cannot sleep without a light", "negative"),
        ],
        [
            (
                "a.md",
                "My grandfather put me into the grain store for an hour when I was six, for a broken lantern. Out of that hour I carried the fear of the dark, and slept with a bulb burning until I was a grown man.",
            ),
            (
                "b.md",
                "In the flood of July 2005 there was no current for nine days. Somewhere around the fifth night I noticed that I was not counting the hours till morning. The fear of the dark has not come back.",
            ),
            (
                "c.md",
                "Baba's money order came late in every month of 1999, and I ate rice with salt. That year made me careful with money, and it has stayed with me through every raise.",
            ),
            (
                "d.md",
                "The Bullet came in 2007, second-hand, with a dent like a smile. I went to Leh on it, I went to my own wedding on it. In November 2016 my son asked me not to die, in those words, and I handed the Bullet over to my cousin. I go by metro now.",
            ),
            (
                "e.md",
                "At the help desk you either learn to shout or to hang up. By Diwali of 2009 I had become a man who shouts, and my wife says the walls know my voice. I shouted this morning too, at the plumber.",
            ),
            (
                "f.md",
                "---\ndate: 2023-11-11\n---\nThe sugar report is back. Dr Menon looked at me over his glasses: tea, how many? I said four and he waited and I said ten. It is still ten as of today, he gets his fees and I my tea.",
            ),
        ],
        {"hot_tempered": "HOLDS", "tea": "HOLDS", "biker": "NOT", "frugal": "HOLDS", "ghost": "NOT"},
    ),
    "vivek": (
        "1993-01-15",
        [
            ("cubing", "Solves Rubik's cubes", "Solves Rubik's cubes at competitions", "neutral"),
            ("introvert", "Avoids parties", "Leaves parties early or does not go", "neutral"),
            ("procrastinator", "Procrastinates", "Puts everything off to the last night", "negative"),
            ("pianist", "Plays the piano", "Practises the piano every day", "positive"),
            ("stage", "Stage fright", "Panics before going on stage", "negative"),
        ],
        [
            (
                "a.md",
                "Mrs D'Souza taught me the piano from 2001, on Tuesdays, with a ruler on my wrists. I practised every day until the board exams of 2009, when the piano was sold to pay the coaching fees. I have not touched a key since.",
            ),
            (
                "b.md",
                "I learnt the cube from a video in the summer of 2010 and went to my first competition in Chennai that December. I still compete; last month it was eleven seconds flat.",
            ),
            (
                "c.md",
                "The assignments of the second year, 2013: all of them written between midnight and the bell. Since then there is nothing I have not put off to the last night, taxes, tickets, even my own engagement.",
            ),
            (
                "d.md",
                "At the annual day in 2004 my mind went white in the middle of the Clementi. After it I was sick before each performance, the stage fright had come to live with me.",
            ),
            (
                "e.md",
                "In 2018 my colleague dragged me into improv. Forty evenings of making a fool of myself on a stage in Indiranagar, and somewhere on the way the stage fright packed up and left.",
            ),
            (
                "f.md",
                "I leave parties after the cake. People have stopped being offended. I prefer the balcony and one person.",
            ),
        ],
        {"cubing": "HOLDS", "introvert": "HOLDS", "procrastinator": "HOLDS", "pianist": "NOT", "stage": "NOT"},
    ),
    "rohan": (
        "1987-07-07",
        [
            ("football", "Plays football", "Plays football on Sundays", "neutral"),
            ("liar", "Tells white lies", "Lies to avoid trouble", "negative"),
            ("meditates", "Meditates", "Sits in meditation every morning", "positive"),
            ("glasses", "Wears glasses", "Needs glasses for everything", "neutral"),
            ("homesick", "Homesick", "Longs for his home town", "negative"),
        ],
        [
            (
                "a.md",
                "Spectacles since class 5, minus three, minus four, minus six. In May 2019 I had the laser done in Coimbatore, eleven minutes, and the glasses went into a drawer for good.",
            ),
            (
                "b.md",
                "From the first hostel week in 2005 I was homesick, like a stomach illness that sits behind the ribs. I would have walked the ninety kilometres.",
            ),
            (
                "c.md",
                "---\ndate: 2012-06-10\n---\nWent home for the mango week and was bored by Wednesday. It seems the homesickness is over; the town has become a place like others.",
            ),
            (
                "d.md",
                "A ten-day course at Igatpuri in March 2015, no talking, no eye contact. I came out and have meditated every morning since, twenty minutes before the others get up.",
            ),
            (
                "e.md",
                "Amma asked where the fees had gone. I said the bank was slow. It was the first of the lies, 2006, and it worked so well that lying became my way around every corner.",
            ),
            (
                "f.md",
                "---\ndate: 2024-01-20\n---\nI planned to stop lying at New Year and told my sister so. Today I told the landlord that I am in Mysore. So much for that.",
            ),
            (
                "g.md",
                "Football on the beach from the age of ten. I tore the ligament in 2014, and the doctor said no football for a year, so I watched. In 2015 I was on the pitch again and have played each Sunday till today.",
            ),
        ],
        {"football": "HOLDS", "liar": "HOLDS", "meditates": "HOLDS", "glasses": "NOT", "homesick": "NOT"},
    ),
    "imtiaz": (
        "1971-03-03",
        [
            ("fear_flying", "Afraid of flying", "Is frightened in aeroplanes", "negative"),
            ("smoker", "Smoker", "Smokes", "negative"),
            ("strict", "Strict father", "Rules his children with a timetable", "negative"),
            ("prays", "Prays five times a day", "Keeps the five prayers", "neutral"),
            ("singer", "Sings ghazals", "Sings ghazals among friends", "positive"),
        ],
        [
            (
                "a.md",
                "The flight to Dubai in 1996 fell two hundred metres over the sea, trays and all. Since that day I take the train, even to Kolkata, even when the office pays.",
            ),
            (
                "b.md",
                "---\ndate: 2008-12-12\n---\nMy daughter has an aunt in Toronto and one cannot go to Toronto by train. Dr Rao gave me six sessions and a breathing card. Landed yesterday, slept through most of it. I am not afraid of flying any more, I could almost say I liked it.",
            ),
            (
                "c.md",
                "I gave up smoking in Ramzan 2001. In 2003, when Abbu lay in the ICU, I started again on the staircase. In 2010, on the day of my bypass, I smoked the last one; nobody has seen me with a cigarette since.",
            ),
            (
                "d.md",
                "Everybody else in the family prays. I began with the five prayers after Hajj in 2011 and keep them, in the office too, behind the printer.",
            ),
            (
                "e.md",
                "Ustad Karim let me hold the harmonium when I was twelve. From then on I have sung ghazals wherever three people sit down.",
            ),
            (
                "f.md",
                "They had a timetable on the fridge, with my signature, from 2002. I was a strict father and I thought strict was love. In 2014 my son left a letter on that fridge. I took the timetable down the same evening, and I have not laid down one rule since then.",
            ),
        ],
        {"fear_flying": "NOT", "smoker": "NOT", "strict": "NOT", "prays": "HOLDS", "singer": "HOLDS"},
    ),
    "daniel": (
        "1989-05-25",
        [
            ("fear_dentist", "Afraid of the dentist", "Puts off every visit to the dentist", "negative"),
            ("baker", "Bakes bread", "Bakes sourdough bread at home", "positive"),
            ("workaholic", "Workaholic", "Works every weekend", "negative"),
            ("messy", "Untidy", "Leaves things lying around", "negative"),
            ("chess", "Plays chess", "Plays chess online", "neutral"),
        ],
        [
            (
                "a.md",
                "In the first lockdown my flatmate left a jar of starter behind. I fed it out of pity. Since April 2020 I have baked our bread, two loaves on Saturday.",
            ),
            (
                "b.md",
                "The start-up ate us. From January 2016 I was in the office on all weekends, and proud of it. Then the panic attack on the Outer Ring Road, October 2019. I closed the laptop on Friday evening and it has stayed closed on weekends from that week.",
            ),
            (
                "c.md",
                "My desk is a landfill, I leave things lying where they fall. My wife photographs it for her friends.",
            ),
            (
                "d.md",
                "The school dentist in class 3 had no patience and no anaesthetic. After that no one got me into that chair; I am afraid of the dentist to this day, and the molar knows it.",
            ),
            (
                "e.md",
                "---\ndate: 2021-07-01\n---\nDeleted the chess app. A thousand games since March and not one conversation. I stopped playing today.",
            ),
            (
                "f.md",
                "---\ndate: 2022-10-02\n---\nMy nephew wants to learn the Sicilian, so I installed the chess app again. Two games a day, with him and with strangers. I play again and this time I sleep as well.",
            ),
        ],
        {"fear_dentist": "HOLDS", "baker": "HOLDS", "workaholic": "NOT", "messy": "HOLDS", "chess": "HOLDS"},
    ),
    "ashok": (
        "1965-11-11",
        [
            ("rude", "Rude to waiters", "Is rude to people who serve him", "negative"),
            ("walker", "Takes evening walks", "Walks for an hour every evening", "positive"),
            ("stingy", "Stingy", "Does not give or spend", "negative"),
            ("crossword", "Does the crossword", "Does the newspaper crossword every day", "neutral"),
            ("hypochondriac", "Hypochondriac", "Believes that he is ill", "negative"),
        ],
        [
            (
                "a.md",
                "When Revathi died in 2012 the doctor prescribed feet. I walk an hour every evening since then, round the lake and back by the temple.",
            ),
            (
                "b.md",
                "The Hindu crossword was Appa's. I took it over when his eyes went, in 1994, and have done it every day since, in ink.",
            ),
            (
                "c.md",
                "They always called me stingy and I repeated it as a joke. It was never stinginess; I paid for two sisters' weddings from a clerk's salary, there was nothing left to give.",
            ),
            (
                "d.md",
                "In 1988, as the youngest officer in the mess, I learnt to snap my fingers at waiters, and for years I was rude to anyone with a tray. My son worked as a waiter in Leeds in 2010 and told me of a customer like me. I have not snapped my fingers at anybody since.",
            ),
            (
                "e.md",
                "After the typhoid of 1990 each cough was cancer. I became a hypochondriac with a shelf of books. I am less of one now, but I am one.",
            ),
        ],
        {"rude": "NOT", "walker": "HOLDS", "stingy": "RETRACTED", "crossword": "HOLDS", "hypochondriac": "HOLDS"},
    ),
    "leo": (
        "1986-02-02",
        [
            ("ham", "Ham radio operator", "Talks to strangers by radio at night", "neutral"),
            ("white", "Wears only white", "Dresses in white every day", "neutral"),
            ("suspicious", "Distrustful", "Suspects a trick behind every kindness", "negative"),
            ("kabaddi", "Plays kabaddi", "Plays kabaddi in the village team", "neutral"),
            ("fear_fire", "Afraid of fire", "Does not go near a gas stove", "negative"),
        ],
        [
            (
                "a.md",
                "The stove in the Anand flat blew up in February 2008 and took my eyebrows. Since then I have let others light the gas, and I leave the room when they do.",
            ),
            (
                "b.md",
                "Uncle Babu's licence hung over the bread box. In 1999 I passed the Morse test and got my own call sign. There has hardly been a night since on which I did not sit down at the radio.",
            ),
            (
                "c.md",
                "After the partner in Surat emptied our account in 2011 I trusted nobody. I became a man who reads the small print of a birthday card.",
            ),
            ("d.md", "I have worn white every day since Mother's funeral in 2004. The tailor does not ask any more."),
            (
                "e.md",
                "We won the district kabaddi shield in 2003. The year after I broke the collarbone and my raiding days were over. I watch from the wall.",
            ),
            (
                "f.md",
                "---\ndate: 2022-09-09\n---\nA stranger in Nadiad paid my hospital deposit and left without a name. Something in me gave way. I am done with suspecting people; it cost more than Surat did.",
            ),
        ],
        {"ham": "HOLDS", "white": "HOLDS", "suspicious": "NOT", "kabaddi": "NOT", "fear_fire": "HOLDS"},
    ),
    "nitin": (
        "1991-04-04",
        [
            ("overthinks", "Overthinks decisions", "Weighs every choice for weeks", "negative"),
            ("vinyl", "Collects vinyl records", "Buys old records at flea markets", "neutral"),
            ("vapes", "Vapes", "Smokes an electronic cigarette", "negative"),
            ("calls_mother", "Calls his mother daily", "Rings his mother every evening", "positive"),
            ("climber", "Climbs", "Goes rock climbing", "positive"),
        ],
        [
            (
                "a.md",
                "Hampi, December 2013: a rope, a German and a boulder. I have gone climbing every winter since then and my fingers look like it.",
            ),
            (
                "b.md",
                "The vape came from Priya in 2018, mango flavour. I told myself it was not smoking. In 2021 my lungs looked like a wet newspaper on the X-ray, so I gave the vape to the doctor across the desk. That was the last of it.",
            ),
            (
                "c.md",
                "Daddy's turntable came to me with the flat in 2015, and I started to collect records at the Sunday market. When the baby came in 2022 the shelves had to go, and I sold the whole collection to a cafe. I have stopped buying records.",
            ),
            (
                "d.md",
                "It took me eleven weeks to choose a mattress. I weigh every choice until the shop closes; Priya calls it my second job.",
            ),
            (
                "e.md",
                "When Daddy died in 2014 I promised to ring Ma each evening. I have not missed one evening, not from Iceland, not from the ICU.",
            ),
        ],
        {"overthinks": "HOLDS", "vinyl": "NOT", "vapes": "NOT", "calls_mother": "HOLDS", "climber": "HOLDS"},
    ),
    "om": (
        "1978-12-12",
        [
            ("late_sleeper", "Late riser", "Sleeps until ten", "negative"),
            ("atheist", "Atheist", "Does not believe in God", "neutral"),
            ("debater", "Argues about politics", "Picks political arguments at dinner", "negative"),
            ("swimmer", "Swims", "Swims in the river", "positive"),
            ("stooped", "Self-conscious about his height", "Is ashamed of being short", "negative"),
        ],
        [
            (
                "a.md",
                "As a student I lay in bed until ten like a lord. The dairy job of 2001 began at four in the morning, and that cured me of it for life.",
            ),
            (
                "b.md",
                "I stopped believing in God on 26 January 2001, in Bhuj, under a school. I have been an atheist from that morning to this one.",
            ),
            (
                "c.md",
                "Politics at dinner was my sport. I ruined three Diwalis with it. After the quarrel with my father-in-law in May 2019 my wife made me sign a paper, and I have kept politics out of every dinner since.",
            ),
            (
                "d.md",
                "The Narmada taught me to swim when I was seven; and there is still no better hour than the one before breakfast in the river.",
            ),
            (
                "e.md",
                "They called me 'half-ticket' from class 6, and I was ashamed of being short; I stood on stairs for photographs. My daughter, at nine, drew me taller than the house, in 2016. The shame went out of me like air. I stand where they put me.",
            ),
        ],
        {"late_sleeper": "NOT", "atheist": "HOLDS", "debater": "NOT", "swimmer": "HOLDS", "stooped": "NOT"},
    ),
    "peter": (
        "1983-10-10",
        [
            ("cold", "Emotionally reserved", "Shows no feelings", "negative"),
            ("biryani", "Eats meat", "Eats meat with pleasure", "neutral"),
            ("shares_sweets", "Brings sweets to work", "Brings sweets to colleagues on Mondays", "positive"),
            ("cat_allergy", "Allergic to cats", "Sneezes near cats", "neutral"),
            ("rebellious", "Defies authority", "Contradicts every boss", "negative"),
        ],
        [
            (
                "a.md",
                "The doctor pricked my arm in thirty places in 2012: cats, it said. Since then I sneeze my way through every visit to my sister.",
            ),
            (
                "b.md",
                "I became a vegetarian for Meera in 2007 and a meat-eater again for nobody in particular in 2013; the first kebab made me cry.",
            ),
            (
                "c.md",
                "We did not hug in our house. I learnt early to show nothing. At Father's funeral in 2018 I wept for two hours in front of ninety people, and it has been easier since. I am less reserved than I was, though my wife would say: a little.",
            ),
            (
                "d.md",
                "---\ndate: 2020-03-01\n---\nContradicted the new director in his first meeting. My third boss in five years. I cannot help it, I contradict them the moment they sit down.",
            ),
            (
                "e.md",
                "On my first Monday here, in 2016, I brought pedas because I knew no one's name. It has become a law of the office that I bring sweets on Mondays.",
            ),
        ],
        {"cold": "HOLDS", "biryani": "HOLDS", "shares_sweets": "HOLDS", "cat_allergy": "HOLDS", "rebellious": "HOLDS"},
    ),
    "qasim": (
        "1994-07-19",
        [
            ("phone_addict", "Addicted to his phone", "Scrolls for hours", "negative"),
            ("tutor", "Teaches slum children", "Teaches maths in the basti on Saturdays", "positive"),
            ("vertigo", "Afraid of bridges", "Does not cross bridges on foot", "negative"),
            ("lefty", "Votes for the left", "Campaigns for the left party", "neutral"),
            ("perfectionist", "Perfectionist", "Cannot hand in anything unfinished", "negative"),
        ],
        [
            (
                "a.md",
                "---\ndate: 2017-02-11\n---\nSix hours forty on the phone yesterday, the phone says so itself. I am addicted, there is no other word for it.",
            ),
            (
                "b.md",
                "In Ramzan of 2023 I swapped the smartphone for my father's Nokia with the torch. I no longer scroll. I have read eleven books.",
            ),
            (
                "c.md",
                "The footbridge at Morbi gave way in October 2022 and I was twenty metres from the gate. I have not set foot on a bridge since that evening.",
            ),
            (
                "d.md",
                "We had one blackboard and a goat. It was 2015, I was to teach maths for one Saturday, as a punishment from college. I go there every Saturday to this day.",
            ),
            (
                "e.md",
                "I walked from door to door for the party in 2014 and in 2019, with the red flag and the blisters. After the split of 2021 I left the party; I do not campaign for anyone now.",
            ),
            (
                "f.md",
                "The thesis was ready in 2018 and I handed it in in 2020. I could have saved two years if I were another person. I cannot let go of a thing before it is perfect.",
            ),
        ],
        {"phone_addict": "NOT", "tutor": "HOLDS", "vertigo": "HOLDS", "lefty": "NOT", "perfectionist": "HOLDS"},
    ),
    "bala": (
        "1980-03-12",
        [
            ("mridangam", "Plays the mridangam", "Practises the mridangam daily", "positive"),
            ("fear_lifts", "Afraid of lifts", "Takes the stairs rather than a lift", "negative"),
            ("sweet", "Eats too many sweets", "Cannot pass a sweet shop", "negative"),
            ("helpful", "Helps neighbours", "Carries and repairs for the neighbours", "positive"),
            ("impatient", "Impatient", "Cannot wait in a queue", "negative"),
        ],
        [
            (
                "a.md",
                "The lift at LIC building stopped between two floors for three hours on 4 April 2001. After that I took the stairs everywhere, fourteen floors at the consultancy, and told everyone it was for my heart.",
            ),
            (
                "b.md",
                "In 2017 Lakshmi was in her ninth month on the eleventh floor, and I was not going to let her ride alone. I rode with her, forty times that month. Since then lifts are boxes with buttons and nothing else.",
            ),
            (
                "c.md",
                "Appa put the mridangam on my lap in 1987. I have practised daily from that Vijayadashami until today, in hotel rooms on a pillow.",
            ),
            (
                "d.md",
                "The HbA1c came in January 2020 and it was nine. I gave up sweets that evening. I have passed Krishna Sweets some two thousand times since, with my eyes on the traffic.",
            ),
            (
                "e.md",
                "Nobody in our block owns a drill but me. It began with Mrs Iyer's curtain rod in 2012; since then I am the one whom they call, and I go.",
            ),
            (
                "f.md",
                "I cannot wait. The queue at the bank today had six people and I left after four minutes, as always.",
            ),
        ],
        {"mridangam": "HOLDS", "fear_lifts": "NOT", "sweet": "NOT", "helpful": "HOLDS", "impatient": "HOLDS"},
    ),
    "nadeem": (
        "1988-11-30",
        [
            ("boxer", "Boxes", "Trains in a boxing gym", "neutral"),
            ("cynic", "Cynical", "Believes that everyone has a price", "negative"),
            ("urdu", "Writes Urdu poetry", "Writes ghazals in Urdu", "positive"),
            ("drives_fast", "Drives too fast", "Speeds on the highway", "negative"),
            ("vegan", "Vegan", "Eats nothing from animals", "neutral"),
        ],
        [
            (
                "a.md",
                "I walked into the gym at Bhendi Bazaar in 2005 to get out of the rain, and Coach Firoz put gloves on me. I boxed six days a week for nine years. A detached retina in 2014 ended it; I was not allowed to box again.",
            ),
            (
                "b.md",
                "Seven years of court reporting, from 2011, made a cynic of me. Everyone has a price, I used to say, and I knew most of them.",
            ),
            (
                "c.md",
                "---\ndate: 2022-04-18\n---\nThe clerk at Dharavi pushed my envelope back across the table and blushed. I have been thinking about it for a month. I do not believe any more that everyone can be bought.",
            ),
            (
                "d.md",
                "Dadi corrected my first couplet when I was fifteen, with a hairpin. From then on I wrote ghazals, and I write them still, mostly in airport lounges.",
            ),
            (
                "e.md",
                "On 2 November 2018 I met a cow near Karjat at a hundred and forty. The cow won. Never again have I driven above eighty; trucks overtake me and wave.",
            ),
            (
                "f.md",
                "A film about a dairy, in May 2021. I went vegan the next morning. In October 2023 my mother cooked for three days for Eid and I ate everything, and I have eaten everything ever since.",
            ),
        ],
        {"boxer": "NOT", "cynic": "NOT", "urdu": "HOLDS", "drives_fast": "NOT", "vegan": "NOT"},
    ),
    "suresh": (
        "1972-07-01",
        [
            ("proud", "Too proud to ask for help", "Does not ask anyone for help", "negative"),
            ("radio", "Listens to the radio all day", "Keeps the radio on from morning", "neutral"),
            ("gossip", "Gossips", "Talks about people behind their backs", "negative"),
            ("fear_exams", "Afraid of exams", "Panics before tests", "negative"),
            ("yoga", "Does yoga", "Does an hour of yoga in the morning", "positive"),
        ],
        [
            (
                "a.md",
                "The twelfth boards of 1989: I fainted at the gate, with the hall ticket in my teeth. Every test after that began with a bucket. I was afraid of exams like others of snakes.",
            ),
            (
                "b.md",
                "For the promotion in 2004 there was a paper again. I had slept, I had eaten, I wrote it like a letter. So the fear of exams had died somewhere, without telling me.",
            ),
            (
                "c.md",
                "Akashvani in the morning, Vividh Bharati at noon. The radio has been on in my house since 1991 and it is on now.",
            ),
            (
                "d.md",
                "My back went in 2010, and the physio's sheet said yoga. I do an hour of it every morning since, the dog watches.",
            ),
            (
                "e.md",
                "I could never ask anybody for anything. In the second wave, May 2021, I rang eleven strangers for an oxygen cylinder, and the twelfth came. I have asked for help ever since, even for jars.",
            ),
            (
                "f.md",
                "I talked about Mehta's divorce at lunch and he stood behind me. That was in June 2016. I have not said a word about an absent man from that day on.",
            ),
        ],
        {"proud": "NOT", "radio": "HOLDS", "gossip": "NOT", "fear_exams": "NOT", "yoga": "HOLDS"},
    ),
    "tony": (
        "1996-02-20",
        [
            ("skater", "Skateboards", "Skateboards in the park", "neutral"),
            ("careless", "Careless with money", "Never knows his balance", "negative"),
            ("fear_sea", "Afraid of the sea", "Does not swim in the sea", "negative"),
            ("cries", "Cries easily", "Weeps at films", "neutral"),
            ("baker", "Bakes", "Bakes cakes for birthdays", "positive"),
        ],
        [
            (
                "a.md",
                "A wave at Varkala turned me over twice in 2008 and I swallowed half of Kerala. I have stayed on the sand ever since; nobody gets me into the sea.",
            ),
            (
                "b.md",
                "In 2012 I got the board from a cousin in Doha. I skated until the hip, and the hip was 2019. I hung the board on the wall. My nephew asks, and I say: that was me.",
            ),
            (
                "c.md",
                "I never knew what was in my account. In March 2022 the card was refused with the whole family at the table. Ever since I write down every rupee, and I know my balance to the paisa.",
            ),
            ("d.md", "I cry at films, at weddings and at the advert with the old man and the dog. It was always so."),
            (
                "e.md",
                "It started with my sister's seventh birthday, in 2014, and a box cake. Every birthday in our lane since then has had a cake of mine.",
            ),
        ],
        {"skater": "NOT", "careless": "NOT", "fear_sea": "HOLDS", "cries": "HOLDS", "baker": "HOLDS"},
    ),
}


@pytest.fixture(autouse=True)
def _more(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, life in MORE.items():
        monkeypatch.setitem(LIVES, name, life)


def test_few_are_mistaken_and_what_is_not_clear_stays_open() -> None:
    """Precision first: a trait that no clause names stays UNKNOWN; what is decided is nearly always right."""
    pairs = [(said, MORE[name][3][trait]) for name in MORE for trait, said in verdicts(name).items()]
    decided = [(said, expected) for said, expected in pairs if said != "UNKNOWN"]
    right = sum(said == expected for said, expected in decided)
    leaks = sum(expected in ("NOT", "RETRACTED") and said in ("HOLDS", "DORMANT") for said, expected in pairs)
    deaths = sum(expected in ("HOLDS", "DORMANT") and said in ("NOT", "RETRACTED") for said, expected in pairs)
    assert right / len(decided) >= 0.9
    assert len(decided) / len(pairs) >= 0.6
    assert (deaths, leaks) <= (0, 4)
