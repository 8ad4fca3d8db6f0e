"""What the commands print: counts, diffs, samples, checks. Data goes to stdout, remarks to stderr."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.text import Text

from refiner.console import Output
from refiner.models import Edit
from refiner.review.visible import visible

if TYPE_CHECKING:
    from refiner.asking.asker import Asker, Waiting
    from refiner.doctor import Check
    from refiner.refine import Life, Plan, Report
    from refiner.sampling import Samples

_STYLE = {"ok": "green", "note": "", "missing": "yellow", "error": "red"}
_MARK = {"ok": "ok     ", "note": "-      ", "missing": "missing", "error": "ERROR  "}


def plural(count: int, word: str) -> str:
    """`3 notes`, `1 note`."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def counts(life: Life) -> dict[str, Any]:
    """How many of everything a life has, by status where there is one."""
    chain = life.chain
    edits = [e for es in chain.edits.values() for e in es]
    return {
        "notes": len(chain.notes),
        "edits": dict(Counter(e.stage for e in edits)),
        "edits_by_status": dict(Counter(e.status for e in edits)),
        "questions": dict(Counter(q.status for q in chain.questions)),
        "findings": dict(Counter(f.severity for f in chain.findings)),
        "events": len(chain.events),
        "verdicts": dict(Counter(t.verdict for t in chain.timeline.traits)) if chain.timeline else {},
        "canon": len(chain.canon),
    }


def refined(show: Output, done: Report) -> None:
    """After `refine`: what was done, what is open, what failed, and the next command."""
    if show.as_json:
        all_counts: dict[str, Any] = counts(done.life) if done.life else {"notes": done.notes}
        asker = done.life.engine.asker if done.life else None
        talk = {
            "model": asker.name, **asdict(asker.usage), "unasked": asker.unasked + asker.absent,
            "lost": asker.lost, "cost": asker.budget.cost,
        } if asker else None  # fmt: skip
        show.json(
            {"changed": done.changed, "seconds": round(done.seconds, 3), "made": done.made, "talk": talk, **all_counts}
        )
    show.say(f"engine: {done.engine}")
    if not done.changed:
        show.say(
            f"nothing changed since the last run: {plural(done.notes, 'note')} as they were ({done.seconds:.2f} s)"
        )
        return
    life = done.life
    assert life is not None
    work = ", ".join(f"{stage} {n}" for stage, n in done.made.items() if stage != "timeline") or "all from the cache"
    show.say(f"{plural(done.notes, 'note')} read; done anew: {work} ({done.seconds:.1f} s)")
    numbers = counts(life)
    edits, questions = numbers["edits"], numbers["questions"].get("undecided", 0)
    show.say("edits: " + (", ".join(f"{stage} {n}" for stage, n in edits.items()) or "none"))
    if done.fresh is not None:
        show.say(
            f"new to decide: {plural(done.fresh.edits, 'edit')}, {plural(done.fresh.questions, 'question')}; "
            f"{done.fresh.decided} decided before stand"
        )
    show.say(f"open questions: {questions}; events: {numbers['events']}; traits: {_tally(numbers['verdicts'])}")
    if life.engine.asker is not None:
        _talk(show, life.engine.asker)
    for finding in life.chain.findings:
        if finding.severity == "error" and finding.check != "notes":  # those are told below, with what mends them
            place = f"{finding.note}: " if finding.note else ""
            show.error(f"{place}{finding.message} [{finding.check}]")
    warnings = sum(f.severity == "warning" for f in life.chain.findings)
    if warnings:
        show.say(f"{plural(warnings, 'warning')} in findings.jsonl")
    for failed in done.failed:
        show.error(str(failed))
    show.say("next: refiner review" if life.chain.notes else f"next: write a note in {life.workspace.raw}")


def _talk(show: Output, asker: Asker, command: str = "refine") -> None:
    """What the model was asked, what it cost, and what is missing."""
    u = asker.usage
    cost = f", cost {asker.budget.cost:.4f}" if asker.budget.price_in or asker.budget.price_out else ""
    tokens = f"; {u.prompt_tokens:,} tokens sent, {u.completion_tokens:,} written{cost}" if u.calls else ""
    show.say(f"{asker.name}: {plural(u.calls, 'new answer')}, {u.cached} from before{tokens}")
    if u.failed:
        show.say(
            f"{plural(u.failed, 'question')} got no answer that could be used: they are yours (--ask-again retries)"
        )
    if asker.unasked:
        show.error(
            f"the budget is spent: {plural(asker.unasked, 'question')} not put\n  → refiner {command} goes on there"
        )
    if asker.absent:
        show.error(f"{plural(asker.absent, 'question')} the recording has no answer to: they stay open")
    for line in asker.lost[:5]:
        show.error(f"no answer: {line}")
    if asker.lost:
        more = f"{len(asker.lost) - 5} more; " if len(asker.lost) > 5 else ""
        show.error(f"  → {more}refiner {command} asks these again, and nothing else")


