/** The page's sentences in the language chosen, else in the browser's. */

let table = {};
let lang = localStorage.getItem("lang") ??
  (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");

export async function loadWords() {
  table = await (await fetch("/words.json")).json();
}

export function switchLang() {
  lang = lang === "zh" ? "en" : "zh";
  localStorage.setItem("lang", lang);
}

/** The sentence of this name with its places filled in. */
export function word(name, values = {}) {
  const sentence = table[name]?.[lang] ?? name;
  return sentence.replace(/\{(\w+)\}/g, (place, key) => values[key] ?? place);
}

export function hasWord(name) {
  return name in table;
}

/** Fills the fixed parts of the page. */
export function fillWords() {
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = word("title");
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = word(element.dataset.word);
  }
  for (const element of document.querySelectorAll("[data-word-label]")) {
    element.setAttribute("aria-label", word(element.dataset.wordLabel));
    if (element.matches("button")) element.title = word(element.dataset.wordLabel);
    if (element.matches("input")) element.placeholder = word(element.dataset.wordLabel);
  }
}

/** The time of day, to the minute or to the millisecond. */
export function timeOfDay(atMs, precision = "minute") {
  const time = new Date(atMs).toTimeString();
  if (precision === "minute") return time.slice(0, 5);
  return `${time.slice(0, 8)}.${String(atMs % 1000).padStart(3, "0")}`;
}

/** `+3 ms`, `+1.24 s`, and the time of day beyond a minute. */
export function since(fromMs, atMs) {
  const ms = Math.max(0, atMs - fromMs);
  if (ms >= 60_000) return timeOfDay(atMs, "millisecond").slice(0, 8);
  return `+${duration(ms)}`;
}

export function duration(ms) {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 1_000) return `${(ms / 1000).toFixed(2)} s`;
  return ms > 0 && ms < 1 ? "<1 ms" : `${Math.round(ms)} ms`;
}
