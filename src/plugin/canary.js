/**
 * Tries what no plugin may do without a grant. What was not refused for want of a right stands in its version; a failure of
 * any other kind means that the right was there.
 */
const file = Deno.execPath();

const TRIES = {
  "read a file": () => Deno.openSync(file).close(),
  "write a file": () => Deno.openSync(file, { write: true }).close(),
  "connect": async () => (await Deno.connect({ hostname: "127.0.0.1", port: 9 })).close(),
  "read the environment": () => Deno.env.toObject(),
  "run a program": () => new Deno.Command(file, { args: ["--version"] }).outputSync(),
  "load a library": () => Deno.dlopen(file, {}).close(),
  "ask the system": () => Deno.hostname(),
};

const open = [];
for (const [what, attempt] of Object.entries(TRIES)) {
  try {
    await attempt();
    open.push(what);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) open.push(what);
  }
}

export default {
  manifest: { id: "canary", api: 1, version: open.length === 0 ? "closed" : open.join(", ") },
  route: () => ({ kind: "pass" }),
};
