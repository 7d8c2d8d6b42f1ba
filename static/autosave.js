// Saving by itself, as a machine of states. It knows no page and no network: page, sender, store
// and clock are handed in (static/autosave-form.js does it for a form).

export const AFTER_TYPING = 3000; // milliseconds until what was typed is sent
export const AFTER_FAILURE = 15000; // milliseconds until a server that did not answer is asked again
export const BEFORE_KEEPING = 400; // milliseconds until this browser keeps what was typed

const FAILURES = { unreachable: "offline", "signed-out": "signed-out", refused: "refused" };
const ANSWERS = { own: "dirty", wrong: "wrong", conflict: "stale", ...FAILURES };

// State -> event -> next state; what is not listed is impossible.
// overtaken: the request on its way does not hold what was typed since. wrong: fields are to be
// mended. own: what the server has is from here, and its answer was lost.
export const TRANSITIONS = {
  clean: { edit: "dirty", send: "saving" },
  dirty: { edit: "dirty", send: "saving" },
  saving: { edit: "overtaken", saved: "clean", ...ANSWERS },
  overtaken: { edit: "overtaken", saved: "dirty", ...ANSWERS, wrong: "dirty" },
  wrong: { edit: "dirty", send: "saving" },
  offline: { edit: "offline", send: "saving" },
  stale: { edit: "stale", adopt: "dirty" },
  "signed-out": { edit: "signed-out", send: "saving" },
  refused: { edit: "refused", send: "saving" },
};
const TROUBLES = new Set(["offline", "stale", "signed-out", "refused"]);

export function next(state, event) {
  if (Object.hasOwn(TRANSITIONS[state], event)) return TRANSITIONS[state][event];
  throw new Error(`${event} is impossible while ${state}`);
}

export class Autosave {
  #state = "clean";
  #sending = null; // timer
  #keeping = null; // timer
  #request = null; // settles when the answer was taken
  #theirVersion = "";
  #offered = null; // words of an earlier visit, until somebody decides about them

  // page: sync(), words(), version(), setVersion(v), holds(words), write(words), saved(answer),
  //   show(state, answer), offer(kept or null). store: read(), write(kept), forget()
  // send(renew): resolves to {outcome, version, …}; renew: the session may be another by now.
  //   null for a page that is only kept in this browser. clock: a window, for time and timers
  constructor({ page, send, store, clock }) {
    Object.assign(this, { page, send, store, clock });
  }

  get state() {
    return this.#state;
  }

  get request() {
    return this.#request;
  }

  get isInTrouble() {
    return TROUBLES.has(this.#state);
  }

  // Offers what this browser kept, unless the page holds it or the server took it.
  start() {
    const kept = this.store.read();
    if (!kept) return;
    const arrived = kept.sent && Number(this.page.version()) > Number(kept.version);
    if (arrived || this.page.holds(kept.words)) this.store.forget();
    else this.#offer(kept);
  }

  edit() {
    this.#go("edit");
    this.clock.clearTimeout(this.#keeping);
    this.#keeping = this.clock.setTimeout(() => this.keep(), BEFORE_KEEPING);
    // What was refused may have been mended.
    if (this.#state === "dirty" || this.#state === "refused") this.#sendAfter(AFTER_TYPING);
  }

  // Sends what is typed now, where that is possible. Resolves when the answer was taken.
  save() {
    if (this.#request) return this.#request;
    if (!this.send || !TRANSITIONS[this.#state].send) return Promise.resolve();
    this.page.sync();
    this.#stopSending();
    const renew = this.isInTrouble;
    this.#go("send");
    const answered = this.send(renew).catch(() => ({ outcome: "unreachable" }));
    this.#request = answered.then((answer) => this.#take(answer));
    return this.#request;
  }

  // Somebody decided that these words replace what is saved.
  adopt() {
    this.#go("adopt");
    this.page.setVersion(this.#theirVersion);
    return this.save();
  }

  restore() {
    const kept = this.#offered;
    this.#offer(null);
    if (kept) this.page.write(kept.words);
  }

  discard() {
    this.#offer(null);
    if (this.#state === "clean") this.store.forget();
    else this.keep();
  }

  // sent: the form itself is on its way, so a newer version on the server holds these words.
  keep(sent = false) {
    this.clock.clearTimeout(this.#keeping);
    const [version, words] = [this.page.version(), this.page.words()];
    this.store.write({ at: this.clock.Date.now(), version, sent, words });
  }

  // The page is hidden or left. Returns whether words are left to be sent.
  leave() {
    if (this.#state === "clean") return false;
    this.page.sync();
    this.keep();
    return this.#state === "dirty" && this.send !== null;
  }

  // The form itself is sent.
  handOver() {
    this.#stopSending();
    this.keep(true);
  }

  #go(event, answer) {
    this.#state = next(this.#state, event);
    this.page.show(this.#state, answer);
  }

  #take(answer) {
    this.#request = null;
    this.#go(answer.outcome, answer);
    if (answer.outcome === "conflict") this.#theirVersion = answer.version;
    else if (answer.version) this.page.setVersion(answer.version);
    if (answer.outcome === "saved") this.#settle(answer);
    if (this.#state !== "clean") this.keep();
    if (this.#state === "dirty") this.#sendAfter(AFTER_TYPING);
    if (this.#state === "offline") this.#sendAfter(AFTER_FAILURE);
  }

  #settle(answer) {
    this.clock.clearTimeout(this.#keeping);
    if (this.#offered) this.store.write(this.#offered);
    else this.store.forget();
    this.page.saved(answer);
  }

  #offer(kept) {
    this.#offered = kept;
    this.page.offer(kept);
  }

  #sendAfter(wait) {
    if (!this.send || this.#sending !== null) return;
    this.#sending = this.clock.setTimeout(() => this.save(), wait);
  }

  #stopSending() {
    this.clock.clearTimeout(this.#sending);
    this.#sending = null;
  }
}
