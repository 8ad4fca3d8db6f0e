"""Kin words seen from others: of whom the narrator is the son, the brother, the husband. Pure tables."""

from __future__ import annotations

_SON = (
    "mother father parents mum mom dad papa amma appa maa ma baba mummy "
    "abba ammi aai parent daddy mama mamma pa stepmother stepfather"
)
OF: dict[str, frozenset[str]] = {
    "son": frozenset(_SON.split()),
    "brother": frozenset(
        ["sister", "brother", "sisters", "brothers", "siblings", "sibling", "didi", "akka", "anna", "bhaiya", "twin"]
    ),
    "husband": frozenset(("wife", "husband")),
    "grandson": frozenset(
        [
            "grandmother",
            "grandfather",
            "grandparents",
            "nani",
            "dadi",
            "nana",
            "dada",
            "paati",
            "ajji",
            "thatha",
            "ajja",
            "grandma",
            "grandpa",
            "granny",
            "patti",
        ]
    ),
    "nephew": frozenset(
        ["uncle", "aunt", "aunty", "auntie", "chacha", "maasi", "masi", "mausi", "bua", "chachi", "mami", "kaka", "tau"]
    ),
    "father": frozenset(["son", "daughter", "children", "kids", "child", "sons", "daughters", "kid"]),
    "uncle": frozenset(["nephew", "niece", "nephews", "nieces"]),
    "boyfriend": frozenset(("girlfriend", "boyfriend")),
    "grandfather": frozenset(
        ("grandson", "granddaughter", "grandchildren", "grandchild", "grandsons", "granddaughters", "grandkids")
    ),
    "brother-in-law": frozenset(("brother-in-law", "sister-in-law", "brothers-in-law", "sisters-in-law")),
    "son-in-law": frozenset(("mother-in-law", "father-in-law")),
    "friend": frozenset(),
}
_GROUPS = {
    "son": "son daughter boy girl stepson stepdaughter beta beti",
    "brother": "brother sister",
    "husband": "husband wife",
    "grandson": "grandson granddaughter",
    "nephew": "nephew niece",
    "father": "father mother dad mum mom papa daddy mummy",
    "uncle": "uncle aunt aunty auntie kaka chacha chachu mama mamu tau kaku bua buaji maasi masi mausi khala chachi "
    "mami kaki atya",
    "boyfriend": "boyfriend girlfriend",
    "grandfather": "grandfather grandmother grandad gran grandpa grandma granddad granny dadi dada nani nana dadaji "
    "nanaji thatha paati ajji ajja",
    "brother-in-law": "brother-in-law sister-in-law",
    "son-in-law": "son-in-law daughter-in-law damaad bahu",
}
GROUP: dict[str, str] = {word: group for group, words in _GROUPS.items() for word in words.split()}


def whose(noun: str) -> frozenset[str]:
    """The relations to the narrator of those who may call the narrator `noun` ("son" -> mother, father, …)."""
    return OF.get(GROUP.get(noun.casefold(), ""), frozenset())
