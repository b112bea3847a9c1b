/** Plugins: what each is doing, what the owner lets it do, and messages decided for a look. */
import { isAbsolute } from "node:path";
import { Hono } from "@hono/hono";
import { z } from "zod";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import type { PermissionWords, PluginDesk, PluginView } from "../core/plugin_desk.ts";
import { readInput, readNumber } from "./input.ts";
import type { AdminPort } from "./port.ts";

const REPLAYED_MAX = 10_000;
const REPLAYED_BY_DEFAULT = 1_000;

/** Counting holds everything else up for about 10 ms for each 1,000 messages. */
const COUNTED_MAX = 2_000;
const COUNTED_BY_DEFAULT = 1_000;

const OBJECT = { error: "an object" };
const WORDS = z.array(z.string({ error: "a text" }), { error: "a list of texts" });
/** What the owner was shown; what the file asks for may have changed since. */
const GRANT = z.strictObject({
  asked: z.strictObject({ net: WORDS, read: WORDS }, OBJECT).exactOptional(),
}, OBJECT);
const NOTHING = z.strictObject({}, OBJECT);

/** Sources alone: what cannot be read as a plugin is quoted in the refusal. */
const CANDIDATE_WANTED = "an absolute path that ends in .ts or .js, or null";
const CANDIDATE = z.string({ error: CANDIDATE_WANTED })
  .refine((path) => isAbsolute(path) && /\.[tj]s$/.test(path), { error: CANDIDATE_WANTED })
  .nullable().default(null);
const TEXT_WANTED = `a text of at most ${LIMITS.verdictTextMax} characters`;
const TRY = z.strictObject({
  text: z.string({ error: TEXT_WANTED }).max(LIMITS.verdictTextMax, { error: TEXT_WANTED }),
  as: z.string({ error: "a person's key or alias" }).default(""),
  state: z.json({ error: "any JSON" }).default(null),
  candidate: CANDIDATE,
}, OBJECT);
const SINCE = "milliseconds since 1970";
const LIMIT = `a whole number from 1 to ${REPLAYED_MAX}`;
const REPLAY = z.strictObject({
  sinceMs: z.int({ error: SINCE }).min(0, { error: SINCE }),
  limit: z.int({ error: LIMIT }).min(1, { error: LIMIT }).max(REPLAYED_MAX, { error: LIMIT })
    .default(REPLAYED_BY_DEFAULT),
  candidate: CANDIDATE,
}, OBJECT);

/** All below `/hub/plugins`. */
export function pluginRoutes(
  { pluginDesk: desk, store }: Pick<AdminPort, "pluginDesk" | "store">,
): Hono {
  const app = new Hono();

  app.get("/plugins", (c) => c.json({ plugins: desk.list() }));
  app.get("/plugins/:id", (c) => c.json(findPlugin(desk, c.req.param("id"))));

  app.get("/plugins/:id/logs", (c) => {
    const { id } = findPlugin(desk, c.req.param("id"));
    const after = readNumber(c, "after", { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0;
    return c.json({ lines: desk.logs(id, after) });
  });

  app.get("/plugins/:id/verdicts", async (c) => {
    const { id } = findPlugin(desk, c.req.param("id"));
    const last = readNumber(c, "last", { min: 1, max: COUNTED_MAX }) ?? COUNTED_BY_DEFAULT;
    return c.json(await store.verdicts({ plugin: id, last }));
  });

  app.post("/plugins/try", async (c) => c.json(await desk.tryText(await readInput(c, TRY))));
  app.post("/plugins/replay", async (c) => c.json(await desk.replay(await readInput(c, REPLAY))));

  app.post("/plugins/:id/grant", async (c) => {
    const { id, asked } = findPlugin(desk, c.req.param("id"));
    const shown = (await readInput(c, GRANT)).asked;
    if (shown !== undefined && !isSame(shown, asked)) throw changed(id);
    return c.json(await desk.grant(id));
  });
  for (const change of ["rollback", "promote", "reset"] as const) {
    app.post(`/plugins/:id/${change}`, async (c) => {
      const { id } = findPlugin(desk, c.req.param("id"));
      await readInput(c, NOTHING);
      return c.json(await desk[change](id));
    });
  }

  return app;
}

function findPlugin(desk: PluginDesk, id: string): PluginView {
  const found = desk.list().find((plugin) => plugin.id === id);
  if (found !== undefined) return found;
  throw new HubError("PLUGIN_UNKNOWN", `Cannot find a plugin "${id}"`, {
    hint: "ilink-hub plugin list shows the plugins",
  });
}

function isSame(a: PermissionWords, b: PermissionWords): boolean {
  const words = ({ net, read }: PermissionWords) => JSON.stringify([net, read]);
  return words(a) === words(b);
}

function changed(id: string): HubError {
  return new HubError("USAGE", `Cannot grant: the plugin "${id}" asks for something else now`, {
    hint: `Look again at what it asks for: ilink-hub plugin grant ${id}`,
  });
}
