/** The alerts' second channel: what is wrong as the owner was told, over what, and a test. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";

const CHANNEL_WANTED = "a channel's name or null";
const TEST = z.strictObject({
  channel: z.string({ error: CHANNEL_WANTED }).nullable().default(null),
}, { error: "an object" });

/** All below `/hub/alerts`. */
export function alertRoutes({ alerts }: Pick<AdminPort, "alerts">): Hono {
  const app = new Hono();
  app.get("/alerts", (c) => c.json({ channels: alerts.channels(), open: alerts.open() }));
  app.post("/alerts/test", async (c) => {
    const { channel } = await readInput(c, TEST);
    return c.json({ tests: await alerts.test(channel) });
  });
  return app;
}
