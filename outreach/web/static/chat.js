// The chat page: says what is typed or pressed, shows what comes back, keeps its history in this tab alone.
"use strict";
(() => {
  const KEY = "talk";
  const MOST_KEPT = 200; // messages of history
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 30000; // milliseconds between two tries while nothing gets through
  const DOUBLE_TAP = 500; // milliseconds: the second tap must not hit what the first one brought under the finger
  const SLOW = 800; // milliseconds before we say that we are sending: most answers are there by then

  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;
  const guard = byId("guard"), foot = byId("say");
  const log = byId("log"), state = byId("state"), form = byId("form"), box = byId("text");
  const words = byId("main").dataset;
  const numbers = words.numbers ? words.numbers.split(" ") : [];
  const bubbles = new Map(); // of what is not sent yet, by id
  const leaving = new AbortController();
  const kept = restore();
  let sending = false, cookieTried = false;
  const sleepers = new Set(); // who waits for the next try

  // --- what this tab remembers -------------------------------------------------------------------------------

  function restore() {
    const fresh = { epoch: words.epoch, language: root.lang, cursor: 0, said: [], unsent: [] };
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY) || "null");
      return found && found.epoch === words.epoch ? { ...fresh, ...found } : fresh;
    } catch { // storage is switched off, or holds something else
      return fresh;
    }
  }

  function keep() {
    if (leaving.signal.aborted) return;
    kept.said = kept.said.slice(-MOST_KEPT);
    try { sessionStorage.setItem(KEY, JSON.stringify(kept)); } catch { /* the page works without a memory */ }
  }

  // --- showing -----------------------------------------------------------------------------------------------

  function make(tag, className, text) {
    const made = document.createElement(tag);
    made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function bubble(said) {
    const shown = make("div", "said" + (said.you ? " you" : "") + (said.note ? " aside" : "") + (said.kind === "safety" ? " safety" : ""));
    const text = make("p", "text");
    if (/[\u3400-\u9fff]/.test(said.text)) shown.lang = "zh-CN"; else if (/[a-z]/i.test(said.text)) shown.lang = "en";
    if (!said.note) text.append(make("span", "hidden", (said.you ? words.you : words.bot) + ": "));
    text.append(...linked(said.text));
    shown.append(text);
    if (said.file) shown.append(fileOf(said.file));
    if (said.link) shown.append(linkTo(said.link, words.open));
    if (said.choices && said.choices.length) shown.append(choicesOf(said.choices));
    if (said.id && kept.unsent.some((one) => one.id === said.id)) {
      shown.classList.add("waiting");
      bubbles.set(said.id, shown);
    }
    return shown;
  }

  function linked(text) { // helplines can be dialled, addresses opened
    const pattern = new RegExp("(https?://[^\\s，。；）)]+" + numbers.map((one) => "|(?<!\\d)" + one + "(?!\\d)").join("") + ")", "g");
    return text.split(pattern).map((part, position) => {
      if (position % 2 === 0) return part;
      const link = make("a", "", part);
      link.href = part.startsWith("http") ? part : "tel:" + part;
      return link;
    });
  }

  function linkTo(address, label) {
    const link = make("a", "button", label);
    link.href = address;
    link.rel = "noopener noreferrer";
    return link;
  }

  function fileOf(file) {
    // A link is opened, not saved: a phone then offers to put the entry into its calendar.
    const link = linkTo(file.href || "data:" + file.type + ";base64," + file.content, words.download);
    link.classList.add("file");
    if (!file.href) link.download = file.name;
    return link;
  }

  function choicesOf(choices) {
    const group = make("div", "choices");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", words.choices);
    for (const choice of choices) {
      const button = make("button", "button", choice.label);
      let pressedAt = -Infinity;
      button.type = "button";
      button.addEventListener("click", (pressed) => {
        if (pressed.timeStamp - pressedAt < DOUBLE_TAP) return;
        pressedAt = pressed.timeStamp;
        button.classList.add("chosen");
        say({ press: choice.data }, choice.label);
      });
      group.append(button);
    }
    return group;
  }

  function remember(messages) {
    if (!messages.length) return;
    const atEnd = innerHeight + scrollY >= root.scrollHeight - 160;
    const shown = messages.map(bubble);
    kept.said.push(...messages);
    log.append(...shown);
    mark();
    shown.forEach(settle);
    if (atEnd) shown[0].scrollIntoView({ block: "start" }); // its beginning, if it is longer than the screen
    if (document.hidden && !document.title.startsWith("●")) document.title = "● " + document.title;
  }

  function settle(shown) {
    const choices = shown.querySelector(".choices");
    if (!choices) return;
    choices.inert = true;
    setTimeout(() => { choices.inert = false; }, DOUBLE_TAP);
  }

  function mark() { // what was asked before the last answer is still there, but steps back
    const asked = log.querySelectorAll(".choices");
    asked.forEach((group, position) => group.classList.toggle("past", position < asked.length - 1));
  }

  // --- saying ------------------------------------------------------------------------------------------------

  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  function say(what, label) { // kept before it is sent, under one id for all tries: nothing lost, nothing doubled
    const id = newId();
    kept.unsent.push({ id, ...what });
    if (label !== undefined) {
      remember([{ you: true, text: label, id }]);
      log.lastElementChild.scrollIntoView({ block: "start" });
    }
    keep();
    sendAll();
  }

  async function sendAll() {
    if (sending) return;
    sending = true;
    let wait = FIRST_PAUSE;
    while (kept.unsent.length && !leaving.signal.aborted) {
      const slow = setTimeout(() => { state.textContent = words.sending; }, SLOW);
      const answer = await send(kept.unsent[0]);
      clearTimeout(slow);
      if (answer) {
        done(kept.unsent.shift(), answer);
        state.textContent = "";
        wait = FIRST_PAUSE;
      } else {
        state.textContent = words.notSent;
        await pause(wait);
        wait = Math.min(LONGEST_PAUSE, wait * 2);
      }
    }
    sending = false;
  }

  async function send(what) { // the messages to show; null if it must be tried again
    try {
      const response = await fetch("/chat/say", {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what), signal: leaving.signal,
      });
      if (response.status >= 500 || response.status === 429) return null;
      const told = await response.json();
      if (response.ok) return told.unclear ? [note(told.unclear)] : told.replies;
      if (told.error === "no_visitor" && await newCookie()) return null;
      return [note(told.error)];
    } catch { // no network, or not us who answered
      return null;
    }
  }

  function done(what, messages) {
    bubbles.get(what.id)?.classList.remove("waiting");
    bubbles.delete(what.id);
    cookieTried = false;
    remember(messages);
    keep();
  }

  const note = (why) => ({ note: true, text: { too_long: words.tooLong, no_visitor: words.cookie, unknown_button: words.stale }[why] || words.refused });

  async function newCookie() { // it ends after a month without a visit; a browser that refuses it is told once
    if (cookieTried) return false;
    cookieTried = true;
    return (await fetch("/chat", { cache: "no-store", signal: leaving.signal })).ok;
  }

  // --- listening ---------------------------------------------------------------------------------------------

  async function listen() {
    let wait = FIRST_PAUSE;
    while (!leaving.signal.aborted) {
      if (await heard()) {
        if (state.textContent === words.offline) state.textContent = "";
        wait = FIRST_PAUSE;
      } else {
        if (!leaving.signal.aborted && !state.textContent) state.textContent = words.offline;
        await pause(wait);
        wait = Math.min(LONGEST_PAUSE, wait * 2);
      }
    }
  }

  async function heard() { // false if it is better to wait before asking again
    try {
      const response = await fetch("/chat/updates?after=" + kept.cursor + "&epoch=" + encodeURIComponent(words.epoch), { signal: leaving.signal });
      if (response.status === 409) { leaving.abort(); location.reload(); return false; }
      if (response.status === 403 && await newCookie()) return true;
      if (!response.ok) return false;
      const news = (await response.json()).messages.filter((message) => message.cursor > kept.cursor);
      if (news.length) {
        kept.cursor = news[news.length - 1].cursor;
        remember(news);
        keep();
      }
      return true;
    } catch {
      return false;
    }
  }

  const pause = (milliseconds) => new Promise((wake) => {
    const up = () => { clearTimeout(timer); sleepers.delete(up); wake(); };
    const timer = setTimeout(up, milliseconds * (0.75 + Math.random() / 2)); // not all tabs at once
    sleepers.add(up);
  });
  const wakeUp = () => sleepers.forEach((up) => up());

  // --- the page ----------------------------------------------------------------------------------------------

  function submit() {
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    grow();
    say({ text }, text);
    box.focus();
  }

  function grow() {
    box.style.height = "";
    if (box.value) box.style.height = box.scrollHeight + 2 + "px";
  }

  function leave() { // nothing stays on the screen, in this tab or in its history
    leaving.abort();
    try { sessionStorage.clear(); } catch { /* there was nothing */ }
    document.title = words.elsewhere;
    document.body.replaceChildren();
    location.replace("/leave");
  }

  function begin() {
    byId("no-script").remove();
    const source = new URLSearchParams(location.search).get("source");
    if (location.search) history.replaceState(null, "", location.pathname);
    const isNew = !kept.said.length && !kept.unsent.length;
    log.append(...kept.said.map(bubble));
    mark();
    log.lastElementChild?.scrollIntoView({ block: "start" });
    log.setAttribute("aria-live", "polite"); // from now on: nobody wants the whole history read out
    if (source) say({ start: true, source });
    else if (isNew) say({ text: words.hello }); // a word, so that the answer is in the language of the page
    else if (kept.language !== root.lang) say({ text: words.language }, words.language);
    kept.language = root.lang;
    sendAll();
    listen();
  }

  function makeRoom() { // so that neither focus nor a new message hides behind what sticks to the edges
    root.style.scrollPaddingTop = guard.offsetHeight + 8 + "px";
    root.style.scrollPaddingBottom = foot.offsetHeight + 8 + "px";
  }

  function uncover(target) { // browsers call a thing visible whose edge is covered
    // Only for keyboards: under a pressing finger nothing may move, or the press would be lost.
    if (target === log || !target.matches(":focus-visible")) return;
    const box = target.getBoundingClientRect();
    const above = guard.getBoundingClientRect().bottom + 8 - box.top;
    const below = box.bottom + 8 - foot.getBoundingClientRect().top;
    if (above > 0) scrollBy(0, -above); else if (below > 0) scrollBy(0, below);
  }

  form.addEventListener("submit", (submitted) => { submitted.preventDefault(); submit(); });
  box.addEventListener("keydown", (pressed) => {
    if (pressed.key === "Enter" && !pressed.shiftKey && !pressed.isComposing) { pressed.preventDefault(); submit(); }
  });
  box.addEventListener("input", grow);
  byId("leave").addEventListener("click", leave);
  log.addEventListener("focusin", (focused) => uncover(focused.target));
  addEventListener("online", wakeUp);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    document.title = document.title.replace(/^● /, "");
    wakeUp();
  });
  for (const edge of [guard, foot]) new ResizeObserver(makeRoom).observe(edge);
  makeRoom();
  begin();
})();
