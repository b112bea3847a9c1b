/** How each kind of client parses an answer to `getupdates`: typed languages reject a whole batch for one wrong member. */
import type { JsonObject } from "../../../../src/lib/json.ts";
import {
  boolean,
  int32,
  int64,
  integer,
  list,
  nullable,
  object,
  oneOf,
  optional,
  type Read,
  string,
} from "./strict.ts";

/** Scripting languages: whatever is looked at must be there, nothing else is. */
export const LENIENT: Read<JsonObject> = object({
  msgs: optional(list(object({ from_user_id: string, item_list: optional(list(object({}))) }))),
  get_updates_buf: optional(string),
});

/** As above, and a null where an object is looked into ends the batch. */
export const PYTHON: Read<JsonObject> = object({
  ret: optional(int64),
  errcode: optional(int64),
  msgs: optional(list(object({
    message_type: int64,
    from_user_id: string,
    context_token: string,
    item_list: list(object({
      type: int64,
      text_item: optional(object({ text: string })),
      voice_item: optional(object({ text: optional(string) })),
      ref_msg: optional(object({
        title: optional(string),
        message_item: optional(object({ text_item: optional(object({ text: string })) })),
      })),
    })),
  }))),
  get_updates_buf: optional(string),
});

/** Go: absent and null leave the zero value, but each number has to fit its type and each text has to be one. */
const GO_MEDIA = nullable(object({
  encrypt_query_param: nullable(string),
  aes_key: nullable(string),
  encrypt_type: nullable(int32),
  full_url: nullable(string),
}));

const GO_ITEM_MEMBERS = {
  type: nullable(int32),
  msg_id: nullable(string),
  create_time_ms: nullable(int64),
  update_time_ms: nullable(int64),
  is_completed: nullable(boolean),
  text_item: nullable(object({ text: nullable(string) })),
  image_item: nullable(object({
    media: GO_MEDIA,
    thumb_media: GO_MEDIA,
    aeskey: nullable(string),
    url: nullable(string),
    mid_size: nullable(int32),
    thumb_size: nullable(int32),
    thumb_height: nullable(int32),
    thumb_width: nullable(int32),
    hd_size: nullable(int32),
  })),
  voice_item: nullable(object({
    media: GO_MEDIA,
    encode_type: nullable(int32),
    bits_per_sample: nullable(int32),
    sample_rate: nullable(int32),
    playtime: nullable(int32),
    text: nullable(string),
  })),
  file_item: nullable(object({
    media: GO_MEDIA,
    file_name: nullable(string),
    md5: nullable(string),
    len: nullable(string),
  })),
  video_item: nullable(object({
    media: GO_MEDIA,
    thumb_media: GO_MEDIA,
    video_size: nullable(int32),
    play_length: nullable(int32),
    video_md5: nullable(string),
  })),
};

export const GO: Read<JsonObject> = object({
  ret: nullable(int64),
  errcode: nullable(int64),
  errmsg: nullable(string),
  msgs: nullable(list(object({
    seq: nullable(int64),
    message_id: nullable(int64),
    from_user_id: nullable(string),
    to_user_id: nullable(string),
    client_id: nullable(string),
    create_time_ms: nullable(int64),
    session_id: nullable(string),
    group_id: nullable(string),
    message_type: nullable(int32),
    message_state: nullable(int32),
    context_token: nullable(string),
    item_list: nullable(list(object({
      ...GO_ITEM_MEMBERS,
      ref_msg: nullable(object({
        title: nullable(string),
        message_item: nullable(object(GO_ITEM_MEMBERS)),
      })),
    }))),
  }))),
  get_updates_buf: nullable(string),
  longpolling_timeout_ms: nullable(int64),
});

/** Rust: what is not optional has to be there, null is no value, enumerations are closed. */
const RUST_MEDIA = optional(object({
  encrypt_query_param: string,
  aes_key: string,
  encrypt_type: nullable(int32),
}));

const RUST_ITEM_MEMBERS = {
  text_item: nullable(object({ text: string })),
  image_item: nullable(object({
    media: RUST_MEDIA,
    thumb_media: RUST_MEDIA,
    aeskey: nullable(string),
    mid_size: nullable(int64),
  })),
  voice_item: nullable(object({
    media: RUST_MEDIA,
    encode_type: nullable(int32),
    playtime: nullable(integer(2n ** 31n - 1n)),
    text: nullable(string),
  })),
  file_item: nullable(object({
    media: RUST_MEDIA,
    file_name: nullable(string),
    len: nullable(string),
  })),
  video_item: nullable(object({ media: RUST_MEDIA, video_size: nullable(int64) })),
};

const RUST_TYPE = oneOf(1n, 2n, 3n, 4n, 5n);

/** The quoted item is an item like any other, so a quote of a type beyond five ends the batch as well. */
const rustQuote: Read<unknown> = nullable(object({
  title: nullable(string),
  message_item: nullable(object({ ...RUST_ITEM_MEMBERS, type: RUST_TYPE })),
}));

export const RUST: Read<JsonObject> = object({
  ret: nullable(int64),
  errcode: nullable(int64),
  errmsg: nullable(string),
  msgs: optional(list(object({
    from_user_id: string,
    to_user_id: string,
    client_id: string,
    create_time_ms: int64,
    message_type: oneOf(0n, 1n, 2n),
    message_state: oneOf(0n, 1n, 2n),
    context_token: string,
    item_list: list(object({ ...RUST_ITEM_MEMBERS, type: RUST_TYPE, ref_msg: rustQuote })),
  }))),
  get_updates_buf: optional(string),
});

/** The official client's test of a poll: there and not 0, so null is a failure. */
export function judgeOfficial(answer: JsonObject): "ok" | "stale" | "failed" {
  const codes = [answer["ret"], answer["errcode"]];
  if (codes.includes(-14)) return "stale";
  return codes.every((code) => code === undefined || code === 0) ? "ok" : "failed";
}

/** The test of those that look at one member alone. */
export function judgeErrcode(answer: JsonObject): "ok" | "failed" {
  const { errcode } = answer;
  return errcode === undefined || errcode === null || errcode === 0 ? "ok" : "failed";
}

export function judgeRet(answer: JsonObject): "ok" | "failed" {
  const { ret } = answer;
  return ret === undefined || ret === null || ret === 0 ? "ok" : "failed";
}

export function judgeBoth(answer: JsonObject): "ok" | "failed" {
  return judgeRet(answer) === "ok" ? judgeErrcode(answer) : "failed";
}

/** Of those that never look. */
export function judgeNever(): "ok" {
  return "ok";
}

/** For clients that go on at once after a failure they did not expect; `stale` are the codes they know. */
export function judgeKnown(...stale: readonly number[]) {
  return (answer: JsonObject): "ok" | "stale" | "ignored" => {
    const { errcode } = answer;
    if (typeof errcode === "number" && stale.includes(errcode)) return "stale";
    return judgeBoth(answer) === "ok" ? "ok" : "ignored";
  };
}

/** The SDKs: any code fails, and -14 makes them log in again at Tencent. */
export function judgeSdk(answer: JsonObject): "ok" | "stale" | "failed" {
  return [answer["ret"], answer["errcode"]].includes(-14) ? "stale" : judgeBoth(answer);
}
