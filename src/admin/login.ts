/** The QR login that is going on. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";

const DIGITS = "1 to 12 digits";
const CODE = z.strictObject({
  digits: z.string({ error: DIGITS }).regex(/^\d{1,12}$/, { error: DIGITS }),
}, { error: "an object" });

/** All below `/hub/login`. The answer is `null` when there was none since the hub started. */
export function loginRoutes({ login }: Pick<AdminPort, "login">): Hono {
  const app = new Hono();
  app.get("/login", (c) => c.json(login.view()));
  app.post("/login", (c) => {
    const before = login.view();
    const view = login.start();
    return c.json({ ...view, isNew: view.id !== before?.id });
  });
  app.post("/login/code", async (c) => {
    const { digits } = await readInput(c, CODE);
    return c.json({ taken: login.giveCode(digits) === "taken" });
  });
  app.delete("/login", (c) => {
    login.cancel();
    return c.json(login.view());
  });
  return app;
}
