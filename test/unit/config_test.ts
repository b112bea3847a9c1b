import { assert, assertEquals } from "@std/assert";
import { chatLanguage, SETTING_NAMES, SETTINGS, type Settings } from "../../src/config.ts";
import { type Given, readSettings, type SettingsRead } from "../../src/config/read.ts";
import type { Json } from "../../src/lib/json.ts";
import { SETTING_HELP } from "../../src/text/settings.ts";

const PLACE = { directory: "/home/ann/project", home: "/home/ann" };

function read(given: {
  readonly flags?: Given["flags"];
  readonly env?: Readonly<Record<string, string>>;
  readonly file?: Json;
}): SettingsRead {
  return readSettings({
    flags: given.flags ?? {},
    env: (name) => given.env?.[name],
    file: given.file === undefined
      ? null
      : { path: "/etc/hub/hub.jsonc", value: given.file, directory: "/etc/hub" },
    place: PLACE,
  });
}

function settingsOf(given: Parameters<typeof read>[0]): Settings {
  const result = read(given);
  assert(result.kind === "read", JSON.stringify(result));
  return result.settings;
}

Deno.test("readSettings() gives safe defaults: loopback, the owner alone, no groups, no content in logs", () => {
  const settings = settingsOf({});
  assertEquals(settings.addr, { hostname: "127.0.0.1", port: 8765 });
  assertEquals(settings.allowSenders, { kind: "owner", ids: [] });
  assertEquals(settings.allowGroups, { kind: "none", ids: [] });
  assertEquals(settings.logContent, false);
  assertEquals(settings.token, null);
  assertEquals(settings.sendsPerInbound, 10);
  assertEquals(settings.windowMs, 24 * 3_600_000);
  assertEquals(settings.data, "/home/ann/.ilink-hub");
});

Deno.test("readSettings() prefers the flag to the environment, that to the file, that to the default", () => {
  const file = { addr: "127.0.0.1:3" };
  const env = { ILINK_HUB_ADDR: "127.0.0.1:2" };
  const flags = { addr: "127.0.0.1:1" };
  assertEquals(settingsOf({ flags, env, file }).addr.port, 1);
  assertEquals(settingsOf({ env, file }).addr.port, 2);
  assertEquals(settingsOf({ file }).addr.port, 3);
  assertEquals(settingsOf({}).addr.port, 8765);
});

Deno.test("readSettings() takes the names in the environment that people use already", () => {
  const settings = settingsOf({
    env: {
      ILINK_TOKEN: "t",
      ILINK_BASE_URL: "http://127.0.0.1:9/",
      ILINK_ADMIN_TOKEN: "a",
      DATABASE_URL: "sqlite:hub.db",
      ILINK_HUB_MASTER_KEY: "k",
    },
  });
  assertEquals(settings.token, "t");
  assertEquals(settings.ilinkBaseUrl, "http://127.0.0.1:9");
  assertEquals(settings.adminToken, "a");
  assertEquals(settings.databaseUrl, "sqlite:hub.db");
  assertEquals(settings.masterKey, "k");
});

Deno.test("readSettings() takes an empty variable as not set", () => {
  assertEquals(settingsOf({ env: { ILINK_TOKEN: "", ILINK_HUB_ADDR: "" } }).addr.port, 8765);
});

Deno.test("readSettings() resolves paths from where they were written", () => {
  const file = { data: "state", plugins: { directory: "~/routes" } };
  assertEquals(settingsOf({ file }).data, "/etc/hub/state");
  assertEquals(settingsOf({ file }).pluginsDirectory, "/home/ann/routes");
  assertEquals(settingsOf({ flags: { data: "./state" } }).data, "/home/ann/project/state");
  assertEquals(settingsOf({}).pluginsDirectory, "/home/ann/project/plugins");
});

Deno.test("readSettings() reads plugins' order and configuration from the file", () => {
  const config = { keywords: { rules: [{ text: "hi" }] } };
  const settings = settingsOf({ file: { plugins: { order: ["a"], disabled: ["quote"], config } } });
  assertEquals(settings.pluginsOrder, ["a"]);
  assertEquals(settings.pluginsDisabled, ["quote"]);
  assertEquals(settings.pluginsConfig, config);
});

