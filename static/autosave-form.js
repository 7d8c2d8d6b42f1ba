// A form that saves itself: static/autosave.js with a form, the page's messages ([data-saving],
// [data-trouble]), the network and this browser's store. The form has data-page, data-person and,
// where it is sent by itself, data-autosave.
import { Autosave } from "./autosave.js";

const DAY = 86400000; // milliseconds
const LARGEST_FAREWELL = 60000; // characters a browser still sends from a page that is closed
const REMEMBERED = 20; // requests whose answer may have been lost
const NOT_WORDS = new Set(["csrf_token", "version"]);
const SAID = { clean: "saved", saving: "busy", wrong: "wrong" }; // any other state: changed

export const read = (text) => new DOMParser().parseFromString(text, "text/html");

// The words of a form by the name of their field; several of one name are lines of one text.
export function wordsOf(form) {
  const words = {};
  for (const [name, value] of new FormData(form)) {
    if (!NOT_WORDS.has(name)) words[name] = name in words ? `${words[name]}\n${value}` : value;
  }
  return words;
}

function plain(html = "") {
  if (!/<[a-z]/i.test(html)) return html.replace(/\s+/g, "");
  const body = read(html).body;
  return body.textContent.replace(/\s+/g, "") + "#".repeat(body.querySelectorAll("img").length);
}

function same(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  names.delete("token");
  return [...names].every((name) => plain(one[name]) === plain(other[name]));
}

// A full or forbidden store: the words are still in the page.
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}
const keptAt = (key) => attempt(() => JSON.parse(localStorage.getItem(key)));

// What was sent is the server's; what nobody came back for in a month is nobody's.
function forgetOld(token) {
  for (const key of Object.keys(localStorage).filter((name) => name.startsWith("county:"))) {
    const kept = keptAt(key);
    const made = token && key.endsWith(":new") && kept?.words.token === token;
    const age = (Date.now() - (kept?.at ?? 0)) / DAY;
    if (made || age > (kept?.sent ? 1 : 30)) localStorage.removeItem(key);
  }
}

async function ask(address, options) {
  const answer = await fetch(address, options);
  return { answer, page: read(await answer.text()) };
}

function failureOf({ answer, page }) {
  if (answer.status >= 500) return { outcome: "unreachable" };
  const lost = answer.redirected || answer.status === 400 || answer.status === 401;
  const reason = page.querySelector("#messages")?.textContent.trim() ?? "";
  return { outcome: lost ? "signed-out" : "refused", reason };
}

