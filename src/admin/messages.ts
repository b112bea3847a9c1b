/** Messages: their lives, and the second chance of those that were parked. */
import { Hono } from "@hono/hono";
import { HubError } from "../core/error.ts";
import { asId, type MessageId } from "../core/ids.ts";
import { readNumber } from "./input.ts";
import type { AdminPort } from "./port.ts";

const LAST_MAX = 500;
const LAST_BY_DEFAULT = 20;

/** All below `/hub/messages`. */
export function messageRoutes({ store, actions }: AdminPort): Hono {
  const app = new Hono();

  app.get("/messages", async (c) => {
    const limit = readNumber(c, "last", { min: 1, max: LAST_MAX }) ?? LAST_BY_DEFAULT;
    const before = readNumber(c, "before", { min: 0, max: Number.MAX_SAFE_INTEGER });
    const messages = await store.lastMessages({
      limit,
      before: before === null ? null : asId<MessageId>(before),
    });
    return c.json({ messages });
  });

  app.get("/messages/:id", async (c) => {
    const id = readId(c.req.param("id"));
    const message = await store.trace(id);
    if (message === null) throw unknownMessage(id);
    return c.json(message);
  });

  app.post("/messages/:id/retry", async (c) => {
    const id = readId(c.req.param("id"));
    await store.unpark(id);
    actions.wakeRouter();
    return c.json(await store.trace(id));
  });

  return app;
}

function readId(text: string): MessageId {
  if (/^\d{1,15}$/.test(text)) return asId<MessageId>(Number(text));
  throw new HubError("USAGE", `Cannot read "${text}" as a message's id: want its digits`, {
    hint: "ilink-hub trace shows the newest messages and their ids",
  });
}

function unknownMessage(id: number): HubError {
  return new HubError("MESSAGE_UNKNOWN", `Cannot find the message ${id}`, {
    hint: "ilink-hub trace shows the newest messages and their ids",
  });
}
