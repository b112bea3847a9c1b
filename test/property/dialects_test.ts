import { assert } from "@std/assert";
import fc from "fast-check";
import { DEFAULT_CLIENT_SETTINGS } from "../../src/core/client.ts";
import { asId, type ClientId } from "../../src/core/ids.ts";
import type { Call, Endpoints } from "../../src/downstream/call.ts";
import { createDialects } from "../../src/downstream/dialects/table.ts";
import { createExchange } from "../../src/downstream/exchange.ts";
import { isObject, type JsonObject, tryParseJson } from "../../src/lib/json.ts";
import { jsonValue } from "./json_arbitrary.ts";

/** Members that a dialect or iLink gives a meaning to, with values of any kind. */
function strangeObject(...keys: string[]): fc.Arbitrary<string> {
  return fc.dictionary(fc.constantFrom(...keys, "__proto__"), jsonValue.map(({ text }) => text))
    .map((members) => Object.entries(members).map(([key, text]) => `"${key}":${text}`))
    .map((members) => `{${members.join(",")}}`);
}

const ITEM_KEYS = ["text_item", "image_item", "voice_item", "file_item", "video_item", "ref_msg"];

const item = fc.tuple(
  fc.constantFrom("1", "2", "3", "4", "5", "1.0", "null"),
  fc.constantFrom(...ITEM_KEYS),
  strangeObject("text", "media", "aeskey", "file_name", "message_item", "title"),
).map(([type, key, held]) => `{"type":${type},"${key}":${held}}`);

const message = fc.tuple(
  strangeObject("message_id", "from_user_id", "group_id", "context_token", "create_time_ms"),
  fc.array(item, { maxLength: 4 }),
).map(([head, items]) => `${head.slice(0, -1)}${head === "{}" ? "" : ","}"item_list":[${items}]}`);

const answer = fc.oneof(
  fc.array(message, { maxLength: 3 }).map((messages) => `{"ret":0,"msgs":[${messages}]}`),
  strangeObject("ret", "msgs", "get_updates_buf", "typing_ticket", "upload_full_url", "errmsg"),
);

const request = strangeObject(
  ...["get_updates_buf", "to_user", "msg_type", "content", "context_token", "message", "aes_key"],
  ...["encrypt_query_param", "typing_ticket", "filekey", "rawsize", "filesize", "md5", "aeskey"],
);

function objectOf(text: string): JsonObject {
  const value = tryParseJson(text);
  return isObject(value) ? value : {};
}

function callOf(body: JsonObject): Call {
  const client = {
    ...{ id: asId<ClientId>(1), name: "a", label: "", settings: DEFAULT_CLIENT_SETTINGS },
    ...{ createdAtMs: 0, lastSeenAtMs: null, waiting: 0 },
  };
  return { client, body, exchange: createExchange() };
}

Deno.test("a dialect answers any request with a JSON object, whatever stands in it and in iLink's answer", async () => {
  await fc.assert(
    fc.asyncProperty(request, answer, async (body, text) => {
      const say = () => Promise.resolve({ status: 200, text } as const);
      const names = ["getupdates", "sendmessage", "getconfig", "sendtyping", "getuploadurl"];
      const ilink: Endpoints = Object.fromEntries(names.map((name) => [name, say]));
      const { edgecrab, legacy } = createDialects(ilink);
      for (const endpoint of [...Object.values(edgecrab), ...Object.values(legacy)]) {
        const given = await endpoint(callOf(objectOf(body)));
        assert(isObject(tryParseJson(given.text)), given.text);
      }
    }),
  );
});

Deno.test("edgecrab reads every message it is given: ids are texts, and so is all it shows", async () => {
  await fc.assert(
    fc.asyncProperty(message, async (written) => {
      const text = `{"ret":0,"msgs":[${written}],"get_updates_buf":"c"}`;
      const say = () => Promise.resolve({ status: 200, text } as const);
      const poll = createDialects({ getupdates: say }).edgecrab["getupdates"];
      const { messages } = JSON.parse((await poll?.(callOf({})))?.text ?? "{}");
      for (const one of messages) {
        for (const key of ["msg_id", "from_user", "from_nickname", "group_id", "context_token"]) {
          assert(typeof one[key] === "string", key);
        }
        assert(typeof one.is_group === "boolean");
        for (const { type, content, aes_key = "" } of one.item_list) {
          assert(type === 1 ? typeof content === "string" : [3, 34, 43, 49].includes(type));
          assert(aes_key === "" || atob(aes_key).length === 16);
        }
      }
    }),
  );
});
