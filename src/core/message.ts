/** What the hub reads out of one WeChat message. The raw text stays the truth; this is a view of it. */

export type PartKind = "text" | "image" | "voice" | "file" | "video" | "other";

/** One item of a message, without anything secret in it. */
export interface Part {
  readonly kind: PartKind;
  /** The text of a text item, the transcript of a voice item, the name of a file; "" otherwise. */
  readonly text: string;
  /** Bytes as WeChat announced them, `null` where it did not. */
  readonly bytes: number | null;
}

/** A quote as it came: newer WeChat apps send only the server's id, older ones embed the item. */
export interface Quote {
  /** Digits of the quoted message's id, from `svr_id` or the embedded item; `null` where there is none. */
  readonly wireId: string | null;
  /** Text of the embedded item or its summary; "" where only an id came. */
  readonly text: string;
  /** The beginning of the part that was chosen of it, a few characters; not given where the whole is quoted. */
  readonly selected?: string;
  /** `create_time_ms` of the embedded item, rounded by WeChat for media; `null` where there is none. */
  readonly createTimeMs: number | null;
}

export interface Inbound {
  /** Digits of `message_id`; `null` where it is absent. */
  readonly wireId: string | null;
  /** WeChat's id of the person, `...@im.wechat`. */
  readonly from: string;
  /** WeChat's id of the group; `null` for a direct message. */
  readonly group: string | null;
  /** Milliseconds since 1970 as WeChat stamped it; `null` where it did not. */
  readonly createTimeMs: number | null;
  /** WeChat's permission to answer; "" where it is absent. */
  readonly contextToken: string;
  /** All text items joined by a line feed, else the first voice transcript; "" where there is none. */
  readonly text: string;
  readonly parts: readonly Part[];
  readonly quote: Quote | null;
  /** SHA-256 (hex) of types, texts, sizes and md5, without ids, tokens or URLs: the same content has the same digest. */
  readonly digest: string;
}

/** A raw message and what could be read of it. */
export interface RawInbound {
  /** The source text of the message, untouched. */
  readonly raw: string;
  readonly read:
    | { readonly kind: "message"; readonly message: Inbound }
    | { readonly kind: "unreadable"; readonly reason: string };
}
