"use strict";
// Lights the chain of a trait, shows what is pointed at, and makes both drawings usable with the keyboard. Without it
// the page is whole: titles hold the words, links lead to each trait's chapter.
(function () {
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const frame = document.querySelector(".frame");
  const panel = one("panel"), told = one("told"), tip = one("tip"), said = one("said");
  const things = all(".mark, .bars, .node");
  const words = new Map(); // thing -> [[kind of line, text]]
  let chosen = ""; // "t3" for a trait, "e17" for an event, "" for none

  document.documentElement.classList.add("scripted");
  for (const thing of things) {
    const title = thing.querySelector("title");
    const lines = title.textContent.split("\n");
    words.set(thing, lines.map((line, i) => [thing.dataset.lines[i] || "e", line]));
    title.remove(); // or the browser shows it as well
    thing.setAttribute("role", "button");
    thing.setAttribute("aria-label", lines.join(". "));
    thing.setAttribute("tabindex", "-1");
    if (!thing.classList.contains("mark")) thing.setAttribute("aria-pressed", "false");
  }
  for (const edge of all(".web .edge")) {
    const title = edge.querySelector("title");
    words.set(edge, title.textContent.split("\n").map((line, i) => [i ? "q" : "e", line]));
    title.remove();
  }
  for (const link of all(".trait")) {
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", "false");
    link.setAttribute("aria-label", link.title);
    link.removeAttribute("title");
  }
  for (const drawing of all("svg.aside, svg.years, svg.web")) {
    const first = drawing.querySelector("[data-lines]");
    if (first) first.setAttribute("tabindex", "0");
  }

  const years = document.querySelector(".rows .scroll");
  if (years) years.scrollLeft = years.scrollWidth; // where there is no room for all, the present comes first

  // ---- what is pointed at
  function lines(of) {
    return of.map(([kind, text]) => {
      const p = document.createElement("p");
      p.className = "l-" + kind;
      p.dir = "auto";
      p.textContent = text;
      return p;
    });
  }
  function show(thing) {
    tip.replaceChildren(...lines(words.get(thing)));
    tip.hidden = false;
    const at = (thing.querySelector(".hit") || thing).getBoundingClientRect(), box = tip.getBoundingClientRect();
    const wide = document.documentElement.clientWidth, high = document.documentElement.clientHeight;
    const middle = Math.min(Math.max((at.left + at.right) / 2, 0), wide);
    const left = Math.min(Math.max(middle - box.width / 2, 8), wide - box.width - 8);
    const below = at.bottom + 8, above = at.top - box.height - 8;
    tip.style.left = Math.max(left, 8) + "px";
    tip.style.top = Math.max(below + box.height > high && above > 0 ? above : below, 8) + "px";
  }
  function hide() { tip.hidden = true; }
  const thing_at = (event) => event.target.closest && event.target.closest("[data-lines]");
  document.addEventListener("pointerover", (event) => {
    const thing = event.target.closest("[data-lines], [data-edge]");
    if (thing) show(thing); else hide();
  });
  document.addEventListener("focusin", (event) => {
    const thing = thing_at(event);
    if (!thing) return hide();
    for (const other of all('[tabindex="0"][data-lines]', thing.closest("svg.aside, svg.years, svg.web"))) other.setAttribute("tabindex", "-1");
    thing.setAttribute("tabindex", "0");
    if (thing.matches(":focus-visible")) show(thing);
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("scroll", hide, true);

  // ---- what is chosen
  function light(events, edges, trait) {
    for (const part of all(".trait, .plots :is(.mark, .whisker, .bars, .row), .web :is(.node, .edge)")) {
      const d = part.dataset;
      let lit = events.has(d.event) || edges.has(d.edge);
      if (trait !== null && d.trait === trait && !part.classList.contains("whisker")) lit = true;
      if (part.classList.contains("row")) { part.classList.toggle("lit", lit); continue; } // its parts dim one by one
      part.classList.toggle("lit", lit);
      part.classList.toggle("dim", !lit);
    }
  }
  function clear() {
    if (!chosen) return;
    chosen = "";
    for (const part of all(".lit, .dim")) part.classList.remove("lit", "dim");
    press(null, null);
    panel.hidden = true;
    frame.classList.remove("chosen");
    told.replaceChildren();
    said.textContent = "";
    address("");
  }
  function press(trait, event) {
    for (const part of all("[aria-pressed]")) {
      const d = part.dataset;
      part.setAttribute("aria-pressed", String(part.classList.contains("node") ? d.event === event : d.trait === trait));
    }
  }
  function address(hash) {
    try { history.replaceState(null, "", hash || location.pathname + location.search); } catch (error) { /* not here */ }
  }
  function open(parts, message) {
    told.replaceChildren(...parts);
    panel.hidden = false;
    panel.scrollTop = 0;
    frame.classList.add("chosen");
    said.textContent = message;
    hide();
  }
  function choose_trait(index, far) {
    if (chosen === "t" + index) return clear();
    const chapter = one("t" + index);
    if (!chapter) return;
    chosen = "t" + index;
    const events = new Set(chapter.dataset.events.split(" ").filter(Boolean));
    light(events, new Set(chapter.dataset.links.split(" ").filter(Boolean)), index);
    press(index, null);
    const copy = chapter.cloneNode(true);
    copy.removeAttribute("id");
    told.className = copy.className.replace("chapter card", "");
    open(Array.from(copy.childNodes), copy.querySelector("h3").textContent + ": " + copy.querySelector(".word").textContent.trim() +
      ", " + events.size + (events.size === 1 ? " event lit" : " events lit"));
    address("#trait=" + encodeURIComponent(chapter.dataset.id));
    const link = document.querySelector('.trait[data-trait="' + index + '"]'), at = link.getBoundingClientRect();
    if (far || (at.bottom > 0 && at.top < document.documentElement.clientHeight)) link.scrollIntoView({ block: "nearest" });
    for (const first of [document.querySelector(".row.lit .mark"), document.querySelector(".node.lit")]) if (first) into_view(first, "x");
  }
  function choose_event(node) {
    const index = node.dataset.event;
    if (chosen === "e" + index) return clear();
    chosen = "e" + index;
    const events = new Set([index]), edges = new Set(), joined = [];
    for (const edge of all(".edge[data-edge]")) {
      const [from, to] = edge.dataset.edge.split("-");
      if (from === index || to === index) { 
        edges.add(edge.dataset.edge); events.add(from); events.add(to); joined.push(...words.get(edge));
      }
    }
    light(events, edges, null);
    press(null, index);
    const parts = lines(words.get(node).concat(joined));
    const choices = document.createElement("p");
    choices.className = "choices";
    for (const trait of node.dataset.traits.split(" ").filter(Boolean)) {
      const link = document.createElement("a");
      link.href = "#t" + trait;
      link.dataset.trait = trait;
      link.textContent = "Behind " + one("t" + trait).querySelector("h3").textContent;
      choices.append(link);
    }
    if (choices.childNodes.length) parts.push(choices);
    told.className = "";
    open(parts, words.get(node)[0][1]);
    address("");
  }
  function into_view(node, axis) {
    const scroll = node.closest(".scroll"), box = scroll.getBoundingClientRect(), at = node.querySelector(".hit").getBoundingClientRect();
    if (at.left < box.left + 20 || at.right > box.right - 180) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      scroll.scrollBy({ left: at.left - box.left - 60, behavior: still || axis !== "x" ? "auto" : "smooth" });
    }
    if (axis !== "x") node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  function act(target, event) {
    const link = target.closest("a[href^='#n']");
    const node = link ? one(link.hash.slice(1)) : target.closest(".node");
    if (link && node) {
      event.preventDefault();
      into_view(node, "both");
      node.focus({ preventScroll: true });
      return show(node);
    }
    if (node) return choose_event(node);
    const part = target.closest("[data-trait]");
    if (part && (part.closest("svg") || part.closest("a"))) { event.preventDefault(); choose_trait(part.dataset.trait); }
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("#close")) { const back = document.querySelector('[aria-pressed="true"]'); clear(); if (back) back.focus(); return; }
    act(event.target, event);
  });

  // ---- the keyboard
  function step(thing, key) {
    const drawing = thing.closest("svg.aside, svg.years, svg.web");
    const list = all("[data-lines]", drawing), at = list.indexOf(thing);
    if (key === "Home") return list[0];
    if (key === "End") return list[list.length - 1];
    if (key === "ArrowLeft" || key === "ArrowRight") return list[at + (key === "ArrowRight" ? 1 : -1)];
    const here = middle(thing), way = key === "ArrowDown" ? 1 : -1;
    let best = null, least = Infinity;
    for (const other of list) {
      const there = middle(other), down = (there.y - here.y) * way;
      const far = down < 6 ? Infinity : down * 4 + Math.abs(there.x - here.x);
      if (far < least) { best = other; least = far; }
    }
    return best;
  }
  function middle(thing) {
    const box = (thing.querySelector(".hit") || thing).getBoundingClientRect();
    return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2 };
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { if (!tip.hidden) hide(); return clear(); }
    const thing = thing_at(event);
    if ((event.key === "Enter" || event.key === " ") && (thing || event.target.matches(".trait"))) {
      event.preventDefault();
      act(event.target, event);
    } else if (thing && /^(Arrow|Home$|End$)/.test(event.key)) {
      event.preventDefault();
      const next = step(thing, event.key);
      if (next) { next.focus(); show(next); }
    }
  });
  function from_address() {
    const match = /^#trait=(.*)$/.exec(location.hash);
    if (!match) return;
    let id = match[1];
    try { id = decodeURIComponent(id); } catch (error) { /* as it stands */ }
    const chapter = all(".chapter").find((c) => c.dataset.id === id);
    if (chapter && chosen !== chapter.id) choose_trait(chapter.id.slice(1), true);
  }
  window.addEventListener("hashchange", from_address);
  from_address();
})();
