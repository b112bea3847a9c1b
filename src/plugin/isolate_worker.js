/**
 * What runs beside the plugin, in its worker: loads it, asks its hooks, and sends what they answer as lines of JSON. The
 * plugin shares this realm and can break all of it; the hub takes a line for the plugin's own word and no more. It is
 * embedded as text and started from a blob.
 */
const { parse, stringify } = JSON;
const { inspect } = Deno;
/** Where the runtime was told to show it. */
const { gc: collect } = globalThis;
const { stdout } = Deno;
const encoder = new TextEncoder();
const endProcess = self.postMessage.bind(self, null);
const nowMs = performance.now.bind(performance);
const startTimer = setTimeout.bind(self);
const stopTimer = clearTimeout.bind(self);

/** Given with the load. */
let loadId = "";
let rootUrl = "";
let limits = {
  answerCharsMax: 0,
  memoryBytesMax: 0,
  problemCharsMax: 0,
  logLineMax: 0,
  logLinesPerCall: 0,
  logBurst: 0,
  logPerSecond: 0,
};
let plugin;
let config = null;

/** A line of its own, whatever the plugin may have written there before. */
function write(line) {
  let bytes = encoder.encode(`\n${line}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(stdout.writeSync(bytes));
}

self.addEventListener("message", ({ data }) => {
  const frame = parse(data);
  if (frame.kind === "load") load(frame);
  else if (frame.kind === "ping") write(frameLine("answer", frame.id, {}));
  else if (frame.kind === "rest") collect?.({ type: "major", flavor: "last-resort" });
  else ask(frame);
});

// Ends the worker alone and silently; whoever waits would wait for the deadline.
self.addEventListener("unload", endProcess);
self.close = endProcess;

self.addEventListener("error", (event) => {
  event.preventDefault();
  log(`uncaught ${tell(event.error ?? event.message)}`);
});
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  log(`uncaught, in a promise: ${tell(event.reason)}`);
});

async function load(frame) {
  ({ id: loadId, rootUrl, limits } = frame);
  lines = { left: limits.logBurst, dropped: 0, filledAtMs: nowMs() };
  try {
    // Not literal, so that the worker's own rights are asked.
    plugin = (await import(frame.url)).default;
  } catch (error) {
    return ready({ problem: describe(error) });
  }
  const hooks = ["configure", "route", "reply"].filter((name) =>
    typeof plugin?.[name] === "function"
  );
  let exported;
  try {
    exported = toJson(isObject(plugin) ? pick(plugin, hooks) : plugin);
  } catch (error) {
    return ready({ problem: `its default export cannot be read: ${describe(error)}` });
  }
  let problem;
  try {
    config = hooks.includes("configure") ? plugin.configure(frame.config) : frame.config;
  } catch (error) {
    problem = `it refuses its configuration: ${describe(error)}`;
  }
  ready({ exported, hooks, problem });
}

function ready({ exported, hooks = [], problem }) {
  const told = problem === undefined
    ? undefined
    : stringify(problem.slice(0, limits.problemCharsMax));
  const line = frameLine("ready", loadId, { exported, hooks: stringify(hooks), problem: told });
  if (line.length <= limits.answerCharsMax) write(line);
  else ready({ problem: `its manifest takes ${line.length} characters of JSON` });
}

function pick(plugin, hooks) {
  const names = ["manifest", "configure", "route", "reply"].filter((name) => !hooks.includes(name));
  return Object.fromEntries(names.map((name) => [name, plugin[name]]));
}

function ask({ kind: hook, id, subject, facts, memory, deadlineMs }) {
  const isReply = hook === "reply";
  const limit = createLimit(nowMs() + deadlineMs);
  const ctx = Object.freeze({
    ...freeze(facts),
    config,
    memory: isReply ? freeze(memory) : memory,
    get signal() {
      return limit.signal();
    },
  });

  function end(value) {
    if (limit.end() === "late") return;
    write(tellAnswer(value, { id, hook, memory: isReply ? undefined : memory }));
  }
  function fail(error) {
    if (limit.end() === "late") return;
    log(tell(error));
    write(faultLine(id, "threw", wordsOf(error)));
  }

  try {
    const value = plugin[hook]?.(freeze(subject), ctx);
    if (isObject(value) && "then" in value) Promise.resolve(value).then(end, fail);
    else end(value);
  } catch (error) {
    fail(error);
  }
}

function tellAnswer(value, { id, hook, memory }) {
  const junk = (text) => faultLine(id, "not_a_verdict", text);
  let verdict, kept;
  try {
    verdict = toJson(value);
  } catch {
    return junk(`${hook}() answered something that cannot be read`);
  }
  try {
    kept = memory === undefined ? undefined : stringify(memory);
  } catch (error) {
    return junk(`its memory is not JSON: ${wordsOf(error)}`);
  }
  if (kept !== undefined && kept.length > limits.memoryBytesMax) {
    const text =
      `its memory takes ${kept.length} or more bytes as JSON, want at most ${limits.memoryBytesMax}`;
    return faultLine(id, "memory_too_large", text);
  }
  const line = frameLine("answer", id, { verdict, memory: kept });
  if (line.length <= limits.answerCharsMax) return line;
  const size = `${line.length} characters of JSON with its memory`;
  return junk(`${hook}() answered ${size}, want at most ${limits.answerCharsMax}`);
}

function faultLine(id, fault, text) {
  const told = stringify(text.slice(0, limits.problemCharsMax));
  return frameLine("answer", id, { fault: stringify(fault), text: told });
}

/** The members are texts of JSON already; those that are not given are left out. */
function frameLine(kind, id, members) {
  const parts = Object.entries(members).flatMap(([name, json]) =>
    json === undefined ? [] : [`,"${name}":${json}`]
  );
  return `{"kind":"${kind}","id":"${id}"${parts.join("")}}`;
}

/** Each member is read once; one that is no JSON, such as a cycle, is told by its type. */
function toJson(value) {
  if (!isObject(value) || Array.isArray(value)) return memberJson(value);
  const members = Object.entries(value).flatMap(([name, member]) => {
    const json = memberJson(member);
    return json === undefined ? [] : [`${stringify(name)}:${json}`];
  });
  return `{${members.join(",")}}`;
}

function memberJson(value) {
  try {
    return stringify(value);
  } catch {
    return stringify(typeof value);
  }
}

/** The signal costs a timer, so it is made when it is looked at. */
function createLimit(deadlineAtMs) {
  let aborter = null;
  let timer;
  return {
    signal() {
      if (aborter === null) {
        aborter = new AbortController();
        timer = startTimer(() => aborter.abort(), Math.max(0, deadlineAtMs - nowMs()));
      }
      return aborter.signal;
    },
    /** Late is what the abort itself brings about: the hub has ended the call, or is about to. */
    end() {
      stopTimer(timer);
      return aborter?.signal.aborted ? "late" : "in_time";
    },
  };
}

function freeze(value) {
  if (!isObject(value) || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const member of Object.values(value)) freeze(member);
  return value;
}

function isObject(value) {
  return typeof value === "object" && value !== null;
}

/** The message of anything thrown. */
function wordsOf(thrown) {
  try {
    return thrown instanceof Error ? String(thrown.message) : String(thrown);
  } catch {
    return "something that cannot be put into words";
  }
}

/** The message, and the line of the plugin's file where it is known. */
function describe(thrown) {
  const words = wordsOf(thrown).replaceAll(rootUrl, "");
  const place = placesOf(thrown)[0];
  return place === undefined || words.includes(place) ? words : `${words} (${place})`;
}

/** As `describe`, with all lines of the plugin's files that led there. */
function tell(thrown) {
  return [wordsOf(thrown), ...placesOf(thrown).map((place) => `    at ${place}`)].join("\n")
    .replaceAll(rootUrl, "");
}

function placesOf(thrown) {
  try {
    const stack = thrown instanceof Error ? String(thrown.stack) : "";
    return stack.split("\n").flatMap((line) => {
      const at = line.trimStart().startsWith("at ") ? line.indexOf(rootUrl) : -1;
      return at < 0 ? [] : [line.slice(at + rootUrl.length).replace(/\)$/, "")];
    });
  } catch {
    return [];
  }
}

let lines = { left: 0, dropped: 0, filledAtMs: 0 };

/** Writes lines into the plugin's log: what comes too fast is counted and dropped. */
function log(text) {
  for (const line of text.split("\n", limits.logLinesPerCall)) {
    const now = nowMs();
    const filled = lines.left + (now - lines.filledAtMs) * limits.logPerSecond / 1000;
    lines.left = Math.min(limits.logBurst, filled);
    lines.filledAtMs = now;
    if (lines.left < 1) {
      lines.dropped += 1;
      continue;
    }
    lines.left -= 1;
    if (lines.dropped > 0) {
      postLog(`(${lines.dropped} lines before this one came too fast to be kept)`);
    }
    lines.dropped = 0;
    postLog(line);
  }
}

function postLog(line) {
  write(frameLine("log", loadId, { line: stringify(line.slice(0, limits.logLineMax)) }));
}

function print(...values) {
  // Looked at before anything is put into words: a million lines must cost nothing.
  if (lines.left < 1 && (nowMs() - lines.filledAtMs) * limits.logPerSecond < 1000) {
    lines.dropped += 1;
    return;
  }
  log(values.map((value) => typeof value === "string" ? value : picture(value)).join(" "));
}

function picture(value) {
  try {
    return inspect(value, { colors: false, depth: 4 });
  } catch {
    return typeof value;
  }
}

const PRINTS = [
  "log",
  "info",
  "warn",
  "error",
  "debug",
  "trace",
  "dir",
  "dirxml",
  "table",
  "group",
];
const { console: printed } = globalThis;
for (const name of Object.keys(printed)) {
  if (typeof printed[name] === "function") {
    printed[name] = PRINTS.includes(name) ? print : () => {};
  }
}
printed.assert = (isTrue, ...values) => isTrue || print("Assertion failed", ...values);
