// What a page, a server, a browser's store and a clock are to the machine, without a browser.
import { Autosave } from "../../static/autosave.js";

// Time that passes when a test says so.
class Clock {
  #timers = new Map();
  #made = 0;
  time = 0;
  Date = { now: () => this.time };

  setTimeout(action, wait) {
    this.#timers.set((this.#made += 1), { action, at: this.time + wait });
    return this.#made;
  }

  clearTimeout(timer) {
    this.#timers.delete(timer);
  }

  async pass(milliseconds) {
    const end = this.time + milliseconds;
    const due = () => [...this.#timers].filter(([, { at }]) => at <= end).sort((a, b) => a[1].at - b[1].at);
    for (let first = due()[0]; first; first = due()[0]) {
      this.#timers.delete(first[0]);
      this.time = first[1].at;
      first[1].action();
      await settled();
    }
    this.time = end;
  }
}

export const settled = () => new Promise((resolve) => setImmediate(resolve));

// One form that is open. `words` is what stands in it, `sent` what each request carried.
export function open({ words = "", version = 1, kept = null, sends = true } = {}) {
  const desk = { words, version, kept, shown: [], saved: [], sent: [], offered: null, clock: new Clock() };
  const waiting = [];
  const page = {
    sync: () => {
      const late = desk.unsynced;
      desk.unsynced = undefined;
      if (late !== undefined) desk.type(late);
    },
    words: () => desk.words,
    version: () => desk.version,
    setVersion: (next) => (desk.version = next),
    holds: (some) => some === desk.words,
    write: (some) => desk.type(some),
    saved: (answer) => desk.saved.push(answer.version),
    show: (state) => desk.shown.push(state),
    offer: (some) => (desk.offered = some),
  };
  const store = {
    read: () => desk.kept,
    write: (some) => (desk.kept = some),
    forget: () => (desk.kept = null),
  };
  const send = (renew) => {
    desk.sent.push({ words: desk.words, version: desk.version, renew });
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  desk.machine = new Autosave({ page, store, send: sends ? send : null, clock: desk.clock });
  desk.type = (some) => {
    desk.words = some;
    desk.machine.edit();
  };
  desk.answer = (outcome, more) => (waiting.shift().resolve({ outcome, ...more }), settled());
  desk.lose = () => (waiting.shift().reject(new TypeError("Failed to fetch")), settled());
  desk.machine.start();
  return desk;
}