// own is what is particular to the page: key() of this browser's copy, describe(words) of an offer,
// sync() from an editor, restored(words), saved({news, page}); where there is such a thing
// showTheirs(form), and actions by the data-do of their buttons. Returns the machine.
export function saveByItself(form, own) {
  const field = (name, some = form) => some.elements.namedItem(name);
  const unanswered = []; // words that were sent, and may have arrived
  let leaving = false;

  // What the page says

  function show(state, answer) {
    for (const line of document.querySelectorAll("#saving [data-saving]")) {
      line.hidden = line.dataset.saving !== (SAID[state] ?? "changed");
      if (!line.hidden && answer?.words) line.replaceChildren(...answer.words);
    }
    if (state === "saving" || state === "overtaken") return; // a trouble stays until it is over
    for (const box of document.querySelectorAll("[data-trouble]:not([data-trouble=kept])")) {
      box.hidden = box.dataset.trouble !== state;
      const reason = box.querySelector("[data-reason]");
      if (reason && answer) reason.textContent = answer.reason ?? "";
    }
    if (answer?.theirs) own.showTheirs?.(answer.theirs);
  }

  function offer(kept) {
    const box = document.querySelector("[data-trouble=kept]");
    box.hidden = !kept;
    if (!kept) return;
    const moment = new Date(kept.at).toLocaleString(document.documentElement.lang);
    box.querySelector("[data-kept-at]").textContent = moment;
    box.querySelector("[data-kept-words]").textContent = own.describe(kept.words).slice(0, 200);
  }

  function write(words) {
    for (const one of form.elements) {
      if (one.type === "radio" || one.type === "checkbox") one.checked = words[one.name] === one.value;
      else if (one.name in words && field(one.name) === one) one.value = words[one.name];
    }
    own.restored(words);
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  // The network

  function post(more) {
    unanswered.push(wordsOf(form));
    unanswered.splice(0, unanswered.length - REMEMBERED);
    return ask(form.dataset.autosave, { method: "POST", body: new FormData(form), ...more });
  }

  // The form as it is on the server, if the same person may still write there.
  async function look() {
    const seen = await ask(form.dataset.page);
    const found = seen.page.getElementById(form.id);
    if (!found) return { failure: failureOf(seen) };
    const other = found.dataset.person !== form.dataset.person;
    return other ? { failure: { outcome: "signed-out" } } : { found };
  }

  async function send(renew) {
    const { found, failure } = renew ? await look() : {};
    if (failure) return failure;
    const token = found && field("csrf_token", found);
    if (token) for (const one of document.getElementsByName("csrf_token")) one.value = token.value;
    const got = await post();
    const news = got.page.getElementById("saved");
    const wrong = got.page.getElementById("unsaved");
    if (got.answer.ok && news) {
      unanswered.length = 0;
      const { version } = news.dataset;
      return { outcome: "saved", version, words: [...news.childNodes], news, page: got.page };
    }
    if (got.answer.status === 422 && wrong) return { outcome: "wrong", words: [...wrong.childNodes] };
    return got.answer.status === 409 ? meet() : failureOf(got);
  }

  // Somebody saved meanwhile: another person, or this page, whose answer was lost.
  async function meet() {
    const { found, failure } = await look();
    if (failure) return failure;
    const version = field("version", found).value;
    const ours = unanswered.some((words) => same(words, wordsOf(found)));
    return ours ? { outcome: "own", version } : { outcome: "conflict", version, theirs: found };
  }

  const machine = new Autosave({
    clock: window,
    send: form.dataset.autosave ? send : null,
    store: {
      read: () => keptAt(own.key()),
      write: (kept) => attempt(() => localStorage.setItem(own.key(), JSON.stringify(kept))),
      forget: () => attempt(() => localStorage.removeItem(own.key())),
    },
    page: {
      show,
      offer,
      write,
      words: () => wordsOf(form),
      holds: (words) => same(words, wordsOf(form)),
      version: () => field("version")?.value ?? "",
      setVersion: (version) => (field("version").value = version),
      ...own,
    },
  });

  // What people do, and the browser

  const actions = {
    restore: () => machine.restore(),
    discard: () => machine.discard(),
    retry: () => machine.save(),
    mine: () => machine.adopt(),
    theirs() {
      machine.keep();
      leaving = true;
      location.assign(form.dataset.page);
    },
    ...own.actions,
  };
  document.addEventListener("click", (event) => {
    actions[event.target.closest("[data-do]")?.dataset.do]?.();
  });
  for (const name of ["input", "change"]) form.addEventListener(name, () => machine.edit());
  window.addEventListener("online", () => machine.state === "offline" && machine.save());
  window.addEventListener("focus", () => machine.state === "signed-out" && machine.save());

  // The form itself is sent: not while a save is on its way, which would make it look stale.
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    own.sync();
    leaving = !machine.request;
    if (leaving) return machine.handOver();
    event.preventDefault();
    delete form.dataset.sent;
    const button = event.submitter;
    const again = () => form.requestSubmit(button?.form === form ? button : null);
    machine.request.finally(() => setTimeout(again));
  });

  // The page is left or hidden: what is not saved is kept here, and sent if a browser lets it go.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && !leaving && machine.leave()) machine.save();
  });
  window.addEventListener("pagehide", () => {
    if (leaving || !machine.leave()) return;
    leaving = true;
    if (JSON.stringify(wordsOf(form)).length < LARGEST_FAREWELL) post({ keepalive: true });
  });
  window.addEventListener("pageshow", (event) => event.persisted && (leaving = false));
  window.addEventListener("beforeunload", (event) => {
    if (!leaving && machine.isInTrouble) event.preventDefault();
  });

  attempt(() => forgetOld(form.dataset.item && field("token")?.value));
  machine.start();
  return machine;
}
