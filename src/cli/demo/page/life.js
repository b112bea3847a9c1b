/** One message's life as a card: a headline that says where it stands, and below it every step with its time. */
import { h, patch } from "./dom.js";
import { hueOf } from "./phone.js";
import { duration, hasWord, since, timeOfDay, word } from "./words.js";

/** A card that `update` brings up to date and that stays open or closed as the reader wants it. */
export function createCard(life, { onLook }) {
  const headline = h("summary");
  const steps = h("ol.steps");
  const element = h("details.life", { "data-key": String(life.id) }, headline, steps);
  element.onpointerenter = () => onLook(card.life);
  element.onpointerleave = () => onLook(null);
  headline.onfocus = () => onLook(card.life);
  headline.onblur = () => onLook(null);
  headline.onclick = () => card.isTouched = true;
  const card = {
    element,
    life,
    isTouched: false,
    update(newLife) {
      card.life = newLife;
      patch(headline, drawHeadline(newLife));
      patch(steps, drawSteps(newLife));
    },
  };
  card.update(life);
  return card;
}

function drawHeadline(life) {
  const { text, tone } = standing(life);
  const elapsed = endedAtMs(life);
  return [
    h("span.what", { "data-key": "what" }, nameMessage(life)),
    h("span.pill", { "data-key": "pill", "data-tone": tone }, text),
    h(
      "span.elapsed",
      { "data-key": "elapsed" },
      elapsed === null ? "" : duration(elapsed - life.receivedAtMs),
    ),
  ];
}

function nameMessage(life) {
  if (life.text !== "" && life.parts.every(({ kind }) => kind === "text")) return life.text;
  const parts = life.parts.map(({ kind, text }) => `[${word(kind)}] ${text}`.trim());
  return parts.join(" ") || `#${life.id}`;
}

/** Where the message stands now, in words and a tone. */
function standing(life) {
  if (life.state === "received") return { text: word("nowReceived"), tone: "live" };
  if (life.state === "parked") return { text: word("nowParked"), tone: "warn" };
  if (life.state === "dropped") return { text: word("nowDropped"), tone: "quiet" };
  const idle = life.deliveries.find(({ client }) =>
    !life.replies.some((reply) => reply.client === client)
  );
  if (idle !== undefined) return standingOfDelivery(idle);
  const said = loudest(life.replies.length > 0 ? life.replies : life.hubSends);
  if (said === undefined) return { text: "", tone: "quiet" };
  return { text: stateWord(said.state), tone: toneOf(said.state) };
}

/** Tones in the order in which they speak for the whole: what has not arrived before what has. */
const LOUDNESS = ["bad", "warn", "wait", "live", "good", "quiet"];

/** What speaks for several answers; of equals the newest. */
function loudest(answers) {
  const loudness = ({ state }) => LOUDNESS.indexOf(toneOf(state));
  return answers.toReversed().toSorted((a, b) => loudness(a) - loudness(b))[0];
}

function standingOfDelivery({ client, state }) {
  switch (state) {
    case "waiting":
      return { text: word("nowWaiting", { client }), tone: "wait" };
    case "handed_out":
      return { text: word("nowWorking", { client }), tone: "live" };
    case "parked":
      return { text: word("nowParked"), tone: "warn" };
    default:
      return { text: word("nowTaken", { client }), tone: "good" };
  }
}

/** When the last answer left; `null` while there is none or one is on its way. */
function endedAtMs(life) {
  const sends = [...life.replies.flatMap((reply) => reply.sends), ...life.hubSends];
  if (sends.length === 0 || sends.some((send) => send.endedAtMs === null)) return null;
  return Math.max(...sends.map((send) => send.endedAtMs));
}

function drawSteps(life) {
  return [
    drawReceived(life),
    drawAsked(life),
    drawDecided(life),
    ...drawDelivered(life),
    ...drawReplied(life),
    ...(life.hubSends.length === 0 ? [] : [drawHubSaid(life)]),
  ];
}

