/** Programs that ask to become clients: who asks, and the owner's word. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import { HubError } from "../core/error.ts";
import type { PairingId } from "../core/ids.ts";
import { LIMITS } from "../core/limits.ts";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";

const MINUTE_MS = 60_000;
const MINUTES_MAX = LIMITS.pairingOpenMaxMs / MINUTE_MS;
const MINUTES = `a whole number from 1 to ${MINUTES_MAX}`;

const OPENING = z.strictObject({
  minutes: z.int({ error: MINUTES }).min(1, { error: MINUTES }).max(MINUTES_MAX, { error: MINUTES })
    .default(LIMITS.pairingMs / MINUTE_MS),
}, { error: "an object" });

const APPROVAL = z.strictObject({ name: z.string({ error: "a text" }).exactOptional() }, {
  error: "an object",
});

/** All below `/hub/pairing`. */
export function pairingRoutes({ pairing }: Pick<AdminPort, "pairing">): Hono {
  const app = new Hono();

  app.get("/pairing", async (c) => c.json(await pairing.view()));
  app.post("/pairing/open", async (c) => {
    const { minutes } = await readInput(c, OPENING);
    return c.json(await pairing.open(minutes * MINUTE_MS));
  });
  app.post("/pairing/close", async (c) => c.json(await pairing.close()));

  app.post("/pairing/:code/approve", async (c) => {
    const { name = null } = await readInput(c, APPROVAL);
    const answer = await pairing.approve(await find(c.req.param("code")), { name, by: "owner" });
    if (answer.kind === "approved") return c.json({ approved: answer.name });
    throw answer.kind === "no_owner" ? noOwner() : unknownCode();
  });
  app.post("/pairing/:code/refuse", async (c) => {
    const answer = await pairing.refuse(await find(c.req.param("code")), "owner");
    if (answer !== "refused") throw unknownCode();
    return c.json({ refused: true });
  });

  async function find(code: string): Promise<PairingId> {
    const found = await pairing.find(code);
    if (found === null) throw unknownCode();
    return found.id;
  }

  return app;
}

function unknownCode(): HubError {
  return new HubError(
    "PAIRING_UNKNOWN",
    "Cannot find a request with this code: it is over, was approved before, or never was",
    { hint: "Have the program show a new QR code; ilink-hub pair list shows what is open" },
  );
}

function noOwner(): HubError {
  return new HubError("USAGE", "Cannot approve: whose WeChat it is is not known yet", {
    hint: "Connect it with ilink-hub login, or write one message to the bot first",
  });
}
