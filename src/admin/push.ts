/** `/hub/push`: a script's notice for a person, behind a key that opens nothing else, and what has become of it. */
import { createHash } from "node:crypto";
import { type Context, Hono } from "@hono/hono";
import { z } from "zod";
import { textContent } from "../core/content.ts";
import { asId, type ReplyId } from "../core/ids.ts";
import { isUnderWay } from "../core/lifecycle.ts";
import { LIMITS } from "../core/limits.ts";
import { createAllowances } from "../lib/allowances.ts";
import { sleep } from "../lib/clock.ts";
import type { ReplyOutcome, Script } from "../store/store.ts";
import { outcomeText } from "../text/send_reasons.ts";
import { refuse } from "./answer.ts";
import { callerLang } from "./caller_lang.ts";
import { bearerOf, createRefusalDelay } from "./guard.ts";
import { checkInput, parseInput, readText } from "./input.ts";
import type { AdminActions, AdminPort } from "./port.ts";
import { hashOf } from "./secrets.ts";

export type PushPort = Pick<AdminPort, "store" | "clock" | "lang" | "health" | "onReplyEnd"> & {
  readonly actions: Pick<AdminActions, "wakeReplies">;
};

type Env = { Variables: { script: Pick<Script, "id" | "name"> } };

const WORD = z.string({ error: "a text" })
  .max(LIMITS.pushWordMax, { error: `at most ${LIMITS.pushWordMax} characters` });
const NOTICE = z.strictObject({
  text: z.string({ error: "a text" }).trim().min(1, { error: "a text that says something" }),
  /** Key, alias or WeChat id of a person; the account's owner without one. */
  to: WORD.default(""),
  /** Name of an account. */
  account: WORD.default(""),
  /** The script's own word for this notice: a repeat is not sent again. */
  id: WORD.default(""),
}, { error: "an object" });

/** Serves `POST /` and `GET /ID`. */
export function pushRoutes(port: PushPort): Hono<Env> {
  const { store, clock, actions } = port;
  const holdBack = createRefusalDelay(clock);
  const allowances = createAllowances({
    clock,
    burst: LIMITS.pushesAtOnce,
    perSecond: 1_000 / LIMITS.pushEveryMs,
    keysMax: LIMITS.pushScriptsMax,
  });
  const app = new Hono<Env>();

  app.use(async (c, next) => {
    const given = bearerOf(c);
    const script = given === null ? null : await store.scriptByKey(hashOf(given));
    if (script === null) {
      if (given !== null) await holdBack(c.req.raw.signal);
      return refuseKey(c, given);
    }
    c.set("script", script);
    await next();
    return undefined;
  });

  app.post("/", async (c) => {
    const script = c.get("script");
    if (allowances.take(String(script.id)) === "refused") {
      c.header("retry-after", String(Math.ceil(LIMITS.pushEveryMs / 1_000)));
      return refuse(c, "TOO_MANY", {
        message: `Cannot take this notice: "${script.name}" has given too many in a short time`,
        hint: "Wait and put what belongs together into one; a person gets only a few a day",
      });
    }
    const { text, to, account, id } = await readNotice(c);
    const pushed = await store.push({
      script: script.id,
      sendId: id,
      digest: createHash("sha256").update(JSON.stringify([to, account, text])).digest("hex"),
      content: JSON.stringify(textContent(text)),
      ...{ person: to, account, atMs: clock.now() },
    });
    if (pushed.kind === "full") {
      return refuse(c, "TOO_MANY", {
        message: "Cannot take this notice: too many messages to this person are waiting",
        hint: "They leave when the person writes to the bot",
      });
    }
    if (pushed.kind === "accepted") actions.wakeReplies();
    const { reply } = pushed;
    return show(c, reply, await awaitEnd(port, reply, c.req.raw.signal));
  });

  app.get("/:id{[0-9]{1,15}}", async (c) => {
    const reply = asId<ReplyId>(Number(c.req.param("id")));
    const outcome = await store.pushOutcome(c.get("script").id, reply);
    if (outcome !== null) return show(c, reply, outcome);
    return refuse(c, "NOT_FOUND", {
      message: `Cannot find a notice ${reply} of this script`,
      hint: "Its id stands in the answer to POST /hub/push; old ones are forgotten",
    });
  });

  // Else the way would go on to where the admin token is asked for.
  app.all("*", (c) =>
    refuse(c, "NOT_FOUND", {
      message: `Cannot find ${c.req.method} ${c.req.path}`,
      hint: "A notice is given with POST /hub/push, and looked up with GET /hub/push/ID",
    }));

  function show(c: Context, id: ReplyId, { state, reason }: ReplyOutcome): Response {
    const text = outcomeText({ state, reason }, callerLang(c, port.lang));
    return c.json({ id, state, reason, text });
  }

  return app;
}

function refuseKey(c: Context, given: string | null): Response {
  const seen = given === null ? "no key" : "another key";
  c.header("www-authenticate", "Bearer");
  return refuse(c, "PUSH_KEY_WRONG", {
    message: `Cannot let this call in: saw ${seen}, want a script's key as ` +
      `"Authorization: Bearer vpush_..."`,
    hint: "ilink-hub push-key add NAME makes one; no other token works here",
  });
}

/** A JSON object, else the body as it is, with the rest in the query: what `curl -d` sends. */
async function readNotice(c: Context): Promise<z.infer<typeof NOTICE>> {
  const text = await readText(c);
  const isJson = /^application\/json\b/i.test(c.req.header("content-type") ?? "");
  const given = checkInput(isJson ? parseInput(text) : { ...c.req.query(), text }, NOTICE);
  return given.id === "" ? { ...given, id: readKey(c) } : given;
}

function readKey(c: Context): string {
  return checkInput({ id: c.req.header("idempotency-key") ?? "" }, z.strictObject({ id: WORD })).id;
}

/** What has become of the notice once that is known, or after as long as a caller waits. */
async function awaitEnd(port: PushPort, reply: ReplyId, gone: AbortSignal): Promise<ReplyOutcome> {
  const { store, clock } = port;
  const endsAtMs = clock.monotonic() + LIMITS.sendAnswerMs;
  for (;;) {
    const rung = new AbortController();
    const stopListening = port.onReplyEnd(reply, () => rung.abort());
    try {
      const outcome = await store.replyOutcome(reply);
      const leftMs = endsAtMs - clock.monotonic();
      const isOver = leftMs <= 0 || gone.aborted || isStopping(port);
      if (isOver || !isUnderWay(outcome.state)) return outcome;
      await sleep(clock, leftMs, AbortSignal.any([rung.signal, gone]));
    } finally {
      stopListening();
    }
  }
}

function isStopping({ health }: PushPort): boolean {
  const now = health();
  return now.state === "failing" && now.reason === "stopping";
}
