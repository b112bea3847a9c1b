/**
 * The control API: what a test or a person does to the simulated WeChat from another process. JSON both ways, in the shapes
 * of `Simulator`; bytes are base64; wrong input is answered 400 with `{"error"}`.
 *
 *     GET    /                      {"baseUrl"}
 *     GET    /settings              PATCH /settings        what is to change
 *     GET    /people                POST  /people          {"id"?,"name"?}
 *     GET    /bots                  POST  /bots            {"owner"?,"id"?,"token"?}: logs in
 *     DELETE /bots/BOT              ends its token
 *     POST   /messages              {"person"?,"bot"?,"what"} or a list: {"wireIds"}
 *     GET    /chat?person=&bot=     both may be left out as in `Simulator.say`
 *     GET    /sent?after=&limit=    entries with an `order` above `after`, at most 1,000
 *     GET    /lost                  GET   /uploads         GET /media?param= (plain bytes)
 *     GET    /faults                POST  /faults          a fault: {"id"}
 *     DELETE /faults                DELETE /faults/ID
 *     GET    /requests?after=&limit=                       DELETE /requests
 *     GET    /qr                    POST  /qr/CODE/scan    {"person"}
 *     POST   /qr/CODE/verify        {"verifyCode"}
 *     POST   /qr/CODE/redirect      {}: {"redirectHost"}
 *     POST   /qr/CODE/confirm       {}: the bot            POST /qr/CODE/expire   {}
 *     GET    /events                server-sent events, one `WorldEvent` each
 */
import { createServer } from "node:http";
import { type Context, Hono } from "@hono/hono";
import { streamSSE } from "@hono/hono/streaming";
import { getRequestListener } from "@hono/node-server";
import { type Json, tryParseJson } from "../lib/json.ts";
import {
  InputError,
  readBot,
  readFault,
  readMessages,
  readPerson,
  readPhone,
  readSettings,
} from "./control_input.ts";
import { type Listener, startListening, stopListening } from "./server.ts";
import type { Simulator } from "./simulator.ts";

/** Entries in one answer of a list at most. */
const LIST_MAX = 1_000;

/** Serves the control API of `simulator`; port 0 takes any. */
export async function startControl(
  simulator: Simulator,
  where: { readonly hostname: string; readonly port: number },
): Promise<Listener> {
  const app = new Hono();
  app.onError((error, context) => {
    const isExpected = error instanceof InputError || error instanceof RangeError;
    return context.json({ error: error.message }, isExpected ? 400 : 500);
  });
  app.notFound((context) => context.json({ error: `No route ${context.req.path}` }, 404));
  addWorldRoutes(app, simulator);
  addFaultRoutes(app, simulator);
  addQrRoutes(app, simulator);
  app.get("/events", (context) => streamEvents(context, simulator));
  const server = createServer(getRequestListener(app.fetch));
  const port = await startListening(server, where);
  return { port, close: () => stopListening(server) };
}

function addWorldRoutes(app: Hono, simulator: Simulator): void {
  app.get("/", () => answer({ baseUrl: simulator.baseUrl }));
  app.get("/settings", () => answer(simulator.settings()));
  app.patch("/settings", async (context) => {
    simulator.change(readSettings(await readBody(context)));
    return answer(simulator.settings());
  });
  app.get("/people", () => answer(simulator.people()));
  app.post("/people", async (context) => {
    return answer(simulator.addPerson(readPerson(await readBody(context))));
  });
  app.get("/bots", () => answer(simulator.bots()));
  app.post("/bots", async (context) => {
    return answer(simulator.bind(readBot(await readBody(context))));
  });
  app.delete("/bots/:bot", (context) => {
    simulator.unbind(context.req.param("bot"));
    return answer({});
  });
  app.post("/messages", async (context) => {
    const messages = readMessages(await readBody(context));
    return answer({ wireIds: messages.map((message) => simulator.say(message)) });
  });
  app.get("/chat", (context) => {
    const { person, bot } = context.req.query();
    return answer(simulator.chat({
      ...(person === undefined ? {} : { person }),
      ...(bot === undefined ? {} : { bot }),
    }));
  });
  app.get("/sent", (context) => answer(page(simulator.sent(), context)));
  app.get("/lost", () => answer(simulator.lostOnWire()));
  app.get("/uploads", () => answer(simulator.uploads()));
  app.get("/media", (context) => {
    const plain = simulator.media(context.req.query("param") ?? "");
    if (plain === null) return context.json({ error: "No media under this param" }, 404);
    return context.body(new Uint8Array(plain), 200, {
      "content-type": "application/octet-stream",
    });
  });
}

function addFaultRoutes(app: Hono, simulator: Simulator): void {
  app.get("/faults", () => answer(simulator.faults()));
  app.post("/faults", async (context) => {
    return answer({ id: simulator.addFault(readFault(await readBody(context))) });
  });
  app.delete("/faults", () => {
    simulator.clearFaults();
    return answer({});
  });
  app.delete("/faults/:id", (context) => {
    simulator.removeFault(Number(context.req.param("id")));
    return answer({});
  });
  app.get("/requests", (context) => answer(page(simulator.requests(), context)));
  app.delete("/requests", () => {
    simulator.clearRequests();
    return answer({});
  });
}

function addQrRoutes(app: Hono, simulator: Simulator): void {
  app.get("/qr", () => answer(simulator.codes()));
  app.post("/qr/:qrcode/:act", async (context) => {
    const { qrcode, act } = context.req.param();
    const { person = "", verifyCode = "" } = readPhone(await readBody(context));
    switch (act) {
      case "scan":
        simulator.scan(qrcode, person);
        return answer({});
      case "verify":
        simulator.askVerifyCode(qrcode, verifyCode);
        return answer({});
      case "redirect":
        return answer({ redirectHost: await simulator.redirect(qrcode) });
      case "confirm":
        return answer(simulator.confirm(qrcode));
      case "expire":
        simulator.expire(qrcode);
        return answer({});
      default:
        throw new InputError(
          `Cannot "${act}" a QR code: want scan, verify, redirect, confirm or expire`,
        );
    }
  });
}

function streamEvents(context: Context, simulator: Simulator): Response {
  return streamSSE(context, async (stream) => {
    const ended = Promise.withResolvers<void>();
    const stop = simulator.watch((event) => {
      stream.writeSSE({ data: JSON.stringify(event) }).catch(() => ended.resolve());
    });
    stream.onAbort(() => ended.resolve());
    await ended.promise;
    stop();
  });
}

/** `JSON.stringify` and not Hono's own writer: it gives exact numbers back as they came. */
function answer(value: unknown): Response {
  return new Response(JSON.stringify(value), {
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

/**
 * A request with a body has to say that it is JSON: no page of another site can make a browser send that unasked.
 */
async function readBody(context: Context): Promise<Json> {
  const text = await context.req.text();
  const type = context.req.header("content-type") ?? "";
  if (!type.startsWith("application/json")) {
    throw new InputError(`Cannot read a body of type "${type}": want application/json`);
  }
  const given = tryParseJson(text);
  if (given === undefined) throw new InputError("Cannot read the body: it is not JSON");
  return given;
}

/** What has a number above `?after=`, the oldest first, cut at `?limit=`. */
function page<T extends { readonly order: number }>(
  list: readonly T[],
  context: Context,
): readonly T[] {
  const after = Number(context.req.query("after") ?? 0);
  const limit = Math.min(LIST_MAX, Number(context.req.query("limit") ?? LIST_MAX));
  const first = list.findIndex((item) => item.order > after);
  return first < 0 ? [] : list.slice(first, first + limit);
}
