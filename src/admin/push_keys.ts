/** Scripts and their keys, as the owner gives and takes them. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import { baseUrlFor, checkName } from "./clients.ts";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";
import { mintSecret } from "./secrets.ts";
import { viewScripts } from "./views.ts";

const SCRIPT = z.strictObject({ name: z.string({ error: "a text" }) }, { error: "an object" });

/** All below `/hub/push-keys`. */
export function pushKeyRoutes(port: AdminPort): Hono {
  const { store, clock, random } = port;
  const app = new Hono();

  app.get("/push-keys", async (c) => c.json({ scripts: await viewScripts(port) }));

  app.post("/push-keys", async (c) => {
    const { name } = await readInput(c, SCRIPT);
    checkName(name);
    const { secret: key, hash: keyHash } = mintSecret(random, "vpush_");
    await store.registerScript({ name, keyHash, atMs: clock.now() });
    return c.json({ name, key, url: `${baseUrlFor(c.req.url, port.publicUrl)}/hub/push` });
  });

  app.delete("/push-keys/:name", async (c) => {
    const name = c.req.param("name");
    await store.removeScript(name, clock.now());
    return c.json({ removed: name });
  });

  return app;
}
