/** What the owner writes about a channel, checked. */
import { z } from "zod";
import { HubError } from "../core/error.ts";
import type { Json } from "../lib/json.ts";
import { errorText } from "../lib/log.ts";
import { resolveSecrets, type SecretSources } from "../lib/secrets.ts";

const TEXT_WANTED = "a text";
const TEXT = z.string({ error: TEXT_WANTED }).trim().min(1, { error: TEXT_WANTED });
const NAME_WANTED = "a name of 1 to 40 letters, digits, _ and -";
const NAME = z.string({ error: NAME_WANTED }).regex(/^[\p{L}\p{N}_-]{1,40}$/u, {
  error: NAME_WANTED,
});
const URL_WANTED = "http(s)://HOST[:PORT][/PATH]";
/** Also with a query, since some services put their key there. */
const WEB_ADDRESS = z.string({ error: URL_WANTED }).refine(isWebAddress, { error: URL_WANTED });
/** Paths are appended to it. */
const BASE = WEB_ADDRESS.transform((url) => url.replace(/\/+$/, ""));
const MAIL_WANTED = "NAME@HOST, or 'Words <NAME@HOST>'";
const MAIL_ADDRESS = z.string({ error: MAIL_WANTED })
  .regex(/^[^\r\n@]*[^\s@<>]@[^\s@<>]+>?$/, { error: MAIL_WANTED });
const LIST_WANTED = "a list of addresses";
const SECURITY_WANTED = "tls, starttls or none";
const PORT_WANTED = "1 to 65535";

const WEBHOOK = z.strictObject({
  ...{ name: NAME, kind: z.literal("webhook"), url: WEB_ADDRESS },
  secret: TEXT.exactOptional(),
});
const BARK = z.strictObject({
  ...{ name: NAME, kind: z.literal("bark"), key: TEXT },
  url: BASE.default("https://api.day.app"),
});
const SERVERCHAN = z.strictObject({
  ...{ name: NAME, kind: z.literal("serverchan"), key: TEXT },
  url: BASE.exactOptional(),
});
const NTFY = z.strictObject({
  ...{ name: NAME, kind: z.literal("ntfy"), topic: TEXT, token: TEXT.exactOptional() },
  url: BASE.default("https://ntfy.sh"),
});
const MAIL = z.strictObject({
  ...{ name: NAME, kind: z.literal("mail"), host: TEXT, from: MAIL_ADDRESS },
  port: z.int({ error: PORT_WANTED }).min(1, { error: PORT_WANTED })
    .max(65_535, { error: PORT_WANTED }).default(465),
  security: z.enum(["tls", "starttls", "none"], { error: SECURITY_WANTED }).default("tls"),
  user: TEXT.exactOptional(),
  password: TEXT.exactOptional(),
  to: z.array(MAIL_ADDRESS, { error: LIST_WANTED }).min(1, { error: LIST_WANTED }),
});
const CHANNEL = z.discriminatedUnion("kind", [WEBHOOK, BARK, SERVERCHAN, NTFY, MAIL], {
  error: "webhook, bark, serverchan, ntfy or mail",
});

export type WebhookSettings = z.infer<typeof WEBHOOK>;
export type BarkSettings = z.infer<typeof BARK>;
export type ServerChanSettings = z.infer<typeof SERVERCHAN>;
export type NtfySettings = z.infer<typeof NTFY>;
export type MailSettings = z.infer<typeof MAIL>;
export type ChannelSettings = z.infer<typeof CHANNEL>;

/** The channels with their secrets put in. Throws `CONFIG_INVALID`, which names the member and never a secret. */
export async function readChannelSettings(
  raw: readonly Json[],
  sources: SecretSources,
): Promise<readonly ChannelSettings[]> {
  const channels = await Promise.all(raw.map((one, at) => readOne(one, at, sources)));
  const names = channels.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw invalid(`the name "${twice}" stands there twice`);
  return channels;
}

async function readOne(raw: Json, at: number, sources: SecretSources): Promise<ChannelSettings> {
  const resolved = await resolveSecrets(raw, sources)
    .catch((error) => Promise.reject(invalid(`channel ${at + 1}: ${errorText(error)}`)));
  const read = CHANNEL.safeParse(resolved.config);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const member = issue?.path.map(String).join(".") ?? "";
  const where = `channel ${at + 1}${member === "" ? "" : `, "${member}"`}`;
  if (issue?.code === "unrecognized_keys") {
    throw invalid(`channel ${at + 1}: no member "${issue.keys.join('", "')}"`);
  }
  throw invalid(`${where}: want ${issue?.message ?? "an object"}`);
}

function invalid(what: string): HubError {
  return new HubError("CONFIG_INVALID", `Cannot use the setting alerts.channels: ${what}`, {
    hint: "docs/OPERATIONS.md shows each kind of channel",
  });
}

function isWebAddress(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "";
}
