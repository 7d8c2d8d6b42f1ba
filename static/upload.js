// Files of an item: several at once, each its own request with its progress, added without leaving
// the page; dragged into another order; pictures for the text. Without this script the forms work.
import { read } from "./autosave-form.js";
import { addressForFiles, replacePart } from "./saving.js";

const place = document.getElementById("files-place");
const lines = document.getElementById("uploads");
const line = document.getElementById("upload-line");
const token = () => document.querySelector("#item-form [name=csrf_token]").value;

// A name for the file in addresses; sent again with the same file, it is added once.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function addressFor() {
  const upload = place.querySelector("form#upload");
  return upload ? Promise.resolve(upload.getAttribute("action")) : addressForFiles();
}

// Sends one file. Resolves to the page that answers; rejects with the reason.
function send(address, file, key, inline, tell) {
  const words = new FormData();
  words.append("csrf_token", token());
  words.append("key", key);
  if (inline) words.append("inline", "1");
  const version = place.querySelector("#upload [name=version]");
  if (version) words.append("version", version.value);
  words.append("file", file);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) tell("sending", (100 * event.loaded) / event.total);
    });
    request.upload.addEventListener("load", () => tell("checking", 100));
    request.addEventListener("error", () => reject(new Error("")));
    request.addEventListener("load", () => {
      const page = read(request.responseText);
      if (request.status === 200 && page.getElementById("attachments")) resolve(page);
      else reject(new Error(page.querySelector("#messages")?.textContent.trim() || "–"));
    });
    request.send(words);
  });
}

function lineFor(file) {
  const shown = line.content.firstElementChild.cloneNode(true);
  shown.querySelector("[data-name]").textContent = file.name;
  lines.append(shown);
  return shown;
}

function teller(shown) {
  return (state, percent) => {
    for (const one of shown.querySelectorAll("[data-state]")) one.hidden = one.dataset.state !== state;
    const bar = shown.querySelector("progress");
    if (state === "checking") bar.removeAttribute("value");
    else bar.value = percent ?? 0;
    bar.hidden = state === "failed" || state === "lost";
    shown.querySelector("[data-again]").hidden = state !== "lost";
  };
}

// Adds one file; resolves to whether it is there now.
async function add(file, key, inline, shown = lineFor(file)) {
  const tell = teller(shown);
  tell("sending", 0);
  try {
    const address = await addressFor();
    if (!address) throw new Error("");
    replacePart(await send(address, file, key, inline, tell), "attachments");
    shown.remove();
    return true;
  } catch (error) {
    shown.querySelector("[data-reason]").textContent = error.message;
    tell(error.message ? "failed" : "lost");
    const again = shown.querySelector("[data-again]");
    again.onclick = () => add(file, key, inline, shown);
    return false;
  }
}

async function addAll(files) {
  lines.querySelectorAll("li:has([data-state=failed]:not([hidden]))").forEach((old) => old.remove());
  const waiting = files.map((file) => [file, lineFor(file)]);
  for (const [file, shown] of waiting) await add(file, newKey(), false, shown);
}

// For the editor: the address of a picture that is part of the item now, or nothing.
window.uploadPicture = async (file) => {
  const key = newKey();
  if (!(await add(file, key, true))) return "";
  return `${await addressFor()}/${key}/rendition`;
};

place.addEventListener("change", (event) => {
  if (event.target.id !== "file") return;
  const files = [...event.target.files];
  event.target.value = "";
  addAll(files);
});
place.addEventListener("dragover", (event) => {
  if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
});
place.addEventListener("drop", (event) => {
  if (!event.dataTransfer?.files.length) return;
  event.preventDefault();
  addAll([...event.dataTransfer.files]);
});

// Dragging a file into another place of the list

async function sendOrder(list) {
  const words = new FormData();
  words.append("csrf_token", token());
  for (const file of list.children) words.append("key", file.dataset.key);
  place.inert = true; // the list is about to be drawn anew
  try {
    const answer = await fetch(list.dataset.order, { method: "POST", body: words });
    replacePart(read(await answer.text()), "attachments");
  } finally {
    place.inert = false;
  }
}

function makeSortable() {
  const list = place.querySelector("#files[data-order]");
  if (!list || !window.Sortable || list.dataset.sortable) return;
  list.dataset.sortable = "yes";
  new window.Sortable(list, {
    handle: ".file__grip",
    animation: 0,
    onEnd: (event) => event.oldIndex !== event.newIndex && sendOrder(list),
  });
}
new MutationObserver(makeSortable).observe(place, { childList: true });
makeSortable();
