// The machine that saves forms: each transition, each that is impossible, and the races.
import assert from "node:assert/strict";
import test from "node:test";
import { AFTER_FAILURE, AFTER_TYPING, BEFORE_KEEPING, TRANSITIONS, next } from "../../static/autosave.js";
import { open, settled } from "./office.js";

const STATES = ["clean", "dirty", "saving", "overtaken", "wrong", "offline", "stale", "signed-out", "refused"];
const OUTCOMES = ["saved", "own", "wrong", "unreachable", "conflict", "signed-out", "refused"];
const EVENTS = ["edit", "send", "adopt", ...OUTCOMES];
const EXPECTED = `
  clean       edit        dirty
  clean       send        saving
  dirty       edit        dirty
  dirty       send        saving
  saving      edit        overtaken
  saving      saved       clean
  saving      own         dirty
  saving      wrong       wrong
  saving      unreachable offline
  saving      conflict    stale
  saving      signed-out  signed-out
  saving      refused     refused
  overtaken   edit        overtaken
  overtaken   saved       dirty
  overtaken   own         dirty
  overtaken   wrong       dirty
  overtaken   unreachable offline
  overtaken   conflict    stale
  overtaken   signed-out  signed-out
  overtaken   refused     refused
  wrong       edit        dirty
  wrong       send        saving
  offline     edit        offline
  offline     send        saving
  stale       edit        stale
  stale       adopt       dirty
  signed-out  edit        signed-out
  signed-out  send        saving
  refused     edit        refused
  refused     send        saving`;
const TABLE = new Map(
  EXPECTED.trim().split("\n").map((line) => line.trim().split(/\s+/)).map(([from, event, to]) => [`${from} ${event}`, to]),
);

// A form in that state, brought there by what people and servers do.
async function openIn(state) {
  const desk = open();
  if (state === "clean") return desk;
  desk.type("typed");
  if (state === "dirty") return desk;
  desk.machine.save();
  if (state === "overtaken") desk.type("typed since");
  const outcome = { wrong: "wrong", offline: "unreachable", stale: "conflict", "signed-out": "signed-out", refused: "refused" }[state];
  if (outcome) await desk.answer(outcome, { version: outcome === "conflict" ? 7 : undefined });
  assert.equal(desk.machine.state, state);
  return desk;
}

test("the table names every state and nothing else", () => {
  assert.deepEqual(Object.keys(TRANSITIONS).sort(), [...STATES].sort());
  for (const events of Object.values(TRANSITIONS)) {
    for (const event of Object.keys(events)) assert.ok(EVENTS.includes(event), event);
  }
});

for (const state of STATES) {
  for (const event of EVENTS) {
    const target = TABLE.get(`${state} ${event}`);
    test(`${state}: ${event} ${target ? `leads to ${target}` : "is impossible"}`, () => {
      if (target) assert.equal(next(state, event), target);
      else assert.throws(() => next(state, event), { message: `${event} is impossible while ${state}` });
    });
  }
  test(`${state}: what an object has by birth is no event`, () => {
    assert.throws(() => next(state, "toString"), /impossible/);
  });
}

for (const [row, target] of TABLE) {
  const [state, event] = row.split(" ");
  test(`a form that is ${state} becomes ${target} by ${event}`, async () => {
    const desk = await openIn(state);
    if (event === "edit") desk.type("another word");
    else if (event === "send") desk.machine.save();
    else if (event === "adopt") {
      desk.machine.adopt();
      assert.equal(desk.shown.at(-2), "dirty"); // and sent at once
      assert.equal(desk.sent.at(-1).version, 7);
      return;
    } else await desk.answer(event, event === "saved" || event === "own" ? { version: 2 } : {});
    assert.equal(desk.machine.state, target);
    assert.equal(desk.shown.at(-1), target);
  });
}

for (const state of STATES.filter((one) => !TABLE.has(`${one} adopt`))) {
  test(`nobody's words are replaced while the form is ${state}`, async () => {
    const desk = await openIn(state);
    assert.throws(() => desk.machine.adopt(), /impossible/);
    assert.equal(desk.machine.state, state);
  });
}

for (const state of ["saving", "overtaken", "stale"]) {
  test(`nothing is sent while the form is ${state}`, async () => {
    const desk = await openIn(state);
    const before = desk.sent.length;
    desk.machine.save();
    await desk.clock.pass(10 * AFTER_FAILURE);
    assert.equal(desk.sent.length, before);
  });
}

for (const state of STATES.filter((one) => one !== "clean")) {
  test(`what is typed is kept in this browser while the form is ${state}`, async () => {
    const desk = await openIn(state);
    desk.type("the newest words");
    await desk.clock.pass(BEFORE_KEEPING);
    assert.equal(desk.kept.words, "the newest words");
    assert.equal(desk.kept.sent, false);
  });
  test(`leaving a form that is ${state} keeps its words, and sends them only if it is dirty`, async () => {
    const desk = await openIn(state);
    desk.kept = null;
    assert.equal(desk.machine.leave(), state === "dirty");
    assert.equal(desk.kept.words, desk.words);
  });
}

