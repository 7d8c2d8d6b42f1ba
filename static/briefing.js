// Composing a briefing: the form saves itself (static/autosave-form.js), the pages beside it follow,
// and parts can be dragged to another place.
import { saveByItself } from "./autosave-form.js";

const form = document.getElementById("briefing-form");
const pieces = document.getElementById("pieces");
const isTyped = ([name, value]) => /^(note$|title-|body-)/.test(name) && value;

const machine = saveByItself(form, {
  sync() {}, // nothing is typed outside the form
  key: () => `county:${form.dataset.person}:${form.dataset.page}`,
  describe: (words) => Object.entries(words).filter(isTyped).map(([, value]) => value).join(" "),
  restored(words) {
    const known = (words.part ?? "").split("\n").map((id) => document.getElementById(`part-${id}`));
    pieces.append(...known.filter(Boolean));
  },
  saved() {
    const shown = Number(document.getElementById("preview")?.dataset.pages ?? 0);
    if (!shown || machine.state !== "clean") return;
    window.htmx?.trigger(document.getElementById("preview-form"), "briefing-saved");
  },
});

if (window.Sortable) {
  document.documentElement.classList.add("draggable");
  window.Sortable.create(pieces, { handle: ".handle", animation: 150, onEnd: () => machine.edit() });
}
