// The item form saves itself (static/autosave-form.js). Here is what is particular to it: the
// editor, the page a first save makes, the summary, and choosing between two writers' words.
import { read, saveByItself, wordsOf } from "./autosave-form.js";

const form = document.getElementById("item-form");
const bodyOf = (words) => read(words.body ?? "").body;
let takeSummary = false;

function key() {
  const { person, item, autosave } = form.dataset;
  return `county:${person}:${item || "new"}${autosave ? "" : ":amend"}`;
}

function saved({ news, page }) {
  const first = !form.dataset.item;
  form.dataset.item = news.dataset.item;
  form.dataset.autosave = news.dataset.autosave;
  replacePart(page, "missing");
  if (first) settle(news.dataset.address).catch(() => {}); // opened again, the page has them
  offerSummary(news.dataset.summary);
}

// The first save made the item: from here on this is its own page.
async function settle(address) {
  form.action = form.dataset.page = address;
  history.replaceState(null, "", address);
  const page = read(await (await fetch(address)).text());
  for (const id of ["attachments", "bar"]) replacePart(page, id);
}

export function replacePart(page, id) {
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
  const summary = form.elements.namedItem("summary");
  const wanted = takeSummary || !summary.value.trim();
  takeSummary = false;
  if (!wanted || !text || summary.value === text) return;
  summary.value = text;
  machine.edit();
}

function showTheirs(theirs) {
  const words = wordsOf(theirs);
  document.querySelector("[data-their-title]").textContent = words.title;
  document.querySelector("[data-their-body]").textContent = bodyOf(words).innerText;
}

const actions = {
  async copy() {
    window.itemEditor?.sync();
    const words = wordsOf(form);
    await navigator.clipboard.writeText(`${words.title}\n\n${bodyOf(words).innerText}`);
    document.querySelector("[data-copied]").hidden = false;
  },
  summary() {
    takeSummary = true;
    machine.save();
  },
};

const machine = saveByItself(form, {
  key,
  saved,
  showTheirs,
  actions,
  sync: () => window.itemEditor?.sync(),
  restored: (words) => window.itemEditor?.write(words.body ?? ""),
  describe: (words) => `${words.title ?? ""} ${bodyOf(words).textContent.trim()}`.trim(),
});

const text = form.querySelector(".field:has([name=body])");
text?.addEventListener("focusout", (event) => {
  const left = !text.contains(event.relatedTarget) && !form.elements.namedItem("summary").value.trim();
  if (left && machine.state === "dirty") machine.save();
});

// The item's address for files, once there is an item.
export async function addressForFiles() {
  if (!form.dataset.item) await machine.save();
  return form.dataset.item ? `${form.dataset.page.split("?")[0]}/files` : "";
}
