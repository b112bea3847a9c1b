import { assertEquals } from "@std/assert";
import { refusalOf, type SenderPolicy } from "../../../src/router/policy.ts";

const OWNER = "owner@im.wechat";
const STRANGER = "stranger@im.wechat";

function judge(
  policy: Partial<SenderPolicy>,
  writer: { from: string; group?: string; alias?: string },
  owner: string | null = OWNER,
) {
  const { from, group = null, alias = "" } = writer;
  return refusalOf({ from, group, sender: { key: `key-of-${group ?? from}`, alias } }, {
    senders: { kind: "owner", ids: [] },
    groups: { kind: "none", ids: [] },
    ...policy,
    owner,
  });
}

Deno.test("only who scanned may talk, unless others are allowed", () => {
  assertEquals(judge({}, { from: OWNER }), null);
  assertEquals(judge({}, { from: STRANGER }), "sender_not_allowed");
  assertEquals(judge({ senders: { kind: "open", ids: [] } }, { from: STRANGER }), null);
});

Deno.test("with a bare token nobody knows the owner, so everybody may talk", () => {
  assertEquals(judge({}, { from: STRANGER }, null), null);
});

Deno.test("a list allows by WeChat id, alias or sender key, and the owner always", () => {
  const listed = (...ids: string[]) => ({ senders: { kind: "list" as const, ids } });
  assertEquals(judge(listed(STRANGER), { from: STRANGER }), null);
  assertEquals(judge(listed("mother"), { from: STRANGER, alias: "mother" }), null);
  assertEquals(judge(listed(`key-of-${STRANGER}`), { from: STRANGER }), null);
  assertEquals(judge(listed("mother"), { from: OWNER }), null);
  assertEquals(judge(listed("mother"), { from: STRANGER }), "sender_not_allowed");
  assertEquals(judge(listed("mother"), { from: STRANGER }, null), "sender_not_allowed");
  assertEquals(judge(listed(""), { from: STRANGER }), "sender_not_allowed");
});

Deno.test("groups have a policy of their own, whoever writes there", () => {
  const group = "g1@chatroom";
  assertEquals(judge({}, { from: OWNER, group }), "group_not_allowed");
  assertEquals(
    judge({ senders: { kind: "open", ids: [] } }, { from: OWNER, group }),
    "group_not_allowed",
  );
  assertEquals(judge({ groups: { kind: "open", ids: [] } }, { from: STRANGER, group }), null);
  const listed = { groups: { kind: "list" as const, ids: [group] } };
  assertEquals(judge(listed, { from: STRANGER, group }), null);
  assertEquals(judge(listed, { from: STRANGER, group: "g2@chatroom" }), "group_not_allowed");
});
