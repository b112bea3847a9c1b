/** Clients: who the hub serves. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import type { Client } from "../core/client.ts";
import { DIALECTS, isClientName, MARKDOWN, OVERFLOW, PROGRESS } from "../core/client.ts";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";
import { hashOf, mintSecret } from "./secrets.ts";
import { viewClients } from "./views.ts";

const LABEL_MAX = 64;

const NAME = z.string({ error: "a text" });
const LABEL = z.string({ error: "a text" })
  .max(LABEL_MAX, { error: `at most ${LABEL_MAX} characters` })
  .refine((text) => !/\p{Cc}/u.test(text), { error: "one line without control characters" });
const BATCH = `a whole number from 1 to ${LIMITS.batchMax}`;

const REGISTRATION = z.strictObject({ name: NAME, label: LABEL.default("") }, {
  error: "an object",
});

const CHANGE = z.strictObject({
  name: NAME.exactOptional(),
  label: LABEL.exactOptional(),
  settings: z.strictObject({
    batch: z.int({ error: BATCH }).min(1, { error: BATCH }).max(LIMITS.batchMax, { error: BATCH })
      .exactOptional(),
    acknowledgeBy: z.enum(["cursor", "next_poll"], { error: '"cursor" or "next_poll"' })
      .exactOptional(),
    onUnanswered: z.enum(["show", "redeliver"], { error: '"show" or "redeliver"' }).exactOptional(),
    dialect: z.enum(DIALECTS, { error: oneOf(DIALECTS) }).exactOptional(),
    extensions: z.enum(["on", "off"], { error: '"on" or "off"' }).exactOptional(),
    markdown: z.enum(MARKDOWN, { error: oneOf(MARKDOWN) }).exactOptional(),
    overflow: z.enum(OVERFLOW, { error: oneOf(OVERFLOW) }).exactOptional(),
    progress: z.enum(PROGRESS, { error: oneOf(PROGRESS) }).exactOptional(),
  }, { error: "an object" }).exactOptional(),
}, { error: "an object" });

const IDENTITY = z.strictObject({
  /** Whether it is this client's is answered, too. */
  token: z.string({ error: "a text" }).exactOptional(),
}, { error: "an object" });

function oneOf(words: readonly string[]): string {
  return words.map((one) => `"${one}"`).join(" or ");
}

/** `POST /hub/register` and all below `/hub/clients`. */
export function clientRoutes(port: AdminPort): Hono {
  const { store, actions, clock } = port;
  const app = new Hono();

  app.post("/register", async (c) => {
    const { name, label } = await readInput(c, REGISTRATION);
    checkName(name);
    const { secret: token, hash: tokenHash } = mintSecret(port.random, "vhub_");
    await store.registerClient({ name, label, tokenHash, atMs: clock.now() });
    actions.wakeRouter();
    return c.json({ name, base_url: baseUrlFor(c.req.url, port.publicUrl), token });
  });

  app.get("/clients", async (c) => c.json({ clients: await viewClients(port) }));

  app.patch("/clients/:name", async (c) => {
    const client = await findClient(port, c.req.param("name"));
    const change = await readInput(c, CHANGE);
    if (change.name !== undefined) checkName(change.name);
    const { id, name } = await store.updateClient(client.id, change);
    actions.clientChanged(id);
    return c.json((await viewClients(port)).find((view) => view.name === name));
  });

  app.delete("/clients/:name", async (c) => {
    const client = await findClient(port, c.req.param("name"));
    await store.removeClient(client.id, clock.now());
    actions.clientRemoved(client.id);
    return c.json({ removed: client.name, parked: client.waiting });
  });

  app.post("/clients/:name/rotate", async (c) => {
    const client = await findClient(port, c.req.param("name"));
    const { secret: token, hash: tokenHash } = mintSecret(port.random, "vhub_");
    const oldValidUntilMs = clock.now() + LIMITS.tokenGraceMs;
    await store.rotateToken(client.id, { tokenHash, oldValidUntilMs });
    actions.clientChanged(client.id);
    const base_url = baseUrlFor(c.req.url, port.publicUrl);
    return c.json({ name: client.name, base_url, token, oldValidUntilMs });
  });

  app.post("/clients/:name/identity", async (c) => {
    const client = await findClient(port, c.req.param("name"));
    const { token } = await readInput(c, IDENTITY);
    const base_url = baseUrlFor(c.req.url, port.publicUrl);
    const cdnPath = port.cdnPathOf(client.id);
    return c.json({
      name: client.name,
      base_url,
      bot_id: port.botIdOf(client.id),
      cdn_base_url: cdnPath === null ? null : base_url + cdnPath,
      senders: port.allowedSenders,
      isTokenValid: token === undefined ? null : await isTokenOf(port, { client, token }),
    });
  });

  return app;
}

async function isTokenOf(
  { store, clock }: Pick<AdminPort, "store" | "clock">,
  { client, token }: { readonly client: Client; readonly token: string },
): Promise<boolean> {
  return (await store.clientByToken(hashOf(token), clock.now()))?.id === client.id;
}

/** Throws `CLIENT_UNKNOWN`. */
export async function findClient(port: Pick<AdminPort, "store">, name: string): Promise<Client> {
  const client = (await port.store.clients()).find((one) => one.name === name);
  if (client !== undefined) return client;
  throw new HubError("CLIENT_UNKNOWN", `Cannot find a client "${name}"`, {
    hint: "ilink-hub clients shows those there are",
  });
}

/** Throws `CLIENT_NAME_INVALID`. */
export function checkName(name: string): void {
  if (isClientName(name)) return;
  throw new HubError("CLIENT_NAME_INVALID", `Cannot name a client ${JSON.stringify(name)}`, {
    hint: "Want 1 to 64 letters, digits, _ . or -, the first a letter or digit",
  });
}

/** Where clients find the hub: as the caller did, when that says more than the hub knows of itself. */
export function baseUrlFor(requestUrl: string, publicUrl: string): string {
  const asked = new URL(requestUrl);
  return isHere(new URL(publicUrl)) && !isHere(asked) ? asked.origin : publicUrl;
}

/** Whether the address is good on this machine alone. */
function isHere({ hostname }: URL): boolean {
  return ["localhost", "0.0.0.0", "[::]", "[::1]"].includes(hostname) ||
    hostname.startsWith("127.");
}
