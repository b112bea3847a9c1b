/** Bark, on iPhones: https://bark.day.app, or a server of one's own. */
import { isObject, numberMember } from "../../lib/json.ts";
import type { BarkSettings } from "../channel_settings.ts";
import type { Channel, ChannelPorts } from "../channel.ts";
import { fullTitle } from "../notice.ts";
import { postJson } from "../post.ts";

export function createBark({ name, url, key }: BarkSettings, ports: ChannelPorts): Channel {
  return {
    ...{ name, kind: "bark", target: new URL(url).host },
    send(notice, signal) {
      const body = JSON.stringify({
        device_key: key,
        title: fullTitle(notice),
        body: notice.text,
        group: "ilink-hub",
        // Shown also while the phone is silent, as long as something is wrong.
        level: notice.act === "raise" || notice.act === "repeat" ? "timeSensitive" : "active",
        ...(notice.link === null ? {} : { url: notice.link }),
      });
      return postJson(ports, {
        ...{ url: `${url}/push`, body, secrets: [key], signal },
        isYes: (answer) => !isObject(answer) || numberMember(answer, "code") === 200,
      });
    },
  };
}
