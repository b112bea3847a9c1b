/** E-mail over the owner's own SMTP account. The library is loaded at the first mail. */
import { withLimit } from "../../lib/abort.ts";
import { errorText } from "../../lib/log.ts";
import { hideSecrets } from "../../lib/secrets.ts";
import type { MailSettings } from "../channel_settings.ts";
import {
  type Channel,
  CHANNEL_TRY_MS,
  type ChannelPorts,
  type Delivery,
  TAKEN,
} from "../channel.ts";
import { fullTitle, type Notice, textWithLink } from "../notice.ts";

/** Codes of a server that says no for good: 5xx. */
const REFUSED_FROM = 500;

export function createMail(
  settings: MailSettings,
  { clock }: Pick<ChannelPorts, "clock">,
): Channel {
  const { name, host, password = "" } = settings;
  return {
    ...{ name, kind: "mail", target: host },
    async send(notice, signal): Promise<Delivery> {
      try {
        await withLimit(
          (limited) => sendOne(settings, notice, limited),
          { clock, limitMs: CHANNEL_TRY_MS, signal },
        );
        return TAKEN;
      } catch (error) {
        const code = error instanceof Error ? Reflect.get(error, "responseCode") : undefined;
        const text = hideSecrets(errorText(error), [password, btoa(password)]);
        const isWorthRepeating = !(typeof code === "number" && code >= REFUSED_FROM);
        return {
          kind: "failed",
          text: `${host}: ${text.replaceAll(/\p{Cc}+/gu, " ")}`,
          isWorthRepeating,
        };
      }
    },
  };
}

async function sendOne(
  { host, port, security, user, password, from, to }: MailSettings,
  notice: Notice,
  signal: AbortSignal,
): Promise<void> {
  const { createTransport } = await import("nodemailer");
  const transport = createTransport({
    ...{ host, port },
    secure: security === "tls",
    requireTLS: security === "starttls",
    ignoreTLS: security === "none",
    ...(user === undefined ? {} : { auth: { user, pass: password ?? "" } }),
    // What the server is greeted with; this machine's name is nobody's business.
    name: "ilink-hub.local",
    connectionTimeout: CHANNEL_TRY_MS,
    greetingTimeout: CHANNEL_TRY_MS,
    socketTimeout: CHANNEL_TRY_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  await new Promise<void>((resolve, reject) => {
    const onAbort = () => {
      transport.close();
      reject(new Error(`no end within ${CHANNEL_TRY_MS} ms`));
    };
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    transport.sendMail({
      ...{ from, to: [...to] },
      subject: fullTitle(notice),
      text: textWithLink(notice),
      messageId: `<${notice.id}@ilink-hub.local>`,
      headers: { "Auto-Submitted": "auto-generated" },
    }).then(() => resolve(), reject).finally(() => {
      signal.removeEventListener("abort", onAbort);
      transport.close();
    });
  });
}
