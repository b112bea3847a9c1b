/** The phone: bubbles, typing, quotes, and what the person writes. */
import { byId, h, patch } from "./dom.js";
import { timeOfDay, word } from "./words.js";

/** A line with the time stands above the first bubble and after a pause. */
const PAUSE_MS = 5 * 60_000;

let view = { bubbles: [], isTyping: false };
/** Bubble id -> name of who wrote it, as the hub's record says; "" for the hub itself. */
let authors = new Map();
let quoted = null;
let agentNames = [];

/** Colours in the style sheet. */
const HUES = 5;

export function showPhone(newView) {
  view = newView;
  drawPhone();
}

export function showAuthors(newAuthors) {
  authors = newAuthors;
  drawPhone();
}

export function drawPhone() {
  const chat = byId("chat");
  const isAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
  byId("phone-title").textContent = word(view.isTyping ? "typing" : "bot");
  byId("phone-title").classList.toggle("is-typing", view.isTyping);
  byId("chat-empty").hidden = view.bubbles.length > 0;
  patch(byId("bubbles"), view.bubbles.map(drawBubble));
  byId("quoting").hidden = quoted === null;
  byId("quoting-text").textContent = quoted === null ? "" : gist(quoted);
  if (isAtEnd) chat.scrollTop = chat.scrollHeight;
}

/** Marks the bubbles that belong to one message's life. */
export function highlight(ids) {
  for (const element of byId("bubbles").children) {
    element.classList.toggle("related", ids.has(element.dataset.key));
  }
}

function drawBubble(bubble, index) {
  const before = view.bubbles[index - 1];
  const isAfterPause = before === undefined || bubble.atMs - before.atMs > PAUSE_MS;
  const original = view.bubbles.find(({ id }) => id === bubble.quotes);
  return h(
    `li.turn.${bubble.by}`,
    { "data-key": bubble.id },
    isAfterPause ? h("time", null, timeOfDay(bubble.atMs)) : null,
    h(
      "button.bubble",
      {
        type: "button",
        title: word("quoteThis", { text: gist(bubble) }),
        onclick: () => quote(bubble),
      },
      drawContent(bubble),
    ),
    original === undefined ? null : h("q.original", null, gist(original)),
    drawAuthor(bubble),
  );
}

function drawContent(bubble) {
  if (bubble.kind === "text") return bubble.text;
  return [
    h("span.kind", null, word(bubble.kind)),
    bubble.text === "" ? null : h("span", null, bubble.text),
  ];
}

function drawAuthor(bubble) {
  const author = authors.get(bubble.id);
  if (author === undefined) return null;
  const name = author === "" ? word("fromHub") : author;
  return h(
    "small.author",
    { title: word("writtenBy", { name }), "data-hue": hueOf(author) },
    name,
  );
}

/** The colour that stands for an agent everywhere on the page; the hub itself has none. */
export function hueOf(name) {
  const index = agentNames.indexOf(name);
  return index < 0 ? "none" : String(index % HUES);
}

function gist(bubble) {
  const text = bubble.kind === "text" ? bubble.text : `[${word(bubble.kind)}] ${bubble.text}`;
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function quote(bubble) {
  quoted = bubble;
  drawPhone();
  byId("text").focus();
}

async function say(kind, text) {
  const quotes = quoted?.id ?? null;
  quoted = null;
  drawPhone();
  const response = await post("/say", { kind, text, quotes });
  byId("chat").scrollTop = byId("chat").scrollHeight;
  return response.ok;
}

export function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** Takes the agents' names: for their colours, and for what can be tried, as buttons that write for the person. */
export function showAgents(names) {
  agentNames = names;
  const [first, second] = names;
  if (second === undefined) return;
  const texts = [
    word("suggestHello"),
    "/list",
    `/use ${second}`,
    word("suggestAt", { name: first }),
    "/why",
    "/status",
  ];
  patch(
    byId("suggestions"),
    texts.map((text) =>
      h(
        "li",
        { "data-key": text },
        h("button.suggestion", { type: "button", onclick: () => say("text", text) }, text),
      )
    ),
  );
}

export function wirePhone() {
  const input = byId("text");
  byId("composer").onsubmit = async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "") return;
    input.value = "";
    if (!await say("text", text)) input.value = text;
  };
  byId("end-quote").onclick = () => {
    quoted = null;
    drawPhone();
    input.focus();
  };
  input.onkeydown = (event) => {
    if (event.key === "Escape") byId("end-quote").click();
  };
  for (const button of document.querySelectorAll("[data-send]")) {
    const kind = button.dataset.send;
    button.onclick = () => {
      const sample = kind === "image" ? "" : word(`${kind}Sample`);
      say(kind, sample);
    };
  }
}