def planned(show: Output, done: Plan, command: str = "refine") -> None:
    """After a `--dry-run` of refine, samples or evaluate: what would be sent where, how much, and what it may cost."""
    asker = done.engine.asker
    if asker is None:
        show.say(f"engine: {done.engine.why}")
        show.data("nothing would be sent")
        return
    from refiner.remote import is_local

    llm = asker.llm
    by_prompt: dict[str, list[Waiting]] = {}
    for w in done.waiting:
        by_prompt.setdefault(w.prompt, []).append(w)
    sent, most = done.tokens
    if show.as_json:
        show.json(done.as_data())
        return
    where = "this machine" if is_local(llm.base_url) else "NOT this machine"
    show.data(f"nothing was sent. It would go to {llm.base_url} ({where}), model {llm.model}")
    if not is_local(llm.base_url) and not llm.allow_remote:
        show.data("that endpoint is refused until allow_remote = true stands under [llm]")
    show.data(f"{'question':<18}{'calls':>7}{'notes':>7}{'tokens sent':>14}{'written at most':>17}")
    for prompt, those in sorted(by_prompt.items()):
        notes = len({w.note for w in those})
        tokens = sum(w.prompt_tokens for w in those), sum(w.most_tokens for w in those)
        show.data(f"{prompt:<18}{len(those):>7}{notes:>7}{tokens[0]:>14,}{tokens[1]:>17,}")
    show.data(f"{'together':<18}{len(done.waiting):>7}{'':>7}{sent:>14,}{most:>17,}")
    if llm.price_in or llm.price_out:
        cost = asker.budget.price(sent, most)
        show.data(f"cost at most {cost:.4f} (price_in {llm.price_in:g}, price_out {llm.price_out:g} for a million)")
    show.data(f"{done.cached} more are answered already; what an answer makes necessary to ask is not counted")
    names = "replaced by stand-ins" if asker.stand_ins else "sent as they are (--pseudonymise replaces them)"
    show.data(f"names and places: {names}")
    if asker.stand_ins is not None:
        from refiner.stages.standing_in import still_named

        left = {n for w in done.waiting for m in w.messages[1:] for n in still_named(m["content"], asker.stand_ins)}
        if left:
            show.data(f"what still looks like a name or a place: {', '.join(sorted(left)[:20])}")
    show.say(f"the messages themselves: refiner {command} --dry-run --json")


def _tally(verdicts: dict[str, int]) -> str:
    return ", ".join(f"{n} {v}" for v, n in sorted(verdicts.items(), key=lambda i: -i[1])) or "none"


def diff_text(before: str, after: str, *, plain: bool) -> Text:
    """A word diff as rich text: struck red and underlined green, or [-old-]{+new+} where colour cannot be."""
    from refiner.review.diff import segments

    text = Text()
    for s in segments(before, after):
        if s.kind == "equal":
            text.append(visible(s.old))
            continue
        if s.old:
            text.append(f"[-{visible(s.old)}-]" if plain else visible(s.old), style="" if plain else "red strike")
        if s.new:
            text.append(
                f"{{+{visible(s.new)}+}}" if plain else visible(s.new), style="" if plain else "green underline"
            )
    return text


def edit_in_place(show: Output, life: Life, edit: Edit) -> Text:
    """The sentence of an edit with all changes that stand in it, as one diff line."""
    note = next(n for n in life.chain.notes if n.path == edit.note)
    sentence = note.sentence_at(edit.start) or note.sentence_at(max(edit.start - 1, 0))
    start, end = (sentence.start, max(sentence.end, edit.end)) if sentence else (edit.start, edit.end)
    after = note.text[start : edit.start] + edit.after + note.text[edit.end : end]
    plain = show.out.no_color or not show.out.is_terminal
    return diff_text(note.text[start:end], after, plain=plain)


def samples(show: Output, made: Samples) -> None:
    """After `samples`: counts by kind and status."""
    by_kind = Counter(s.kind for s in made.samples)
    by_model = sum(s.source.startswith("model:") for s in made.samples)
    if show.as_json:
        show.json(
            {
                "samples": len(made.samples), "kinds": dict(by_kind),
                "status": dict(Counter(s.status for s in made.samples)), "blocked": len(made.blocked),
                "by_model": by_model, "written": dict(made.writing.written) if made.writing else {},
                "unheard": made.writing.unheard if made.writing else [],
            }
        )  # fmt: skip
    show.say(f"{plural(len(made.samples), 'sample')}: " + ", ".join(f"{k} {n}" for k, n in by_kind.most_common()))
    if made.writing is not None and made.asker is not None:
        _talk(show, made.asker, "samples")
        for line in made.writing.unheard:
            show.say(line)
    if by_model:
        show.say(f"{by_model} of them have words of a model, checked: refiner review --stage sample --source model:")
    waiting = sum(bool(s.blocked) for s in made.samples)
    if waiting:
        show.say(f"{waiting} of them wait for undecided edits or questions in their sources: refiner review")
    show.say("next: refiner review --stage sample" if made.undecided else "next: refiner export")


def doctor(show: Output, checks: Sequence[Check]) -> None:
    if show.as_json:
        show.json([asdict(c) for c in checks])
        return
    for c in checks:
        show.data(Text.assemble((_MARK[c.level], _STYLE[c.level]), f" {c.what:<11} {visible(c.detail)}"))
        if c.mend and c.level != "ok":
            show.data(f"{'':<20}→ {c.mend}")
