/** The page: takes the stream of changes and hands each to its part. */
import { byId, h, patch } from "./dom.js";
import { createCard } from "./life.js";
import {
  drawPhone,
  highlight,
  hueOf,
  post,
  showAgents,
  showAuthors,
  showPhone,
  wirePhone,
} from "./phone.js";
import { fillWords, loadWords, switchLang, word } from "./words.js";

const CARDS_MAX = 30;

/** Message id -> card. */
const cards = new Map();
let agents = [];
let bubbles = [];

await loadWords();
fillWords();
wirePhone();
drawPhone();
byId("language").onclick = () => {
  switchLang();
  fillWords();
  drawAgents();
  drawPhone();
  for (const card of cards.values()) card.update(card.life);
};
listen();

function listen() {
  const stream = new EventSource("/changes");
  stream.onopen = () => {
    byId("banner").hidden = true;
    // The stream starts with everything there is; another run of the demo counts from one again.
    for (const card of cards.values()) card.element.remove();
    cards.clear();
  };
  stream.onerror = () => byId("banner").hidden = false;
  stream.addEventListener("phone", (event) => {
    const view = JSON.parse(event.data);
    bubbles = view.bubbles;
    showPhone(view);
  });
  stream.addEventListener("agents", (event) => {
    agents = JSON.parse(event.data);
    drawAgents();
  });
  stream.addEventListener("life", (event) => {
    showLife(JSON.parse(event.data));
    showAuthors(authorsOf([...cards.values()].map(({ life }) => life)));
  });
}

function drawAgents() {
  showAgents(agents.map(({ name }) => name));
  patch(byId("agents"), agents.map(drawAgent));
}

function drawAgent(agent) {
  const { name, isOn, waiting } = agent;
  const state = isOn === false ? "stopped" : agent.state;
  return h(
    "li.agent",
    { "data-key": name, "data-hue": hueOf(name), title: `${agent.label} (${word(state)})` },
    h("span.dot", { "data-state": state }),
    h("strong", null, name),
    h("span.state", null, word(state)),
    h("span.waiting", { "data-none": String(waiting === 0) }, word("waiting", { count: waiting })),
    isOn === null ? null : h("button.switch", {
      type: "button",
      role: "switch",
      "aria-checked": String(isOn),
      "aria-label": word("switchAgent", { name }),
      onclick: () => post(`/agents/${encodeURIComponent(name)}`, { isOn: !isOn }),
    }),
  );
}

function showLife(life) {
  byId("lives-empty").hidden = true;
  const known = cards.get(life.id);
  if (known !== undefined) {
    known.update(life);
    return;
  }
  const card = createCard(life, {
    onLook: (looked) => highlight(looked === null ? new Set() : bubblesOf(looked)),
  });
  cards.set(life.id, card);
  const newestFirst = [...cards.values()].sort((a, b) => b.life.id - a.life.id);
  if (newestFirst[0] === card) {
    // Only the newest is open, unless the reader has opened or closed one.
    for (const { element, isTouched } of cards.values()) if (!isTouched) element.open = false;
    card.element.open = true;
  }
  const after = newestFirst[newestFirst.indexOf(card) + 1];
  byId("lives").insertBefore(card.element, after?.element ?? null);
  for (const old of newestFirst.slice(CARDS_MAX)) {
    old.element.remove();
    cards.delete(old.life.id);
  }
}

/** Bubble id -> who wrote it, from the ids that WeChat gave the sends. */
function authorsOf(lives) {
  const authors = new Map();
  for (const { replies, hubSends } of lives) {
    for (const { client, sends } of replies) {
      for (const { wireId } of sends) if (wireId !== null) authors.set(wireId, client);
    }
    for (const { wireId } of hubSends) if (wireId !== null) authors.set(wireId, "");
  }
  return authors;
}

/** The bubbles of one message's life: its own, found by counting back from the newest, and its answers'. */
function bubblesOf(life) {
  const ids = new Set(authorsOf([life]).keys());
  const inbound = [...cards.values()].map((card) => card.life)
    .filter(({ duplicateOf }) => duplicateOf === null).sort((a, b) => b.id - a.id);
  const written = bubbles.filter(({ by }) => by === "person");
  const own = written.at(-1 - inbound.findIndex(({ id }) => id === life.id));
  if (own !== undefined) ids.add(own.id);
  return ids;
}
