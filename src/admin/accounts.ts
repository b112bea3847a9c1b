/** Accounts: who the hub is to WeChat. */
import { Hono } from "@hono/hono";
import { z } from "zod";
import type { Account } from "../core/account.ts";
import { HubError } from "../core/error.ts";
import { findClient } from "./clients.ts";
import { readInput } from "./input.ts";
import type { AdminPort } from "./port.ts";
import { viewAccounts } from "./views.ts";

const NAME_MAX = 64;
const NAME_WANTED = `one line of 1 to ${NAME_MAX} characters`;

const CHANGE = z.strictObject({
  name: z.string({ error: NAME_WANTED }).trim().min(1, { error: NAME_WANTED })
    .max(NAME_MAX, { error: NAME_WANTED })
    .refine((text) => !/\p{Cc}/u.test(text), { error: NAME_WANTED }).exactOptional(),
  defaultClient: z.string({ error: "a client's name or null" }).nullable().exactOptional(),
}, { error: "an object" });

/** All below `/hub/accounts`. */
export function accountRoutes(port: AdminPort): Hono {
  const { store, actions } = port;
  const app = new Hono();

  app.get("/accounts", async (c) => c.json({ accounts: await viewAccounts(port) }));

  app.patch("/accounts/:name", async (c) => {
    const account = await findAccount(port, c.req.param("name"));
    const { defaultClient, ...rest } = await readInput(c, CHANGE);
    const changed = await store.updateAccount(account.id, {
      ...rest,
      ...(defaultClient === undefined ? {} : {
        defaultClient: defaultClient === null ? null : (await findClient(port, defaultClient)).id,
      }),
    });
    actions.wakeRouter();
    return c.json((await viewAccounts(port)).find(({ name }) => name === changed.name));
  });

  app.delete("/accounts/:name", async (c) => {
    const account = await findAccount(port, c.req.param("name"));
    await actions.releaseAccount(account.id);
    await store.removeAccount(account.id);
    actions.accountRemoved();
    return c.json({ removed: account.name });
  });

  return app;
}

/** Throws `ACCOUNT_UNKNOWN`. */
async function findAccount(port: AdminPort, name: string): Promise<Account> {
  const account = (await port.store.accounts()).find((one) => one.name === name);
  if (account !== undefined) return account;
  throw new HubError("ACCOUNT_UNKNOWN", `Cannot find an account "${name}"`, {
    hint: "ilink-hub accounts list shows those there are",
  });
}
