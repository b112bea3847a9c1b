/** Serves the demo's page and its data. Only this machine may ask, and only the page itself: it acts as the WeChat person. */
import { Hono } from "@hono/hono";
import { bodyLimit } from "@hono/hono/body-limit";
import { streamSSE } from "@hono/hono/streaming";
import { createAdaptorServer } from "@hono/node-server";
import { z } from "zod";
import { HubError } from "../../core/error.ts";
import type { Clock } from "../../lib/clock.ts";
import { DEMO_PAGE_TEXT } from "../../text/demo_page.ts";
import { changesOf } from "./changes.ts";
import { ASSETS } from "./page/assets.ts";
import type { Scene } from "./scene.ts";

export interface PageServer {
  /** No trailing slash. */
  readonly url: string;
  /** Ends the open pages' streams, then the server. */
  stop(): Promise<void>;
}

/** Open pages at the same time; each asks the store several times a second. */
const STREAMS_MAX = 8;
const BODY_BYTES_MAX = 64 * 1024;
const TEXT_MAX = 10_000;

const SAY = z.strictObject({
  kind: z.enum(["text", "image", "voice", "file"]),
  text: z.string().max(TEXT_MAX).default(""),
  quotes: z.string().regex(/^\d+$/).nullable().default(null),
}).refine(({ kind, text }) => kind === "image" || text.trim() !== "", "text is empty");

const SWITCH = z.strictObject({ isOn: z.boolean() });

/** Listens on the loopback address. Throws `PORT_TAKEN`. Port 0 takes any. */
export async function startPageServer(
  scene: Scene,
  options: { readonly port: number; readonly clock: Clock },
): Promise<PageServer> {
  const stopping = new AbortController();
  const app = createPageApp(scene, { clock: options.clock, signal: stopping.signal });
  const server = createAdaptorServer({ fetch: app.fetch });
  const port = await new Promise<number>((resolve, reject) => {
    server.once("error", (cause: Error & { code?: string }) => {
      const message = `Cannot serve the page on port ${options.port}: ${cause.message}`;
      reject(cause.code === "EADDRINUSE" ? new HubError("PORT_TAKEN", message, { cause }) : cause);
    });
    server.listen(options.port, "127.0.0.1", () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : options.port);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    stop() {
      stopping.abort();
      return new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      });
    },
  };
}

/** The page's routes, without a socket. `signal` ends its streams. */
export function createPageApp(
  scene: Scene,
  options: { readonly clock: Clock; readonly signal: AbortSignal },
): Hono {
  const app = new Hono();
  let streams = 0;

  app.use(async (c, next) => {
    const refusal = refusalOf(c.req.raw);
    if (refusal !== null) return c.text(refusal, 403);
    await next();
    c.header("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'");
    c.header("X-Content-Type-Options", "nosniff");
    c.header("Cache-Control", "no-store");
  });
  app.use(bodyLimit({ maxSize: BODY_BYTES_MAX }));

  for (const [path, asset] of Object.entries(ASSETS)) {
    app.get(path, (c) => c.body(asset.text, 200, { "Content-Type": asset.type }));
  }
  app.get("/words.json", (c) => c.json(DEMO_PAGE_TEXT));
  app.get("/changes", (c) => {
    if (streams >= STREAMS_MAX) return c.text(`More than ${STREAMS_MAX} pages are open`, 503);
    return streamSSE(c, async (stream) => {
      const left = new AbortController();
      stream.onAbort(() => left.abort());
      const signal = AbortSignal.any([left.signal, options.signal]);
      streams += 1;
      try {
        for await (const change of changesOf(scene, { clock: options.clock, signal })) {
          await stream.writeSSE(change);
        }
      } finally {
        streams -= 1;
      }
    });
  });
  app.post("/say", async (c) => {
    const words = SAY.safeParse(await c.req.json().catch(() => null));
    if (!words.success) return c.text(z.prettifyError(words.error), 400);
    scene.say(words.data);
    return c.body(null, 204);
  });
  app.post("/agents/:name", async (c) => {
    const wanted = SWITCH.safeParse(await c.req.json().catch(() => null));
    if (!wanted.success) return c.text(z.prettifyError(wanted.error), 400);
    const isKnown = await scene.switchAgent(c.req.param("name"), wanted.data.isOn);
    return isKnown ? c.body(null, 204) : c.notFound();
  });
  return app;
}

/**
 * Why a request is refused, or `null`. The Host must be this machine by address, or a foreign site whose name was pointed
 * here could use the page; what changes something must come from the page itself and cannot be a plain form.
 */
function refusalOf(request: Request): string | null {
  const host = request.headers.get("host") ?? "";
  if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host)) {
    return `Cannot answer for host "${host}": open the page by the address the demo prints`;
  }
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== `http://${host}`) {
    return `Cannot answer to "${origin}": only the demo's own page may ask`;
  }
  if (
    request.method === "POST" &&
    !/^application\/json\b/.test(request.headers.get("content-type") ?? "")
  ) {
    return "Cannot take this body: send application/json";
  }
  return null;
}