/** `mark`: done, live, wait, todo, warn or bad. */
function step(key, { mark, title, atMs, life, hue = null }, ...details) {
  return h(
    "li.step",
    { "data-key": key, "data-mark": mark, "data-hue": hue },
    h("h3", null, title),
    h("span.at", null, atMs === null ? "" : since(life.receivedAtMs, atMs)),
    h("div.details", null, details),
  );
}

function drawReceived(life) {
  const time = timeOfDay(life.receivedAtMs, "millisecond");
  return step(
    "received",
    { mark: "done", title: word("stepReceived"), atMs: null, life },
    h("p", null, `#${life.id} · ${word("receivedFrom", { account: life.account, time })}`),
    life.duplicates === 0 ? null : h("p", null, word("duplicates", { count: life.duplicates })),
  );
}

function drawAsked(life) {
  const asked = life.trace?.steps ?? [];
  const mark = life.trace === null ? "todo" : "done";
  return step(
    "asked",
    { mark, title: word("stepAsked"), atMs: null, life },
    asked.length === 0
      ? h("p", null, life.trace === null ? "" : word("notAsked"))
      : h("ul.asked", null, asked.map(drawVerdict)),
  );
}

function drawVerdict({ plugin, tookMs, outcome }) {
  const { text, tone, reason } = outcome.kind === "fault"
    ? { text: word("verdictFault"), tone: "bad", reason: `${outcome.fault}: ${outcome.text}` }
    : verdictWords(outcome.verdict);
  return h(
    "li",
    { "data-tone": tone },
    h("code", null, plugin),
    h("span.verdict", null, text),
    h("span.took", null, duration(tookMs)),
    reason === "" ? null : h("span.reason", null, reason),
  );
}

function verdictWords(verdict) {
  const reason = verdict.reason ?? "";
  switch (verdict.kind) {
    case "pass":
      return { text: word("verdictPass"), tone: "quiet", reason };
    case "route":
      return { text: word("verdictRoute", { to: verdict.to.join(", ") }), tone: "good", reason };
    case "drop":
    case "stop":
      return { text: word(`verdict${camel(verdict.kind)}`), tone: "warn", reason };
    default:
      return { text: word(`verdict${camel(verdict.kind)}`), tone: "good", reason };
  }
}

function drawDecided(life) {
  const decision = life.trace?.decision;
  if (decision === undefined) {
    return step("decided", {
      mark: life.state === "received" ? "todo" : "done",
      title: word("stepDecided"),
      atMs: null,
      life,
    }, life.reason === "" ? null : h("p", null, life.reason));
  }
  const to = (decision.to ?? []).join(", ");
  const words = {
    deliver: word("decidedDeliver", { to }),
    answer: word("decidedAnswer"),
    park: word("decidedPark"),
    drop: word("decidedDrop"),
  };
  const reason = decision.reason ?? life.reason;
  const isSaid = life.trace.steps.some(({ outcome }) => outcome.verdict?.reason === reason);
  return step(
    "decided",
    {
      mark: decision.kind === "park" ? "warn" : "done",
      title: words[decision.kind] ?? word("stepDecided"),
      atMs: life.trace.decidedAtMs,
      life,
    },
    isSaid ? null : h("p", null, reason),
    decision.bind === undefined ? null : h("p", null, bindingWords(decision.bind)),
  );
}

function bindingWords(client) {
  return client === null ? word("unbound") : word("bound", { client });
}

function drawDelivered(life) {
  if (life.deliveries.length > 0) {
    return life.deliveries.map((delivery) => drawDelivery(life, delivery));
  }
  if (life.state !== "received") return [];
  return [step("delivered", {
    mark: "todo",
    title: word("stepDeliveredNone"),
    atMs: null,
    life,
  })];
}

const DELIVERY_MARKS = {
  waiting: "wait",
  handed_out: "live",
  acknowledged: "done",
  parked: "warn",
};

