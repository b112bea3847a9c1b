/**
 * One small page for a phone: a fresh QR code for one account whose login was lost. The link is the permission; everything
 * is drawn here, no script runs there.
 */
import type { Context } from "@hono/hono";
import { Hono } from "@hono/hono";
import { html, raw } from "@hono/hono/html";
import type { Account } from "../core/account.ts";
import { hasLoginEnded, type LoginView } from "../core/login.ts";
import type { ReloginLink } from "../core/relogin_link.ts";
import { readBody } from "../lib/request_body.ts";
import { RELOGIN } from "../text/relogin.ts";
import type { Sentence } from "../text/say.ts";
import type { AdminPort } from "./port.ts";

type Html = ReturnType<typeof html>;

/** What a link leads to now. */
type Case =
  | { readonly kind: "unknown" }
  | { readonly kind: "done" | "ended" | "open"; readonly account: Account };

interface Page {
  readonly account: Account | null;
  readonly body: Html;
  /** Whether it shows something that changes by itself. */
  readonly isMoving: boolean;
  readonly status?: 200 | 404 | 410;
}

const REFRESH_SECONDS = 3;
const FORM_BYTES_MAX = 1_024;
const HEADERS = {
  "content-security-policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; " +
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  "referrer-policy": "no-referrer",
  "x-robots-tag": "noindex",
} as const;

interface QrLibrary {
  toDataURL(text: string, options: { readonly width: number; readonly margin: number }): Promise<
    string
  >;
}

/** All below `/hub/relogin`; no admin token is asked for. */
export function reloginRoutes(
  port: Pick<AdminPort, "store" | "login" | "relogin" | "clock">,
): Hono {
  const { login, relogin } = port;
  const app = new Hono();

  app.get("/:token", async (c) => {
    const found = await findCase(port, c.req.param("token"));
    const isGiven = c.req.query("given") !== undefined;
    return await show(c, await pageOf(found, login, { token: c.req.param("token"), isGiven }));
  });

  app.post("/:token/code", async (c) => {
    const found = await findCase(port, c.req.param("token"));
    const form = new URLSearchParams(await readBody(c.req.raw, FORM_BYTES_MAX) ?? "");
    const digits = form.get("digits")?.trim() ?? "";
    const isGiven = found.kind === "open" && /^\d{1,12}$/.test(digits);
    if (isGiven) login.giveCode(digits);
    return c.redirect(`../${c.req.param("token")}${isGiven ? "?given" : ""}`, 303);
  });

  app.post("/:token/again", async (c) => {
    const token = c.req.param("token");
    const found = await findCase(port, token);
    if (found.kind !== "ended") return c.redirect(`../${token}`, 303);
    const told = await relogin.tellAgain(found.account.name);
    const words = told === "told" ? RELOGIN.told : RELOGIN.tooSoon;
    return await show(c, { account: found.account, body: both(words), isMoving: false });
  });

  return app;
}

async function findCase(
  { store, relogin, clock }: Pick<AdminPort, "store" | "relogin" | "clock">,
  token: string,
): Promise<Case> {
  const link: ReloginLink | null = relogin.parse(token);
  const account = (await store.accounts()).find(({ id }) => id === link?.account);
  if (link === null || account === undefined) return { kind: "unknown" };
  if (account.generation !== link.generation || account.state === "active") {
    return { kind: "done", account };
  }
  return { kind: clock.now() < link.endsAtMs ? "open" : "ended", account };
}

async function pageOf(
  found: Case,
  login: AdminPort["login"],
  { token, isGiven }: { readonly token: string; readonly isGiven: boolean },
): Promise<Page> {
  switch (found.kind) {
    case "unknown":
      return { account: null, body: both(RELOGIN.unknown), isMoving: false, status: 404 };
    case "done":
      return { account: found.account, body: both(RELOGIN.done), isMoving: false };
    case "ended": {
      const body = html`
        ${both(RELOGIN.ended)}
                <form method="post" action="${token}/again">
          <button>${RELOGIN.again.zh} · ${RELOGIN.again.en}</button>
        </form>
      `;
      return { account: found.account, body, isMoving: false, status: 410 };
    }
    case "open": {
      const known = login.view();
      const view = known === null || hasLoginEnded(known) ? login.start() : known;
      const isAsking = !isGiven && (view.step === "code_wanted" || view.step === "code_wrong");
      const body = isGiven ? both(RELOGIN.checking) : await loginBody(view, token);
      return { account: found.account, body, isMoving: !isAsking };
    }
  }
}

async function loginBody(view: LoginView, token: string): Promise<Html> {
  switch (view.step) {
    case "code_wanted":
    case "code_wrong":
      return html`
        ${both(view.step === "code_wrong" ? RELOGIN.wrongDigits : RELOGIN.digits)}
                <form method="post" action="${token}/code">
          <input name="digits" inputmode="numeric" pattern="[0-9]{1,12}" autocomplete="off"
            required autofocus aria-label="${RELOGIN.digits.en}">
          <button>${RELOGIN.send.zh} · ${RELOGIN.send.en}</button>
        </form>
      `;
    case "scanned":
    case "redirected":
      return both(RELOGIN.scanned);
    default:
      return view.qr === null ? both(RELOGIN.starting) : await codeBody(view.qr.content);
  }
}

async function codeBody(content: string): Promise<Html> {
  const library: { readonly default: QrLibrary } = await import("qrcode");
  const image = await library.default.toDataURL(content, { width: 280, margin: 2 });
  const isLink = /^https?:/.test(URL.parse(content)?.protocol ?? "");
  return html`<img src="${image}" width="280" height="280" alt="QR">
    ${
    isLink
      ? html`<p><a href="${content}">${RELOGIN.openHere.zh} · ${RELOGIN.openHere.en}</a></p>`
      : ""
  }
    ${both(RELOGIN.scan)}${both(RELOGIN.warning)}`;
}

function both(words: Sentence): Html {
  return html`<p>${words.zh}<br><small lang="en">${words.en}</small></p>`;
}

async function show(
  c: Context,
  { account, body, isMoving, status = 200 }: Page,
): Promise<Response> {
  for (const [name, value] of Object.entries(HEADERS)) c.header(name, value);
  const name = account?.name ?? "";
  const title = (lang: "zh" | "en") => RELOGIN.title[lang].replace("{name}", name);
  // Without its query, so that what was said once is not said for ever. Relative, for hubs below a path of a proxy.
  const here = c.req.param("token") ?? "";
  const refresh = isMoving
    ? html`<meta http-equiv="refresh" content="${REFRESH_SECONDS};url=${here}">`
    : "";
  return c.html(
    await html`
      <!doctype html>
      <html lang="zh">
        <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
      <title>ilink-hub</title>
      <style>${raw(STYLE)}</style>
        </head>
        <body>
          <main>
      <h1>${title("zh")}<br><small lang="en">${title("en")}</small></h1>
      ${body}
          </main>
        </body>
      </html>
    `,
    status,
  );
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 1.05rem/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 22rem; margin: 0 auto; padding: 1.5rem 1rem; text-align: center; }
h1 { font-size: 1.2rem; }
img { background: #fff; border-radius: .5rem; max-width: 100%; height: auto; }
small { opacity: .75; }
input, button, a { font: inherit; padding: .6rem 1rem; border-radius: .5rem; }
input { width: 8rem; text-align: center; letter-spacing: .2em; }
a { display: inline-block; border: 1px solid; text-decoration: none; }
`;
