// Composing a briefing: what is typed is saved while somebody writes, and parts can be dragged to
// another place. Nothing typed is lost: when it cannot be saved, the page says so and keeps it.
"use strict";

(() => {
  const form = document.getElementById("briefing-form");
  if (!form) return;

  const AFTER_TYPING = 3000; // milliseconds
  const AFTER_FAILURE = 15000; // milliseconds
  const pieces = document.getElementById("pieces");
  let timer = null;
  let busy = null; // the request on its way
  let changed = false; // since the last request began
  let trouble = "";
  let leaving = false;

  const read = (text) => new DOMParser().parseFromString(text, "text/html");

  function say(state, words) {
    for (const one of form.querySelectorAll("[data-saving]")) {
      one.hidden = one.dataset.saving !== state;
      if (!one.hidden && words) one.replaceChildren(...words);
    }
  }

  function show(name, reason) {
    trouble = name;
    for (const box of form.querySelectorAll("[data-trouble]")) {
      box.hidden = box.dataset.trouble !== name;
      const place = box.querySelector("[data-reason]");
      if (place && !box.hidden) place.textContent = reason ?? "";
    }
  }

  function touched() {
    changed = true;
    say("changed");
    if (trouble !== "stale" && timer === null) timer = setTimeout(save, AFTER_TYPING);
  }

  function save() {
    clearTimeout(timer);
    timer = null;
    if (busy) return;
    changed = false;
    say("busy");
    busy = send().finally(() => {
      busy = null;
      if (changed && !trouble) touched();
    });
  }

  async function send() {
    let answer, page;
    try {
      answer = await fetch(form.dataset.autosave, { method: "POST", body: new FormData(form) });
      page = read(await answer.text());
    } catch {
      return failed("offline");
    }
    const saved = page.getElementById("saved");
    const wrong = page.getElementById("unsaved");
    if (answer.ok && saved) return kept(saved);
    if (wrong) {
      changed = true;
      return say("wrong", wrong.childNodes);
    }
    if (answer.status === 409) return failed("stale");
    if (answer.status >= 500) return failed("offline");
    return failed("refused", page.querySelector("#messages")?.textContent.trim());
  }

  function kept(saved) {
    form.elements.namedItem("version").value = saved.dataset.version;
    show("");
    say(changed ? "changed" : "saved", changed ? undefined : saved.childNodes);
    const shown = Number(document.getElementById("preview")?.dataset.pages ?? 0);
    if (shown && !changed) {
      window.htmx?.trigger(document.getElementById("preview-form"), "briefing-saved");
    }
  }

  function failed(name, reason) {
    changed = true;
    say("changed");
    show(name, reason);
    if (name === "offline") timer = setTimeout(save, AFTER_FAILURE);
  }

  form.addEventListener("input", touched);
  form.addEventListener("change", touched);

  // A button sends the whole form: not while a save is on its way, which would make it look stale.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (busy) {
      event.preventDefault();
      delete form.dataset.sent;
      busy.finally(() => setTimeout(() => form.requestSubmit(event.submitter)));
      return;
    }
    clearTimeout(timer);
    leaving = true;
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !leaving) event.preventDefault();
  });

  if (pieces && window.Sortable) {
    document.documentElement.classList.add("draggable");
    window.Sortable.create(pieces, { handle: ".handle", animation: 150, onEnd: touched });
  }
})();
