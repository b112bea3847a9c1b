/** All channels: where notices go, what came of them, and a test. */
import type { ChannelView, TestOutcome } from "../core/alert_desk.ts";
import { HubError } from "../core/error.ts";
import { randomHex } from "../lib/random.ts";
import type { Lang } from "../text/say.ts";
import type { Channel } from "./channel.ts";
import { type Notice, writeTestNotice } from "./notice.ts";
import { Outbox, type OutboxPorts } from "./outbox.ts";

export interface ChannelDesk {
  /** Sends it over every channel. Returns at once. */
  put(notice: Notice): void;
  channels(): readonly ChannelView[];
  /** Sends a test notice over one channel, or all: once, without trying again. Throws `CHANNEL_UNKNOWN`. */
  test(name: string | null): Promise<readonly TestOutcome[]>;
  /** Cuts off what is being sent; what waits is not sent. */
  stop(): Promise<void>;
}

export function createChannelDesk(
  channels: readonly Channel[],
  ports: OutboxPorts & { readonly lang: Lang },
): ChannelDesk {
  const { clock, random, lang } = ports;
  const outboxes = channels.map((channel) => new Outbox(channel, ports));
  return {
    put: (notice) => outboxes.forEach((outbox) => outbox.put(notice)),
    channels: () => outboxes.map((outbox) => outbox.view()),
    async test(name) {
      const chosen = outboxes.filter(({ channel }) => name === null || channel.name === name);
      if (name !== null && chosen.length === 0) {
        throw new HubError("CHANNEL_UNKNOWN", `Cannot find an alert channel "${name}"`, {
          hint: "ilink-hub alert list shows those there are",
        });
      }
      const notice = writeTestNotice(lang, { id: randomHex(random, 8), atMs: clock.now() });
      return await Promise.all(chosen.map(async (outbox) => {
        const outcome = await outbox.test(notice);
        const problem = outcome.kind === "taken" ? "" : outcome.text;
        return { channel: outbox.channel.name, problem };
      }));
    },
    stop: async () => void await Promise.all(outboxes.map((outbox) => outbox.stop())),
  };
}
