// The chat page: says what is typed or pressed, shows what comes back, keeps its history in this tab alone.
"use strict";
(() => {
  const main = document.getElementById("main");
  const log = document.getElementById("log");
  const state = document.getElementById("state");
  const form = document.getElementById("form");
  const box = document.getElementById("text");
  const words = main.dataset;
  const KEY = "outreach.talk";
  const LONGEST_PAUSE = 30000; // milliseconds between two tries while the network is away
  const kept = JSON.parse(sessionStorage.getItem(KEY) || '{"said":[],"cursor":0}');
  const line = []; // what is still to be sent, oldest first; each keeps its id, so that a repeat is no second message
  let sending = false;
  let gone = false;

  const keep = () => { if (!gone) sessionStorage.setItem(KEY, JSON.stringify(kept)); };
  const pause = (milliseconds) => new Promise((wake) => setTimeout(wake, milliseconds));
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  function make(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function show(said) {
    const shown = make("div", "said" + (said.you ? " you" : "") + (said.kind === "safety" ? " safety" : ""));
    const text = make("p", "text");
    text.append(make("span", "hidden", (said.you ? words.you : words.bot) + ": "), said.text);
    shown.append(text);
    if (said.file) shown.append(fileOf(said.file));
    if (said.choices && said.choices.length) shown.append(choicesOf(said));
    log.append(shown);
    shown.scrollIntoView({ block: "end" });
    return shown;
  }

  function fileOf(file) {
    const link = make("a", "button", words.download);
    link.href = file.href || "data:" + file.type + ";base64," + file.content;
    link.download = file.name;
    return link;
  }

  function choicesOf(said) {
    const group = make("div", "choices");
    for (const choice of said.choices) {
      const button = make("button", "button", choice.label);
      button.type = "button";
      button.addEventListener("click", () => { button.classList.add("chosen"); say({ press: choice.data }, choice.label); });
      group.append(button);
    }
    return group;
  }

  function remember(said) { kept.said.push(said); kept.said = kept.said.slice(-200); keep(); return show(said); }

  function say(what, label) {
    const shown = label === undefined ? null : remember({ you: true, text: label });
    if (shown) shown.classList.add("waiting");
    line.push({ body: { id: newId(), ...what }, shown });
    empty();
  }

  async function empty() {
    if (sending) return;
    sending = true;
    let wait = 1000;
    while (line.length && !gone) {
      state.textContent = wait > 1000 ? words.notSent : words.sending;
      const done = await send(line[0]);
      if (done) { line.shift(); wait = 1000; continue; }
      await pause(wait);
      wait = Math.min(LONGEST_PAUSE, wait * 2);
    }
    state.textContent = "";
    sending = false;
  }

  async function send(next) {
    let response;
    try {
      response = await fetch("/chat/say", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(next.body) });
      if (response.status >= 500 || response.status === 429) return false;
      if (next.shown) next.shown.classList.remove("waiting");
      if (!response.ok) { refuse(await response.json()); return true; }
      for (const reply of (await response.json()).replies) remember(reply);
      return true;
    } catch (error) { return false; }
  }

  function refuse(answer) {
    const why = { too_long: words.tooLong, no_visitor: words.cookie }[answer.error] || words.refused;
    remember({ text: why });
  }

  async function listen() {
    let wait = 1000;
    while (!gone) {
      try {
        const response = await fetch("/chat/updates?after=" + kept.cursor);
        if (response.status === 403) return;
        if (!response.ok) throw new Error("not now");
        for (const message of (await response.json()).messages) {
          if (message.cursor <= kept.cursor) continue;
          kept.cursor = message.cursor;
          remember(message);
        }
        if (state.textContent === words.offline) state.textContent = "";
        wait = 1000;
      } catch (error) {
        state.textContent = words.offline;
        await pause(wait);
        wait = Math.min(LONGEST_PAUSE, wait * 2);
      }
    }
  }

  function submit() {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    box.style.height = "";
    say({ text }, text);
    box.focus();
  }

  form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  });
  box.addEventListener("input", () => { box.style.height = "auto"; box.style.height = box.scrollHeight + 2 + "px"; });

  document.getElementById("leave").addEventListener("click", () => {
    gone = true;
    sessionStorage.clear();
    log.replaceChildren();
    location.replace("/"); // takes this page's place in the history, so that "back" does not lead here
  });

  const source = new URLSearchParams(location.search).get("source");
  if (location.search) history.replaceState(null, "", location.pathname);
  kept.said.forEach(show);
  if (!kept.said.length || source) say(source ? { start: true, source } : { start: true });
  listen();
})();
