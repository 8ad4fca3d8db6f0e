"""The parts of `train.py`, one subject a file. They import nothing of `refiner`, so that copying the folder
`training/` to a rented machine is enough. Start with `train.py`: it calls them in the order of a run.

    run.py          the order of a run
    recipe.py       the recipe file: strict, every error at once
    folder.py       the dataset folder: manifest, hashes, rows, and the general rows mixed in
    continued.py    an earlier run, and what is new since
    base.py         the base model: where it is, its tokenizer, its stop token
    labels.py       rows to token ids; the loss falls on the answers alone
    memory.py       what a model, a LoRA and a sequence length take on a card
    pace.py         how long it takes
    plan.py         what a run would do, said before anything is loaded
    backends.py     unsloth, trl-qlora, trl-cpu: which one and why
    prepare.py      the run's folder, new or gone on with
    fit.py          the training itself
    preferences.py  the person's decisions as rows for dpo and kto
    preferred.py    training on them, and whether it did harm
    watch.py        what looks on while it trains: progress, stop, gradients
    together.py     several processes that train one adapter
    finish.py       what is kept of a run
    quiet.py        what keeps the libraries quiet
    record.py       run.json, the loss curve, versions and hardware
"""
