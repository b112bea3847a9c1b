import { assert, assertEquals, assertMatch } from "@std/assert";
import { EXPORTERS } from "../../../../src/cli/export/exporters.ts";
import type { ExportFacts, ExportPlace } from "../../../../src/cli/export/plan.ts";
import { EXPORT_KINDS, type ExportKind } from "../../../../src/text/export.ts";

const FACTS: ExportFacts = {
  name: "claude",
  token: "vhub_0123456789abcdef",
  baseUrl: "http://hub:8765",
  botId: "b0f5860fdecb@im.bot",
  cdnBaseUrl: null,
  people: ["o9ann@im.wechat"],
  savedAt: "2026-01-02T03:04:05.000Z",
};

function placeOf(env: Readonly<Record<string, string>> = {}, directory: string | null = null) {
  const place: ExportPlace = { directory, home: "/home/ann", env: (name) => env[name] };
  return place;
}

/** Every file with what it would hold where `old` stands. */
function filesOf(
  kind: ExportKind,
  { facts = {}, place = placeOf(), old = {} }: {
    readonly facts?: Partial<ExportFacts>;
    readonly place?: ExportPlace;
    readonly old?: Readonly<Record<string, string>>;
  } = {},
): Record<string, string | null> {
  const { files } = EXPORTERS[kind]({ ...FACTS, ...facts }, place);
  return Object.fromEntries(files.map(({ path, content }) => [path, content(old[path] ?? null)]));
}

function json(text: string | null | undefined): unknown {
  return JSON.parse(text ?? "missing");
}

const STATE = "/home/ann/.openclaw";
const LIST = `${STATE}/openclaw-weixin/accounts.json`;
const ACCOUNT = `${STATE}/openclaw-weixin/accounts/b0f5860fdecb-im-bot.json`;

Deno.test("OpenClaw gets its account's file, and its list of accounts last", () => {
  const files = filesOf("openclaw");
  assertEquals(Object.keys(files), [ACCOUNT, LIST]);
  assertEquals(json(files[ACCOUNT]), {
    token: "vhub_0123456789abcdef",
    savedAt: "2026-01-02T03:04:05.000Z",
    baseUrl: "http://hub:8765",
    userId: "o9ann@im.wechat",
  });
  assertEquals(json(files[LIST]), ["b0f5860fdecb-im-bot"]);
});

Deno.test("of several people OpenClaw is told none, so that it listens to all whom the hub lets in", () => {
  const files = filesOf("openclaw", { facts: { people: ["o9ann@im.wechat", "o9bob@im.wechat"] } });
  assertEquals(Object.keys(files), [ACCOUNT, LIST]);
  assertEquals(json(files[ACCOUNT]), {
    token: "vhub_0123456789abcdef",
    savedAt: "2026-01-02T03:04:05.000Z",
    baseUrl: "http://hub:8765",
  });
});

Deno.test("OpenClaw's other accounts stay", () => {
  const files = filesOf("openclaw", { old: { [LIST]: `["aaaa-im-bot"]` } });
  assertEquals(json(files[LIST]), ["aaaa-im-bot", "b0f5860fdecb-im-bot"]);
  const again = filesOf("openclaw", { old: { [LIST]: files[LIST] ?? "" } });
  assertEquals(again[LIST], files[LIST], "an account that is listed is not listed twice");
});

Deno.test("a list of OpenClaw's that cannot be understood is not written over", () => {
  for (const broken of ["", "{", `{"a":1}`, `[1]`]) {
    assertEquals(filesOf("openclaw", { old: { [LIST]: broken } })[LIST], null, broken);
  }
});

Deno.test("OpenClaw's state is looked for where it looks itself, and --dir goes before that", () => {
  const firstOf = (place: ExportPlace) => Object.keys(filesOf("openclaw", { place }))[0];
  const id = "openclaw-weixin/accounts/b0f5860fdecb-im-bot.json";
  assertEquals(firstOf(placeOf({ CLAWDBOT_STATE_DIR: "/old" })), `/old/${id}`);
  assertEquals(
    firstOf(placeOf({ OPENCLAW_STATE_DIR: "/new/", CLAWDBOT_STATE_DIR: "/old" })),
    `/new/${id}`,
  );
  assertEquals(firstOf(placeOf({ OPENCLAW_STATE_DIR: "/new" }, "/given")), `/given/${id}`);
});

Deno.test("weixin-agent-sdk works with the first account of the list, so the hub's goes there", () => {
  const old = { [LIST]: `["aaaa-im-bot","b0f5860fdecb-im-bot"]` };
  const files = filesOf("weixin-agent-sdk", { old });
  assertEquals(json(files[LIST]), ["b0f5860fdecb-im-bot", "aaaa-im-bot"]);
  assertEquals(files[ACCOUNT], filesOf("openclaw")[ACCOUNT]);
});

