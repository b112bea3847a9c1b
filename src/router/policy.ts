/** Who may talk to the bot. Asked before any plugin; a stranger's message is kept as dropped, and nobody answers. */
import type { DropReason } from "../core/decision.ts";

/** Shaped like the settings `allow-senders` and `allow-groups`. */
export interface SenderPolicy {
  /** `owner`: who scanned; `list`: these as well, by WeChat id, alias or sender key. */
  readonly senders: { readonly kind: "owner" | "open" | "list"; readonly ids: readonly string[] };
  /** `list`: these groups, by WeChat id, alias or sender key; whoever writes there is allowed. */
  readonly groups: { readonly kind: "none" | "open" | "list"; readonly ids: readonly string[] };
}

export interface Writer {
  /** WeChat's id of the person. */
  readonly from: string;
  /** WeChat's id of the group; `null` for a direct message. */
  readonly group: string | null;
  /** The hub's key and the owner's name for the person, or for the group. */
  readonly sender: { readonly key: string; readonly alias: string };
}

/** Why the message is dropped; `null` when it may go on. `owner` is who scanned, `null` when that is not known. */
export function refusalOf(
  writer: Writer,
  policy: SenderPolicy & { readonly owner: string | null },
): Extract<DropReason, "sender_not_allowed" | "group_not_allowed"> | null {
  const { senders, groups, owner } = policy;
  const isListed = (ids: readonly string[], id: string) =>
    [id, writer.sender.key, writer.sender.alias].some((name) => name !== "" && ids.includes(name));
  if (writer.group !== null) {
    const isAllowed = groups.kind === "open" ||
      groups.kind === "list" && isListed(groups.ids, writer.group);
    return isAllowed ? null : "group_not_allowed";
  }
  if (senders.kind === "open" || writer.from === owner) return null;
  // A bare token does not tell its owner; WeChat itself lets only the owner write.
  if (senders.kind === "owner" && owner === null) return null;
  if (senders.kind === "list" && isListed(senders.ids, writer.from)) return null;
  return "sender_not_allowed";
}