test("a clean form is left without a trace", () => {
  const desk = open();
  assert.equal(desk.machine.leave(), false);
  assert.equal(desk.kept, null);
});

for (const state of STATES) {
  test(`a form that is ${state} is ${["offline", "stale", "signed-out", "refused"].includes(state) ? "" : "not "}in trouble`, async () => {
    const desk = await openIn(state);
    const shown = ["offline", "stale", "signed-out", "refused"].includes(state);
    assert.equal(desk.machine.isInTrouble, shown);
  });
}

test("what is typed is sent once, a while after the first letter, and is then forgotten here", async () => {
  const desk = open();
  desk.type("a");
  await desk.clock.pass(AFTER_TYPING - 1);
  desk.type("ab");
  assert.equal(desk.sent.length, 0);
  await desk.clock.pass(1);
  assert.deepEqual(desk.sent, [{ words: "ab", version: 1, renew: false }]);
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.version, 2);
  assert.deepEqual(desk.saved, [2]);
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 1);
  assert.equal(desk.kept, null);
});

test("an edit while saving is sent after the answer, with the version that came", async () => {
  const desk = open();
  desk.type("a");
  await desk.clock.pass(AFTER_TYPING);
  desk.type("ab");
  await desk.clock.pass(10 * AFTER_TYPING);
  assert.equal(desk.sent.length, 1); // one request at a time
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.machine.state, "dirty");
  assert.equal(desk.kept.words, "ab");
  assert.equal(desk.kept.version, 2);
  await desk.clock.pass(AFTER_TYPING);
  assert.deepEqual(desk.sent.at(-1), { words: "ab", version: 2, renew: false });
});

test("an edit while fields are judged wrong is sent again", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.save();
  desk.type("ab");
  await desk.answer("wrong");
  await desk.clock.pass(AFTER_TYPING);
  assert.equal(desk.sent.length, 2);
});

test("what is wrong waits until somebody mends it", async () => {
  const desk = await openIn("wrong");
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 1);
  desk.type("mended");
  await desk.clock.pass(AFTER_TYPING);
  assert.equal(desk.sent.at(-1).words, "mended");
});

test("what the page adds to a save is saved too", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.save();
  desk.machine.page.saved = () => desk.type("a, and a summary");
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.machine.state, "dirty");
  await desk.clock.pass(AFTER_TYPING);
  assert.equal(desk.sent.at(-1).words, "a, and a summary");
});

test("offline, it asks again by itself and sends the newest words when the server is back", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.save();
  await desk.lose();
  assert.equal(desk.machine.state, "offline");
  desk.type("ab");
  await desk.clock.pass(AFTER_FAILURE - 1);
  assert.equal(desk.sent.length, 1);
  await desk.clock.pass(1);
  assert.deepEqual(desk.sent.at(-1), { words: "ab", version: 1, renew: true });
  await desk.lose();
  await desk.clock.pass(AFTER_FAILURE);
  assert.equal(desk.sent.length, 3);
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.machine.state, "clean");
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 3);
});

test("the line is back before the next try: it sends at once, and only once", async () => {
  const desk = await openIn("offline");
  desk.machine.save();
  desk.machine.save();
  await desk.answer("saved", { version: 2 });
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 2);
});

test("an edit while the line breaks is kept and sent later", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.save();
  desk.type("ab");
  await desk.lose();
  assert.equal(desk.kept.words, "ab");
  await desk.clock.pass(AFTER_FAILURE);
  assert.equal(desk.sent.at(-1).words, "ab");
});

test("a lost answer is not taken for somebody else: its version is taken, and the rest is sent", async () => {
  const desk = await openIn("offline");
  desk.type("typed, and more");
  desk.machine.save();
  await desk.answer("own", { version: 2 });
  assert.equal(desk.machine.state, "dirty");
  await desk.clock.pass(AFTER_TYPING);
  assert.deepEqual(desk.sent.at(-1), { words: "typed, and more", version: 2, renew: false });
});

for (const [when, typed] of [["dirty again", true], ["quiet", false]]) {
  test(`somebody else was faster while the form was ${when}: their version is taken only by decision`, async () => {
    const desk = open();
    desk.type("mine");
    desk.machine.save();
    if (typed) desk.type("mine, and more");
    await desk.answer("conflict", { version: 5 });
    assert.equal(desk.version, 1);
    desk.type("mine, still more");
    await desk.clock.pass(10 * AFTER_FAILURE);
    assert.equal(desk.sent.length, 1);
    assert.equal(desk.kept.words, "mine, still more");
    desk.machine.adopt();
    assert.deepEqual(desk.sent.at(-1), { words: "mine, still more", version: 5, renew: false });
    await desk.answer("conflict", { version: 6 }); // and somebody was faster once more
    assert.equal(desk.version, 5);
    assert.equal(desk.machine.state, "stale");
  });
}