Deno.test("readSettings() converts units: hours, days, seconds, MiB", () => {
  const settings = settingsOf({
    flags: {
      "window-hours": "1.5",
      "retention-days": "2",
      "cool-down-seconds": "30",
      "database-mib-max": "100",
    },
  });
  assertEquals(settings.windowMs, 5_400_000);
  assertEquals(settings.retentionMs, 172_800_000);
  assertEquals(settings.coolDownMs, 30_000);
  assertEquals(settings.databaseBytesMax, 104_857_600);
});

Deno.test("readSettings() reads who may talk as a word or as ids", () => {
  assertEquals(settingsOf({ flags: { "allow-senders": "open" } }).allowSenders.kind, "open");
  assertEquals(settingsOf({ flags: { "allow-senders": "a@x, b@x" } }).allowSenders, {
    kind: "list",
    ids: ["a@x", "b@x"],
  });
  assertEquals(settingsOf({ file: { "allow-senders": [] } }).allowSenders, {
    kind: "list",
    ids: [],
  });
});

const REFUSED: readonly (readonly [string, string])[] = [
  ["addr", "8765"],
  ["addr", "localhost:99999"],
  ["addr", "localhost:http"],
  ["addr", "[::1:8765"],
  ["ilink-base-url", "ilinkai.weixin.qq.com"],
  ["ilink-base-url", "https://user@host"],
  ["sends-per-inbound", "0"],
  ["sends-per-inbound", "2.5"],
  ["sends-per-inbound", "-1"],
  ["sends-per-inbound", "ten"],
  ["window-hours", ""],
  ["unknown-sends", "perhaps"],
  ["allow-senders", "a,,b"],
  ["lang", "fr"],
  ["log-level", "loud"],
];

Deno.test("readSettings() refuses values of another kind and says what was seen and what is wanted", () => {
  for (const [flag, value] of REFUSED) {
    const result = read({ flags: { [flag]: value } });
    assert(result.kind === "refused" && result.problem.kind === "value", `${flag}=${value}`);
    assertEquals(result.problem.name, `--${flag}`);
    assertEquals(result.problem.seen, value);
    assert(result.problem.wanted !== "");
  }
});

Deno.test("readSettings() names the nearest setting for an unknown key, also below plugins", () => {
  const result = read({ file: { adr: "127.0.0.1:1" } });
  assertEquals(result, {
    kind: "refused",
    problem: { kind: "unknown_key", path: "/etc/hub/hub.jsonc", key: "adr", nearest: "addr" },
  });
  const below = read({ file: { plugins: { ordre: [] } } });
  assert(below.kind === "refused" && below.problem.kind === "unknown_key");
  assertEquals(below.problem.nearest, "plugins.order");
});

Deno.test("readSettings() refuses a file that is no object, and a secret's value is not repeated", () => {
  assertEquals(read({ file: [1] }).kind, "refused");
  const result = read({ file: { "admin-token": 12345 } });
  assert(result.kind === "refused" && result.problem.kind === "value");
  assertEquals(result.problem.seen, "5 characters");
});

Deno.test("readSettings() keeps the master key out of flags and file", () => {
  assertEquals(SETTINGS.masterKey.flag, null);
  assertEquals(read({ file: { "master-key": "x" } }).kind, "refused");
});

Deno.test("SETTINGS have one key, one flag and one name in the environment each, and a sentence", () => {
  const all = SETTING_NAMES.map((name) => SETTINGS[name]);
  for (const names of [all.map(({ key }) => key), all.map(({ flag }) => flag)]) {
    const given = names.filter((name) => name !== null);
    assertEquals(new Set(given).size, given.length);
  }
  assertEquals(new Set(all.map(({ env }) => env)).size, all.length);
  assertEquals(Object.keys(SETTING_HELP).toSorted(), [...SETTING_NAMES].toSorted());
});

Deno.test("chatLanguage() is the owner's choice, else the command line's language, else Chinese", () => {
  const settings = settingsOf({});
  assertEquals(chatLanguage(settings), "zh");
  assertEquals(chatLanguage({ ...settings, lang: "en" }), "en");
  assertEquals(chatLanguage({ ...settings, lang: "en", chatLang: "zh" }), "zh");
});
