/** ntfy: https://ntfy.sh, or a server of one's own. Who knows the topic reads it, so it counts as a secret. */
import type { NtfySettings } from "../channel_settings.ts";
import type { Channel, ChannelPorts } from "../channel.ts";
import { fullTitle } from "../notice.ts";
import { postJson } from "../post.ts";

const HIGH = 4;
const ORDINARY = 3;

export function createNtfy(
  { name, url, topic, token }: NtfySettings,
  ports: ChannelPorts,
): Channel {
  return {
    ...{ name, kind: "ntfy", target: new URL(url).host },
    send(notice, signal) {
      const isWrong = notice.act === "raise" || notice.act === "repeat";
      const body = JSON.stringify({
        topic,
        title: fullTitle(notice),
        message: notice.text,
        priority: isWrong ? HIGH : ORDINARY,
        tags: [isWrong ? "warning" : "white_check_mark"],
        ...(notice.link === null ? {} : { click: notice.link }),
      });
      return postJson(ports, {
        ...{ url, body, secrets: [topic, token ?? ""], signal },
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      });
    },
  };
}