test("signed out while saving: nothing is sent until the session is back, and then with its token", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.save();
  desk.type("ab");
  await desk.answer("signed-out");
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 1);
  assert.equal(desk.kept.words, "ab");
  desk.machine.save(); // the tab is looked at again, and nobody has signed in
  await desk.answer("signed-out");
  assert.equal(desk.machine.state, "signed-out");
  desk.machine.save();
  assert.deepEqual(desk.sent.at(-1), { words: "ab", version: 1, renew: true });
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.machine.state, "clean");
});

test("what was refused is tried again when it was mended, and not before", async () => {
  const desk = await openIn("refused");
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 1);
  desk.type("shorter");
  await desk.clock.pass(AFTER_TYPING);
  assert.deepEqual(desk.sent.at(-1), { words: "shorter", version: 1, renew: true });
});

test("what stands in an editor and not yet in the form is sent and kept too", async () => {
  const desk = open();
  desk.type("a");
  desk.unsynced = "ab";
  desk.machine.save();
  assert.equal(desk.sent.at(-1).words, "ab");
  assert.equal(desk.machine.state, "saving");
  await desk.answer("saved", { version: 2 });
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 1);
  desk.type("abc");
  desk.unsynced = "abcd";
  desk.machine.leave();
  assert.equal(desk.kept.words, "abcd");
});

test("the form itself is sent: nothing goes beside it, and its words are kept as sent", async () => {
  const desk = open();
  desk.type("a");
  desk.machine.handOver();
  await desk.clock.pass(10 * AFTER_FAILURE);
  assert.equal(desk.sent.length, 0);
  assert.equal(desk.kept.sent, true);
});

test("who waits for a request hears when its answer was taken", async () => {
  const desk = open();
  desk.type("a");
  const done = desk.machine.save();
  assert.equal(desk.machine.request, done);
  assert.equal(desk.machine.save(), done);
  desk.answer("saved", { version: 2 });
  await done;
  assert.equal(desk.machine.state, "clean");
  assert.equal(desk.machine.request, null);
});

test("a page that is not sent by itself is kept in this browser only", async () => {
  const desk = open({ sends: false });
  desk.type("a");
  await desk.clock.pass(10 * AFTER_FAILURE);
  await desk.machine.save();
  assert.equal(desk.machine.leave(), false);
  assert.deepEqual([desk.sent, desk.machine.state, desk.kept.words], [[], "dirty", "a"]);
});

// What an earlier visit left in this browser

const earlier = (more) => ({ at: 0, version: 1, sent: false, words: "earlier", ...more });

test("words of an earlier visit are offered and put back by decision", async () => {
  const desk = open({ words: "saved", kept: earlier() });
  assert.equal(desk.offered.words, "earlier");
  assert.equal(desk.words, "saved");
  desk.machine.restore();
  assert.deepEqual([desk.words, desk.machine.state, desk.offered], ["earlier", "dirty", null]);
  await desk.clock.pass(AFTER_TYPING);
  assert.equal(desk.sent.at(-1).words, "earlier");
});

test("words that the page holds already are not offered", () => {
  const desk = open({ words: "earlier", kept: earlier() });
  assert.deepEqual([desk.offered, desk.kept], [null, null]);
});

test("words that were sent are offered only if the server does not have them", () => {
  const arrived = open({ words: "saved", version: "10", kept: earlier({ sent: true, version: "9" }) });
  assert.deepEqual([arrived.offered, arrived.kept], [null, null]);
  const lost = open({ words: "saved", version: "9", kept: earlier({ sent: true, version: "9" }) });
  assert.equal(lost.offered.words, "earlier");
  const unsent = open({ words: "saved", version: "10", kept: earlier({ version: "9" }) });
  assert.equal(unsent.offered.words, "earlier");
});

test("an offer outlives what is typed and saved before somebody decides", async () => {
  const desk = open({ words: "saved", kept: earlier() });
  desk.type("typed beside the offer");
  await desk.clock.pass(AFTER_TYPING);
  await desk.answer("saved", { version: 2 });
  assert.equal(desk.kept.words, "earlier");
  desk.machine.restore();
  assert.equal(desk.words, "earlier");
});

test("an offer that is thrown away takes only itself along", async () => {
  const quiet = open({ words: "saved", kept: earlier() });
  quiet.machine.discard();
  assert.deepEqual([quiet.kept, quiet.offered], [null, null]);
  const writing = open({ words: "saved", kept: earlier() });
  writing.type("typed beside the offer");
  writing.machine.discard();
  assert.equal(writing.kept.words, "typed beside the offer");
  await settled();
});
