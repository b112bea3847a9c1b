/**
 * The page behind a client's QR code, `/hub/pair/CODE`: what asks, and a form for the owner's word. It works without a
 * script, and nothing secret stands in its address: the admin token travels in the form's body.
 */
import { type Context, Hono } from "@hono/hono";
import { html } from "@hono/hono/html";
import { HubError } from "../core/error.ts";
import { LIMITS } from "../core/limits.ts";
import { type Pairing, parseCode, showCode } from "../core/pairing.ts";
import { createAllowances } from "../lib/allowances.ts";
import { remoteAddress } from "../lib/remote_address.ts";
import { readBody } from "../lib/request_body.ts";
import { PAIR_PAGE as TEXT } from "../text/pairing.ts";
import { type Lang, say } from "../text/say.ts";
import { callerLang } from "./caller_lang.ts";
import { createBrowserGuard, createTokenCheck } from "./guard.ts";
import { drawPage, type Page } from "./pair_page_html.ts";
import type { AdminPort } from "./port.ts";

type PagePort = Pick<AdminPort, "pairing" | "publicUrl" | "token" | "clock">;

/** Bytes of a filled-in form. */
const FORM_BYTES_MAX = 4_096;

const HEADERS = {
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  // A browser that may say nothing of where it comes from would not send the origin with the form either.
  "referrer-policy": "same-origin",
};

/** Serves `/CODE`. */
export function createPairPage(port: PagePort): Hono {
  const { pairing, clock } = port;
  const isAdmin = createTokenCheck(port);
  const allowances = createAllowances({
    clock,
    burst: LIMITS.pairingPagesAtOnce,
    perSecond: 1_000 / LIMITS.pairingPageEveryMs,
    keysMax: LIMITS.pairingAddressesMax,
  });
  const app = new Hono();
  app.use(createBrowserGuard(port));
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
    if (allowances.take(remoteAddress(c.env)) === "refused") {
      return show(c, { kind: "words", text: TEXT.tooMany[callerLang(c, "zh")] }, 429);
    }
    await next();
    return undefined;
  });

  app.get("/:code", async (c) => {
    const found = await pairing.find(c.req.param("code"));
    if (found?.state === "waiting") await pairing.noteScan(found.id);
    return await showRequest(c, found, { name: null, problem: null });
  });

  app.post("/:code", async (c) => {
    const form = new URLSearchParams(await readBody(c.req.raw, FORM_BYTES_MAX) ?? "");
    const token = form.get("token") ?? "";
    const name = (form.get("name") ?? "").trim();
    const found = await pairing.find(c.req.param("code"));
    if (!canBeDecided(found)) return await showRequest(c, found, { name, problem: null });
    if (token !== "" && !await isAdmin(token, c.req.raw.signal)) {
      return await showRequest(c, found, { name, problem: TEXT.wrongToken[callerLang(c, "zh")] });
    }
    const by = token === "" ? "page" : "owner";
    return form.get("action") === "refuse"
      ? await refuse(c, found, { name, by })
      : await approve(c, found, { name, by });
  });

  async function approve(c: Context, found: Pairing, { name, by }: Word): Promise<Response> {
    const lang = callerLang(c, "zh");
    const again = (problem: string) => showRequest(c, found, { name, problem });
    try {
      const answer = await pairing.approve(found.id, { name: name === "" ? null : name, by });
      switch (answer.kind) {
        case "approved":
          return show(c, { kind: "words", text: say(lang, TEXT.approved, { name: answer.name }) });
        case "gone":
          return show(c, { kind: "words", text: TEXT.gone[lang] }, 404);
        case "closed":
          return await again(TEXT.wrongToken[lang]);
        case "no_owner":
          return await again(TEXT.noOwner[lang]);
      }
    } catch (error) {
      const problem = error instanceof HubError ? problemOf(error, lang) : null;
      if (problem === null) throw error;
      return await again(problem);
    }
  }

  async function refuse(c: Context, found: Pairing, { name, by }: Word): Promise<Response> {
    const lang = callerLang(c, "zh");
    const answer = await pairing.refuse(found.id, by);
    if (answer === "closed") {
      return await showRequest(c, found, { name, problem: TEXT.wrongToken[lang] });
    }
    return show(c, {
      kind: "words",
      text: answer === "gone" ? TEXT.gone[lang] : TEXT.refused[lang],
    });
  }

  async function showRequest(
    c: Context,
    found: Pairing | null,
    given: { readonly name: string | null; readonly problem: string | null },
  ): Promise<Response> {
    const lang = callerLang(c, "zh");
    if (found === null) return show(c, { kind: "words", text: TEXT.gone[lang] }, 404);
    if (!canBeDecided(found)) return show(c, { kind: "words", text: TEXT.done[lang] });
    const { openUntilMs } = await pairing.view();
    return show(c, {
      kind: "request",
      // It was found by it, so it is one.
      code: showCode(parseCode(c.req.param("code") ?? "") ?? ""),
      name: given.name ?? found.name,
      address: found.address,
      wantsToken: openUntilMs === null,
      problem: given.problem,
    }, given.problem === null ? 200 : 403);
  }

  return app;
}

/** What was filled in, and whose word it is. */
interface Word {
  readonly name: string;
  readonly by: "owner" | "page";
}

function canBeDecided(found: Pairing | null): found is Pairing {
  return found?.state === "waiting" || found?.state === "scanned";
}

function problemOf({ code }: HubError, lang: Lang): string | null {
  if (code === "CLIENT_NAME_INVALID") return TEXT.nameInvalid[lang];
  return code === "CLIENT_NAME_TAKEN" ? TEXT.nameTaken[lang] : null;
}

function show(c: Context, page: Page, status: 200 | 403 | 404 | 429 = 200): Response {
  const lang = callerLang(c, "zh");
  return c.html(html`${drawPage(page, lang)}` as string, status);
}
