"use strict";
(() => {
  const main = () => document.querySelector("main");
  const number = () => Number(main().dataset.number);
  const ended = () => "ended" in main().dataset;
  const field = () => document.querySelector("#line, #text");
  let busy = false; // an answer is under way: keys are thrown away, as a terminal throws away what was typed ahead
  let written = false; // the person has changed the field

  function parsed(html) {
    return new DOMParser().parseFromString(html, "text/html").querySelector("main");
  }

  // "More" stays as the person left it, also when the page is loaded again.
  function keepOpen() {
    const rest = document.getElementById("rest");
    if (rest) rest.open = Boolean(history.state?.open);
  }

  // Takes over what changed. The sections stay where they are: a live region that is replaced says nothing.
  function take(fresh, mine) {
    const old = main(), shown = old.dataset.shown;
    if (!mine && Number(fresh.dataset.number) === number() && "ended" in fresh.dataset === ended()) return;
    if (written && field() && (!mine || fresh.querySelector(".stale"))) {
      lost("This question was answered elsewhere, and your words here were not taken.", "Copy them, then show what is asked now");
      return;
    }
    for (const section of fresh.querySelectorAll("section")) {
      const here = document.getElementById(section.id);
      if (section.id === "question" || here.innerHTML !== section.innerHTML) {
        here.replaceChildren(...document.adoptNode(section).childNodes);
      }
    }
    keepOpen();
    for (const name of ["number", "shown"]) old.dataset[name] = fresh.dataset[name];
    if ("ended" in fresh.dataset) old.dataset.ended = "";
    document.title = `${document.getElementById("heading").textContent} · Review`;
    written = false;
    document.getElementById("lost")?.remove();
    if (!mine && document.hidden) return;
    const there = field();
    if (there) {
      there.focus();
    } else if (old.dataset.shown !== shown) {
      const heading = document.getElementById("heading");
      heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    } else {
      document.getElementById("asked").focus();
    }
  }

  function lost(words, offer) {
    if (document.getElementById("lost")) return;
    const box = document.createElement("div"), text = document.createElement("p");
    box.id = "lost";
    box.setAttribute("role", "alert");
    text.textContent = words;
    box.append(text);
    if (offer) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = offer;
      button.addEventListener("click", () => location.reload());
      box.append(button);
    }
    main().prepend(box);
  }

  const gone = () => lost("The review was stopped: nothing answers here any more. What you decided is kept. See the terminal.", "");

  async function send(values) {
    if (busy || ended()) return;
    busy = true;
    main().setAttribute("aria-busy", "true");
    try {
      const body = new URLSearchParams({ number: number(), part: "1", ...values });
      const reply = await fetch("answer", { method: "POST", body });
      if (reply.status === 413) lost("That is too long for one answer.", "");
      else if (!reply.ok) throw new Error(reply.statusText);
      else take(parsed(await reply.text()), true);
    } catch {
      gone();
    } finally {
      busy = false;
      main().removeAttribute("aria-busy");
    }
  }

  document.addEventListener("submit", (event) => {
    event.preventDefault();
    const values = Object.fromEntries(new FormData(event.target));
    const { name, value } = event.submitter ?? {};
    if (name === "leave") return void send({ leave: value });
    if (name) values[name] = value;
    delete values.number;
    send(values);
  });

  document.addEventListener("input", () => { written = true; });

  document.addEventListener("toggle", (event) => {
    if (event.target.id === "rest" && event.target.isConnected) history.replaceState({ open: event.target.open }, "");
  }, true);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const back = event.key === "Escape" && document.querySelector("#question [value=back], #question [value=cancel]");
    if (back) {
      event.preventDefault();
      send({ leave: back.value });
      return;
    }
    if (event.target.closest?.("input, textarea") || !document.querySelector("#question button[name=key]")) return;
    if (event.key.length !== 1) return; // Enter, arrows and the like are no keys of the review
    if (event.key === " " && event.target.closest?.("button, summary")) return;
    event.preventDefault();
    send({ key: event.key });
  });

  // What happens in another tab, or when the review is stopped in the terminal.
  async function news() {
    for (;;) {
      if (document.hidden) await new Promise((go) => document.addEventListener("visibilitychange", go, { once: true }));
      if (ended()) return;
      try {
        const reply = await fetch(`news?after=${number()}`);
        if (!reply.ok) throw new Error(reply.statusText);
        const fresh = parsed(await reply.text());
        while (busy) await new Promise((go) => setTimeout(go, 20)); // an answer of this tab comes first
        if (!ended() && Number(fresh.dataset.number) >= number()) take(fresh, false);
        if (document.getElementById("lost")) return;
      } catch {
        if (!ended()) gone();
        return;
      }
    }
  }

  if (field()) field().focus();
  else document.getElementById("heading").focus({ preventScroll: true });
  history.replaceState(history.state, "", location.pathname);
  keepOpen();
  news();
})();
