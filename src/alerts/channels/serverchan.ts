/** ServerChan (Server酱), which shows notices in WeChat's service messages or its own app. The key says which of its hosts. */
import { isObject, numberMember } from "../../lib/json.ts";
import type { ServerChanSettings } from "../channel_settings.ts";
import type { Channel, ChannelPorts } from "../channel.ts";
import { fullTitle, textWithLink } from "../notice.ts";
import { postJson } from "../post.ts";

const TITLE_LENGTH_MAX = 32;

export function createServerChan(
  { name, key, url = hostOf(key) }: ServerChanSettings,
  ports: ChannelPorts,
): Channel {
  return {
    ...{ name, kind: "serverchan", target: new URL(url).host },
    send(notice, signal) {
      const title = fullTitle(notice);
      const isCut = title.length > TITLE_LENGTH_MAX;
      const body = JSON.stringify({
        title: isCut ? `${title.slice(0, TITLE_LENGTH_MAX - 1)}…` : title,
        // It is read as Markdown, where one line break is none.
        desp: `${isCut ? `${title}\n` : ""}${textWithLink(notice)}`.replaceAll("\n", "\n\n"),
      });
      return postJson(ports, {
        ...{ url: pathOf(url, key), body, secrets: [key], signal },
        isYes: (answer) => !isObject(answer) || numberMember(answer, "code") === 0,
      });
    },
  };
}

/** Keys of the newer service name the person's own host. */
function hostOf(key: string): string {
  const person = personOf(key);
  return person === null ? "https://sctapi.ftqq.com" : `https://${person}.push.ft07.com`;
}

function pathOf(url: string, key: string): string {
  const name = `${encodeURIComponent(key)}.send`;
  return personOf(key) === null ? `${url}/${name}` : `${url}/send/${name}`;
}

function personOf(key: string): string | null {
  return /^sctp(\d+)t/.exec(key)?.[1] ?? null;
}