const CREDENTIALS = {
  token: "vhub_0123456789abcdef",
  baseUrl: "http://hub:8765",
  accountId: "b0f5860fdecb@im.bot",
  userId: "o9ann@im.wechat",
  savedAt: "2026-01-02T03:04:05.000Z",
  saved_at: "2026-01-02T03:04:05.000Z",
};

Deno.test("the wechatbot SDKs of all languages get one file with the names that each of them reads", () => {
  const files = filesOf("wechatbot");
  assertEquals(Object.keys(files), ["/home/ann/.wechatbot/credentials.json"]);
  assertEquals(json(Object.values(files)[0]), CREDENTIALS);
  const there = filesOf("wechatbot", { place: placeOf({}, "/bots/one/") });
  assertEquals(Object.keys(there), ["/bots/one/credentials.json"]);
});

Deno.test("Recursive gets the same file and the flags that point at it", () => {
  const plan = EXPORTERS.recursive(FACTS, placeOf({}, "/my bots"));
  assertEquals(json(plan.files[0]?.content(null)), CREDENTIALS);
  assertEquals(plan.lines, [
    "recursive --weixin --weixin-base-url http://hub:8765 --weixin-cred-path '/my bots/weixin_creds.json'",
  ]);
});

const ADDRESS = [
  "WEIXIN_BASE_URL=http://hub:8765",
  "WEIXIN_TOKEN=vhub_0123456789abcdef",
  "WEIXIN_ACCOUNT_ID=b0f5860fdecb@im.bot",
];
const ACCESS = ["WEIXIN_DM_POLICY=allowlist", "WEIXIN_ALLOWED_USERS=o9ann@im.wechat"];

Deno.test("Hermes gets its variables; other lines of its file stay, the ones it had are replaced", () => {
  const path = "/home/ann/.hermes/.env";
  assertEquals(filesOf("hermes"), { [path]: [...ADDRESS, ...ACCESS, ""].join("\n") });
  const old = "OPENAI_API_KEY=secret\nexport WEIXIN_TOKEN = old\n# WEIXIN_TOKEN of the hub\n";
  const text = filesOf("hermes", { old: { [path]: old } })[path];
  const kept = ["OPENAI_API_KEY=secret", "# WEIXIN_TOKEN of the hub"];
  assertEquals(text, [...kept, ...ADDRESS, ...ACCESS, ""].join("\n"));
  const again = filesOf("hermes", { old: { [path]: text ?? "" } })[path];
  assertEquals(again, text, "a second time changes nothing");
  const elsewhere = filesOf("hermes", { place: placeOf({ HERMES_HOME: "/srv/hermes" }) });
  assertEquals(Object.keys(elsewhere), ["/srv/hermes/.env"]);
});

Deno.test("env and edgecrab print variables, and where media are when the hub relays them", () => {
  assertEquals(EXPORTERS.env(FACTS, placeOf()).lines, ADDRESS);
  assertEquals(EXPORTERS.edgecrab(FACTS, placeOf()).lines, [...ADDRESS, ...ACCESS]);
  const relayed = { ...FACTS, cdnBaseUrl: "http://hub:8765/cdn/x" };
  assertEquals(EXPORTERS.env(relayed, placeOf()).lines, [
    ...ADDRESS,
    "WEIXIN_CDN_BASE_URL=http://hub:8765/cdn/x",
  ]);
});

Deno.test("cc-connect gets its part of config.toml as text", () => {
  const people = ["o9ann@im.wechat", "o9bob@im.wechat"] as const;
  const { files, lines } = EXPORTERS["cc-connect"]({ ...FACTS, people }, placeOf());
  assertEquals(files, []);
  assertEquals(lines, [
    "[[projects.platforms]]",
    `type = "weixin"`,
    "",
    "[projects.platforms.options]",
    `token = "vhub_0123456789abcdef"`,
    `base_url = "http://hub:8765"`,
    `allow_from = "o9ann@im.wechat,o9bob@im.wechat"`,
  ]);
  const relayed = EXPORTERS["cc-connect"]({ ...FACTS, cdnBaseUrl: "http://hub/cdn/x" }, placeOf());
  assert(relayed.lines.includes(`cdn_base_url = "http://hub/cdn/x"`));
});

Deno.test("what is shown of a file never holds what others wrote into it", () => {
  for (const kind of EXPORT_KINDS) {
    for (const file of EXPORTERS[kind](FACTS, placeOf()).files) {
      file.content("OTHER=secret");
      assert(!file.shown.includes("secret"));
      assertMatch(file.shown, /\S/);
    }
  }
});