function drawDelivery(life, delivery) {
  const { client, handOuts } = delivery;
  const handedOut = handOuts > 1 ? word("handedOutAgain", { count: handOuts }) : word("handedOut");
  const track = [
    [word("queued"), delivery.queuedAtMs],
    [handedOut, delivery.handedOutAtMs],
    [word("acknowledged"), delivery.acknowledgedAtMs],
  ];
  return step(
    `delivery ${client}`,
    {
      mark: DELIVERY_MARKS[delivery.state],
      title: word("stepDelivered", { client }),
      atMs: null,
      life,
      hue: hueOf(client),
    },
    h(
      "ol.track",
      null,
      track.map(([text, atMs]) =>
        h(
          "li",
          { "data-done": String(atMs !== null) },
          h("span", null, text),
          h("span.at", null, atMs === null ? "" : since(life.receivedAtMs, atMs)),
        )
      ),
    ),
    delivery.isUnanswered ? h("p", null, word("unanswered")) : null,
    delivery.reason === "" ? null : h("p", null, delivery.reason),
  );
}

function drawReplied(life) {
  const replies = life.replies.map((reply) =>
    step(
      `reply ${reply.id}`,
      {
        mark: markOf(reply.state),
        title: word("stepReplied", { client: reply.client }),
        atMs: reply.acceptedAtMs,
        life,
        hue: hueOf(reply.client),
      },
      h("blockquote", null, nameMessage(reply)),
      drawHooks(reply.steps ?? []),
      drawSends(life, reply.sends),
    )
  );
  const isAwaited = life.state === "received" ||
    life.deliveries.some(({ client, state }) =>
      state !== "parked" && state !== "acknowledged" &&
      !life.replies.some((reply) => reply.client === client)
    );
  if (!isAwaited || replies.length > 0) return replies;
  return [step("reply", { mark: "todo", title: word("stepRepliedNone"), atMs: null, life })];
}

/** What was done to a reply on its way; that a plugin left it alone needs no line. */
function drawHooks(steps) {
  const told = steps.filter(({ outcome }) => outcome.verdict?.kind !== "pass");
  return told.length === 0 ? null : h("ul.asked", null, told.map(drawVerdict));
}

function drawHubSaid(life) {
  const last = life.hubSends.at(-1);
  return step(
    "hub",
    { mark: markOf(last.state), title: word("stepHubSaid"), atMs: last.plannedAtMs, life },
    life.hubSends.flatMap((send) => [
      h("blockquote", null, send.text),
      drawSends(life, [send]),
    ]),
  );
}

function drawSends(life, sends) {
  return h(
    "ul.sends",
    null,
    sends.map((send) =>
      h(
        "li",
        null,
        h("span.pill", { "data-tone": toneOf(send.state) }, stateWord(send.state)),
        send.wireId === null ? null : h("code", null, send.wireId),
        send.attempts > 1 ? h("span", null, word("tries", { count: send.attempts })) : null,
        send.isRepeat ? h("span", null, word("repeat")) : null,
        send.reason === "" ? null : h("span.reason", null, reasonWords(send.reason)),
        h("span.at", null, since(life.receivedAtMs, send.endedAtMs ?? send.plannedAtMs)),
      )
    ),
  );
}

function stateWord(state) {
  return word(`state${camel(state)}`);
}

/** The words for what a deferred send waits for; WeChat's own texts stay as they are. */
function reasonWords(reason) {
  // A fixed word may have behind it what WeChat said, or which send took it along.
  const [fixed, behind = ""] = reason.split(": ");
  const name = `reason${camel(fixed)}`;
  return hasWord(name) ? word(name, { behind }) : reason;
}

function camel(name) {
  return name.split("_").map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");
}

const TONES = {
  accepted: "live",
  planned: "live",
  sending: "live",
  sent: "good",
  unconfirmed: "good",
  merged: "good",
  deferred: "wait",
  suspect: "warn",
  unknown: "warn",
  stopped: "quiet",
  refused: "bad",
  expired: "bad",
};

function toneOf(state) {
  return TONES[state] ?? "quiet";
}

const MARKS = { good: "done", quiet: "done" };

function markOf(state) {
  const tone = toneOf(state);
  return MARKS[tone] ?? tone;
}
