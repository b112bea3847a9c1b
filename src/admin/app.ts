/**
 * The management API: `/health` for anyone, everything else behind the admin token. One thing is answered as itself, many
 * under their name.
 */
import { Hono } from "@hono/hono";
import { errorText } from "../lib/log.ts";
import { HubError } from "../core/error.ts";
import { accountRoutes } from "./accounts.ts";
import { alertRoutes } from "./alerts.ts";
import { errorAnswer, refuse } from "./answer.ts";
import { clientRoutes } from "./clients.ts";
import { createBrowserGuard, createTokenGuard } from "./guard.ts";
import { loginRoutes } from "./login.ts";
import { messageRoutes } from "./messages.ts";
import { createPairPage } from "./pair_page.ts";
import { pairingRoutes } from "./pairing.ts";
import { createMetrics } from "./metrics.ts";
import { pluginRoutes } from "./plugins.ts";
import type { AdminPort } from "./port.ts";
import { pushRoutes } from "./push.ts";
import { pushKeyRoutes } from "./push_keys.ts";
import { reloginRoutes } from "./relogin.ts";
import { viewStatus } from "./views.ts";

/** Serves `/health`, `/metrics` and `/hub/...`. */
export function createAdminApp(port: AdminPort): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("cache-control", "no-store");
    c.header("x-content-type-options", "nosniff");
    await next();
  });
  app.get("/health", (c) => {
    const health = port.health();
    return c.json(health, health.state === "failing" ? 503 : 200);
  });

  // Whoever holds the code may see its page; what can be done there the page decides.
  app.route("/hub/pair", createPairPage(port));
  // The link is the permission, and may be followed from any page.
  app.route("/hub/relogin", reloginRoutes(port));
  // A script's key is good for this alone, and the admin token is not.
  app.route("/hub/push", pushRoutes(port));

  const guards = [createBrowserGuard(port), createTokenGuard(port)] as const;
  app.use("/metrics", ...guards);
  app.use("/hub/*", ...guards);

  const metrics = createMetrics(port);
  app.get("/metrics", async (c) => {
    const { contentType, text } = await metrics();
    return c.text(text, 200, { "content-type": contentType });
  });
  app.get("/hub/status", async (c) => c.json(await viewStatus(port)));
  app.post("/hub/admin-token/rotate", async (c) => c.json({ token: await port.token.rotate() }));
  const groups = [clientRoutes, accountRoutes, messageRoutes, pluginRoutes, loginRoutes];
  for (const routes of [...groups, pairingRoutes, pushKeyRoutes, alertRoutes]) {
    app.route("/hub", routes(port));
  }

  app.notFound((c) =>
    refuse(c, "NOT_FOUND", {
      message: `Cannot find ${c.req.method} ${c.req.path}`,
      hint: "docs/OPERATIONS.md lists the calls",
    })
  );
  app.onError((error, c) => {
    if (!(error instanceof HubError)) {
      port.log.error("admin_call_failed", { path: c.req.routePath, error: errorText(error) });
    }
    return errorAnswer(c, error);
  });
  return app;
}
