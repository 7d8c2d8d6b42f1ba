// What is typed is never lost: it is saved while somebody writes, and kept in this browser until it
// is. When somebody else saved first, when the session ended or the line is dead, the page says so
// and keeps every word.
"use strict";

(() => {
  const form = document.getElementById("item-form");
  if (!form) return;

  const AFTER_TYPING = 3000; // milliseconds
  const AFTER_FAILURE = 15000; // milliseconds
  const DAY = 86400000; // milliseconds
  const LARGEST_FAREWELL = 60000; // characters a browser still sends from a page that is closed
  const NOT_WORDS = new Set(["csrf_token", "version"]);
  const saving = document.getElementById("saving");
  const troubles = document.getElementById("saving-trouble");

  let timer = null;
  let keeping;
  let busy = null; // the request on its way
  let changed = false; // since the last request began
  let safe = true; // everything typed is saved
  let leaving = false;
  let trouble = "";
  let lastSent = null;
  let theirs = null;
  let takeSummary = false;

  const field = (name) => form.elements.namedItem(name);
  const version = () => field("version")?.value ?? "";
  const place = () => `county:${form.dataset.person}:${form.dataset.item || "new"}${form.dataset.autosave ? "" : ":amend"}`;
  const read = (text) => new DOMParser().parseFromString(text, "text/html");

  // Words: the fields of a form by name

  function wordsOf(some) {
    const words = {};
    for (const [name, value] of new FormData(some)) if (!NOT_WORDS.has(name)) words[name] = value;
    return words;
  }

  function plain(html) {
    if (!/<[a-z]/i.test(html ?? "")) return (html ?? "").replace(/\s+/g, "");
    const body = read(html).body;
    return body.textContent.replace(/\s+/g, "") + "#".repeat(body.querySelectorAll("img").length);
  }

  function same(one, other) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)]);
    names.delete("token");
    return [...names].every((name) => plain(one[name]) === plain(other[name]));
  }

  function write(words) {
    for (const [name, value] of Object.entries(words)) {
      if (name === "body" && window.itemEditor) window.itemEditor.write(value);
      else if (field(name)) field(name).value = value;
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // This browser's own copy

  function keep(sent) {
    const kept = { at: Date.now(), version: version(), sent, words: wordsOf(form) };
    try {
      localStorage.setItem(place(), JSON.stringify(kept));
    } catch {
      // A full or forbidden store: the words are still in the page.
    }
  }

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(place()));
    } catch {
      return null;
    }
  }

  const forget = () => localStorage.removeItem(place());

  // What was sent is the server's; what nobody came back for in a month is nobody's.
  function forgetOld() {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith("county:"))) {
      const found = JSON.parse(localStorage.getItem(key));
      const made = form.dataset.item && found.words.token === field("token").value;
      const age = (Date.now() - found.at) / DAY;
      if (age > (found.sent ? 1 : 30) || (made && key.endsWith(":new"))) localStorage.removeItem(key);
    }
  }

  function offerKept() {
    const found = kept();
    if (!found) return;
    const saved = found.sent && Number(version()) > Number(found.version);
    if (saved || same(found.words, wordsOf(form))) return forget();
    const box = show("kept");
    const language = document.documentElement.lang;
    box.querySelector("[data-kept-at]").textContent = new Date(found.at).toLocaleString(language);
    const words = read(found.words.body ?? "").body.textContent.trim();
    box.querySelector("[data-kept-words]").textContent =
      `${found.words.title ?? ""} ${words}`.trim().slice(0, 200);
  }

  // What the page says

  function say(state, text) {
    for (const one of saving?.querySelectorAll("[data-saving]") ?? []) {
      one.hidden = one.dataset.saving !== state;
      if (!one.hidden && text !== undefined) one.replaceChildren(...text);
    }
  }

  function show(name) {
    trouble = name;
    let shown = null;
    for (const box of troubles.querySelectorAll("[data-trouble]")) {
      box.hidden = box.dataset.trouble !== name;
      if (!box.hidden) shown = box;
    }
    return shown;
  }

  // Saving

  function touched() {
    safe = false;
    changed = true;
    say("changed");
    clearTimeout(keeping);
    keeping = setTimeout(() => keep(false), 400);
    if (form.dataset.autosave && !trouble && timer === null) later(AFTER_TYPING);
  }

  function later(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  }

  // Resolves to whether everything typed is on the server.
  function save() {
    clearTimeout(timer);
    timer = null;
    if (busy) return busy.then((well) => (well && changed ? save() : well));
    if (!form.dataset.autosave) return Promise.resolve(false);
    busy = send().finally(() => {
      busy = null;
    });
    return busy;
  }

  async function send() {
    window.itemEditor?.sync();
    changed = false;
    say("busy");
    lastSent = wordsOf(form);
    let answer, page;
    try {
      answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form) });
      page = read(await answer.text());
    } catch {
      return failed("offline");
    }
    if (answer.ok && page.getElementById("saved")) return saved(page);
    if (answer.status === 422 && page.getElementById("unsaved")) return wrong(page);
    if (answer.status === 409) return meet();
    if (answer.status >= 500) return failed("offline");
    const reason = page.querySelector("#messages")?.textContent.trim() ?? "";
    const lost = answer.redirected || answer.status === 400 || answer.status === 401;
    return failed(lost ? "signed-out" : "refused", reason);
  }

  function failed(name, reason) {
    keep(false);
    safe = false;
    say("changed");
    const box = show(name);
    const place = box.querySelector("[data-reason]");
    if (place) place.textContent = reason ?? "";
    if (name === "offline") later(AFTER_FAILURE);
    return false;
  }

  function wrong(page) {
    keep(false);
    say("wrong", page.getElementById("unsaved").childNodes);
    return false;
  }

  async function saved(page) {
    const news = page.getElementById("saved");
    field("version").value = news.dataset.version;
    show("");
    const first = !form.dataset.item;
    if (first) forget();
    form.dataset.item = news.dataset.item;
    form.dataset.autosave = news.dataset.autosave;
    if (!changed) {
      safe = true;
      clearTimeout(keeping);
      forget();
    } else {
      later(AFTER_TYPING);
    }
    say(changed ? "changed" : "saved", changed ? undefined : news.childNodes);
    replace(page, "missing");
    if (first) await settle(news.dataset.address);
    offerSummary(news.dataset.summary);
    return true;
  }

  // The first save made the item: from here on this is its own page.
  async function settle(address) {
    form.action = form.dataset.page = address;
    history.replaceState(null, "", address);
    const page = await look();
    if (page) for (const id of ["attachments", "bar"]) replace(page, id);
    say(changed ? "changed" : "saved");
  }

  async function look() {
    try {
      const answer = await fetch(form.dataset.page);
      const page = read(await answer.text());
      return page.getElementById("item-form") ? page : null;
    } catch {
      return null;
    }
  }

  function replace(page, id) {
    const fresh = page.getElementById(id);
    const old = document.getElementById(id);
    if (!fresh || !old) return;
    if (id === "bar") {
      old.querySelectorAll("button").forEach((button) => button.remove());
      old.append(...fresh.querySelectorAll("button"));
      return;
    }
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
  }

  function offerSummary(text) {
    const summary = field("summary");
    const wanted = takeSummary || !summary.value.trim();
    takeSummary = false;
    if (!wanted || !text || summary.value === text) return;
    summary.value = text;
    touched();
  }

  // Somebody else was faster

  async function meet() {
    keep(false);
    safe = false;
    const page = await look();
    if (!page) return failed("signed-out");
    theirs = page;
    const found = page.getElementById("item-form");
    if (lastSent && same(wordsOf(found), lastSent)) return adopt(); // our own words: the answer was lost
    say("changed");
    const box = show("stale");
    const words = wordsOf(found);
    box.querySelector("[data-their-title]").textContent = words.title;
    box.querySelector("[data-their-body]").textContent = read(words.body ?? "").body.innerText;
    return false;
  }

  function adopt() {
    const found = theirs.getElementById("item-form");
    field("version").value = found.elements.namedItem("version").value;
    show("");
    touched();
    return false;
  }

  const deeds = {
    restore() {
      const found = kept();
      show("");
      if (found) write(found.words);
      touched();
    },
    discard() {
      forget();
      show("");
    },
    async retry() {
      const page = await look();
      if (!page) return;
      const token = page.querySelector("#item-form [name=csrf_token]");
      if (token) for (const one of document.getElementsByName("csrf_token")) one.value = token.value;
      show("");
      if (form.dataset.autosave) save();
    },
    async copy() {
      window.itemEditor?.sync();
      const words = wordsOf(form);
      const text = `${words.title}\n\n${read(words.body ?? "").body.innerText}`;
      await navigator.clipboard.writeText(text);
      troubles.querySelector("[data-copied]").hidden = false;
    },
    theirs() {
      keep(false);
      leaving = true;
      location.assign(form.dataset.page);
    },
    mine() {
      adopt();
      save();
    },
    summary() {
      takeSummary = true;
      save();
    },
  };

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  document.addEventListener("click", (event) => {
    const deed = event.target.closest("[data-do]")?.dataset.do;
    if (deed && deeds[deed]) deeds[deed]();
  });
  window.addEventListener("online", () => trouble === "offline" && deeds.retry());
  window.addEventListener("focus", () => trouble === "signed-out" && deeds.retry());

  // The form itself is sent: not while a save is on its way, which would make it look stale.
  form.addEventListener("submit", (event) => {
    window.itemEditor?.sync();
    if (busy) {
      event.preventDefault();
      delete form.dataset.sent;
      busy.finally(() => setTimeout(() => form.requestSubmit(event.submitter)));
      return;
    }
    clearTimeout(timer);
    keep(true);
    leaving = true;
  });

  // The page is left or hidden: what is not saved is kept here, and sent if a browser lets it go.
  function farewell() {
    if (leaving || safe) return false;
    window.itemEditor?.sync();
    keep(false);
    return !busy && !trouble && Boolean(form.dataset.autosave);
  }
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && farewell()) save();
  });
  window.addEventListener("pagehide", () => {
    if (!farewell()) return;
    leaving = true;
    lastSent = wordsOf(form);
    const size = Object.values(lastSent).reduce((sum, value) => sum + value.length, 0);
    if (size > LARGEST_FAREWELL) return;
    fetch(form.dataset.autosave, { method: "POST", body: new FormData(form), keepalive: true });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && !safe && trouble) event.preventDefault();
  });

  const text = document.querySelector("#item-form .field:has([name=body])");
  text?.addEventListener("focusout", (event) => {
    if (!text.contains(event.relatedTarget) && !field("summary").value.trim() && changed) save();
  });

  forgetOld();
  offerKept();
  window.itemSaving = {
    // The item's address for files, once there is an item.
    async ready() {
      if (!form.dataset.item) await save();
      return form.dataset.item ? `${form.dataset.page.split("?")[0]}/files` : "";
    },
  };
})();
