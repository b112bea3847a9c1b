/**
 * Any program of the owner's: one JSON object by POST. With a secret it is signed, so that who receives it knows the sender
 * and the time: `x-ilink-hub-signature` is `sha256=` and the HMAC-SHA-256 (hex) of timestamp, a dot and the body.
 */
import { createHmac } from "node:crypto";
import type { WebhookSettings } from "../channel_settings.ts";
import type { Channel, ChannelPorts } from "../channel.ts";
import type { Notice } from "../notice.ts";
import { postJson } from "../post.ts";

export function createWebhook(
  { name, url, secret }: WebhookSettings,
  ports: ChannelPorts,
): Channel {
  const { host, pathname, search } = new URL(url);
  const secrets = [pathname + search, pathname, secret ?? ""];
  return {
    ...{ name, kind: "webhook", target: host },
    send(notice, signal) {
      const body = JSON.stringify(payloadOf(notice));
      const timestamp = String(Math.floor(ports.clock.now() / 1000));
      const headers: Record<string, string> = { "x-ilink-hub-timestamp": timestamp };
      if (secret !== undefined) {
        const mac = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
        headers["x-ilink-hub-signature"] = `sha256=${mac}`;
      }
      return postJson(ports, { url, headers, body, secrets, signal });
    },
  };
}

function payloadOf({ id, act, kind, subject, title, text, link, sinceMs, atMs }: Notice) {
  return {
    ...{ id, act, kind, subject, title, text, link },
    since: sinceMs === null ? null : new Date(sinceMs).toISOString(),
    at: new Date(atMs).toISOString(),
  };
}
