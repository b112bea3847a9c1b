/** A picture and a file both ways through a hub with `--cdn-proxy`: the agent speaks to the hub alone. */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { systemClock } from "../../src/lib/clock.ts";
import { systemRandom } from "../../src/lib/random.ts";
import { startSimulator } from "../../src/simulator/simulator.ts";
import { startHubProcess } from "../fake/hub_process.ts";
import { waitFor } from "./clients/wait.ts";

const KEY = new Uint8Array(16).fill(5);

Deno.test("media pass through the hub byte for byte, and the agent is told no other address", async () => {
  const folder = await Deno.makeTempDir();
  const simulator = await startSimulator({
    clock: systemClock,
    random: systemRandom,
    bots: [{}],
    settings: { holdMs: 500 },
  });
  const bot = simulator.bots()[0];
  assert(bot !== undefined);
  const hub = await startHubProcess({
    data: `${folder}/hub`,
    upstreamUrl: simulator.baseUrl,
    args: [
      ...["--token", bot.token, "--allow-senders", "open"],
      ...["--cdn-base-url", `${simulator.baseUrl}/c2c`, "--cdn-proxy"],
    ],
  });
  try {
    const token = await hub.register("agent");
    const ask = async (call: string, body: object) => {
      const response = await fetch(`${hub.url}/ilink/bot/${call}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify(body),
      });
      return await response.json();
    };
    let cursor = "";
    for (const kind of ["image", "file"] as const) {
      const bytes = systemRandom.bytes(60_003);
      const part = kind === "image" ? { kind, bytes } : { kind, bytes, name: "报告.pdf" };
      simulator.say({ person: bot.owner, what: { parts: [part] } });
      const updates = await ask("getupdates", { get_updates_buf: cursor });
      cursor = updates.get_updates_buf;
      const [message] = updates.msgs;
      const item = message.item_list[0][`${kind}_item`];
      assert(item.media.full_url.startsWith(`${hub.url}/cdn/`), item.media.full_url);
      const cipher = await (await fetch(item.media.full_url)).arrayBuffer();
      const inKey = Buffer.from(item.media.aes_key, "base64");
      const key = inKey.length === 16 ? inKey : Buffer.from(inKey.toString("latin1"), "hex");
      const opened = createDecipheriv("aes-128-ecb", key, null);
      assertEquals(
        new Uint8Array(Buffer.concat([opened.update(new Uint8Array(cipher)), opened.final()])),
        bytes,
      );

      const closed = createCipheriv("aes-128-ecb", KEY, null);
      const own = Buffer.concat([closed.update(bytes), closed.final()]);
      const place = await ask("getuploadurl", {
        filekey: "00112233445566778899aabbccddeeff",
        media_type: kind === "image" ? 1 : 3,
        to_user_id: bot.owner,
        rawsize: bytes.length,
        rawfilemd5: createHash("md5").update(bytes).digest("hex"),
        filesize: own.length,
        no_need_thumb: true,
        aeskey: KEY.toHex(),
      });
      assert(place.upload_full_url.startsWith(`${hub.url}/cdn/`), JSON.stringify(place));
      assert(place.upload_param.length > 0, "C26: both shapes");
      const uploaded = await fetch(place.upload_full_url, { method: "POST", body: own });
      await uploaded.body?.cancel();
      assertEquals(uploaded.status, 200, uploaded.headers.get("x-error-message") ?? "");
      const media = {
        encrypt_query_param: uploaded.headers.get("x-encrypted-param"),
        aes_key: Buffer.from(KEY.toHex()).toString("base64"),
        encrypt_type: 1,
      };
      const sent = kind === "image"
        ? { type: 2, image_item: { media, mid_size: own.length } }
        : { type: 4, file_item: { media, file_name: "报告.pdf", len: String(bytes.length) } };
      const answer = await ask("sendmessage", {
        msg: {
          to_user_id: bot.owner,
          client_id: `send-${kind}`,
          message_type: 2,
          message_state: 2,
          context_token: message.context_token,
          item_list: [sent],
        },
      });
      assertEquals(answer.ret, 0, JSON.stringify(answer));
      const shown = () => simulator.sent().filter(({ outcome }) => outcome === "shown").length;
      const count = kind === "image" ? 1 : 2;
      await waitFor(() => shown() === count, { what: `the ${kind} at the person's` });
      const upload = simulator.uploads().at(-1);
      assertEquals(upload?.problem, "");
      assertEquals(simulator.media(upload?.param ?? ""), bytes);
    }
  } finally {
    await hub.end("SIGTERM");
    await simulator.close();
    await Deno.remove(folder, { recursive: true });
  }
});
