/** Every command, once: its form, its flags, its examples, and where its code is. */
import { SETTING_NAMES } from "../config.ts";
import { COMMAND_SUMMARY as SUMMARY, FLAG_HELP } from "../text/commands.ts";
import type { Command, Option } from "./command.ts";

/** The flags of every command, besides the settings `data` and `lang`. */
export const GLOBAL_OPTIONS: Readonly<Record<string, Option>> = {
  config: { placeholder: "FILE", help: FLAG_HELP.config },
  json: { placeholder: null, help: FLAG_HELP.json },
  help: { placeholder: null, help: FLAG_HELP.help },
  version: { placeholder: null, help: FLAG_HELP.version },
};

const HUB_URL: Option = { placeholder: "URL", help: FLAG_HELP.hubUrl };

/** Commands that ask a hub, running here or elsewhere, or the data directory when none runs. */
const ASKS_HUB = { options: { "hub-url": HUB_URL }, settings: ["adminToken"] } as const;

export const COMMANDS: readonly Command[] = [
  {
    words: "serve",
    params: "",
    summary: SUMMARY.serve,
    examples: [
      "serve",
      "serve --addr 0.0.0.0:8765 --data /var/lib/ilink-hub --plugins ./plugins",
      "serve --config ilink-hub.jsonc --json",
    ],
    options: {},
    settings: SETTING_NAMES.filter((name) => name !== "data" && name !== "lang"),
    load: async () => (await import("./serve.ts")).run,
  },
  {
    words: "login",
    params: "",
    summary: SUMMARY.login,
    examples: ["login", "login --data /var/lib/ilink-hub"],
    options: ASKS_HUB.options,
    settings: ["adminToken", "ilinkBaseUrl"],
    load: async () => (await import("./login.ts")).run,
  },
  {
    words: "register",
    params: "",
    summary: SUMMARY.register,
    examples: [
      "register --name claude --label 'Claude at work'",
      "register --hub-url http://192.168.1.5:8765 --admin-token T --name pi --json",
    ],
    options: {
      name: { placeholder: "NAME", help: FLAG_HELP.name },
      label: { placeholder: "TEXT", help: FLAG_HELP.label },
      ...ASKS_HUB.options,
    },
    settings: ["adminToken", "addr", "publicUrl"],
    load: async () => (await import("./register.ts")).run,
  },
  {
    ...ASKS_HUB,
    words: "clients",
    params: "",
    summary: SUMMARY.clients,
    examples: ["clients", "clients --json"],
    load: async () => (await import("./clients.ts")).run,
  },
  {
    ...ASKS_HUB,
    words: "client rename",
    params: "NAME NEW_NAME",
    summary: SUMMARY.clientRename,
    examples: ["client rename claude work"],
    load: async () => (await import("./client.ts")).rename,
  },
  {
    ...ASKS_HUB,
    words: "client rotate",
    params: "NAME",
    summary: SUMMARY.clientRotate,
    examples: ["client rotate claude"],
    load: async () => (await import("./client.ts")).rotate,
  },
  {
    ...ASKS_HUB,
    words: "client remove",
    params: "NAME",
    summary: SUMMARY.clientRemove,
    examples: ["client remove claude"],
    load: async () => (await import("./client.ts")).remove,
  },
  {
    words: "client set",
    params: "NAME",
    summary: SUMMARY.clientSet,
    examples: [
      "client set claude --label 'Claude at home'",
      "client set claude --batch 10 --on-unanswered redeliver",
    ],
    options: {
      label: { placeholder: "TEXT", help: FLAG_HELP.label },
      batch: { placeholder: "1..50", help: FLAG_HELP.batch },
      "acknowledge-by": { placeholder: "cursor|next_poll", help: FLAG_HELP.acknowledgeBy },
      "on-unanswered": { placeholder: "show|redeliver", help: FLAG_HELP.onUnanswered },
      ...ASKS_HUB.options,
    },
    settings: ASKS_HUB.settings,
    load: async () => (await import("./client.ts")).set,
  },
  {
    ...ASKS_HUB,
    words: "accounts list",
    params: "",
    summary: SUMMARY.accountsList,
    examples: ["accounts list", "accounts list --json"],
    load: async () => (await import("./accounts.ts")).list,
  },
  {
    ...ASKS_HUB,
    words: "accounts rename",
    params: "NAME NEW_NAME",
    summary: SUMMARY.accountsRename,
    examples: ["accounts rename account-1 mum"],
    load: async () => (await import("./accounts.ts")).rename,
  },
  {
    ...ASKS_HUB,
    words: "accounts remove",
    params: "NAME",
    summary: SUMMARY.accountsRemove,
    examples: ["accounts remove mum"],
    load: async () => (await import("./accounts.ts")).remove,
  },
  {
    ...ASKS_HUB,
    words: "accounts default-client",
    params: "NAME [CLIENT]",
    summary: SUMMARY.accountsDefault,
    examples: ["accounts default-client mum claude", "accounts default-client mum"],
    load: async () => (await import("./accounts.ts")).setDefaultClient,
  },
  {
    ...ASKS_HUB,
    words: "admin-token rotate",
    params: "",
    summary: SUMMARY.adminTokenRotate,
    examples: ["admin-token rotate"],
    load: async () => (await import("./admin_token.ts")).run,
  },
  {
    ...ASKS_HUB,
    words: "status",
    params: "",
    summary: SUMMARY.status,
    examples: ["status", "status --json"],
    load: async () => (await import("./status.ts")).run,
  },
  {
    words: "trace",
    params: "[MESSAGE_ID]",
    summary: SUMMARY.trace,
    examples: ["trace", "trace 42", "trace --last 50 --json", "trace 42 --retry"],
    options: {
      last: { placeholder: "N", help: FLAG_HELP.last },
      retry: { placeholder: null, help: FLAG_HELP.retry },
      ...ASKS_HUB.options,
    },
    settings: ASKS_HUB.settings,
    load: async () => (await import("./trace.ts")).run,
  },
  {
    words: "health",
    params: "",
    summary: SUMMARY.health,
    examples: ["health", "health --hub-url http://127.0.0.1:8765"],
    options: ASKS_HUB.options,
    settings: [],
    load: async () => (await import("./health.ts")).run,
  },
  {
    words: "simulate",
    params: "",
    summary: SUMMARY.simulate,
    examples: [
      "simulate --port 8900 --token abcd@im.bot:1234 --control-port 8901",
      "serve --ilink-base-url http://127.0.0.1:8900 --token abcd@im.bot:1234",
    ],
    options: {
      port: { placeholder: "N", help: FLAG_HELP.port },
      token: { placeholder: "BOT_TOKEN", help: FLAG_HELP.botToken },
      "control-port": { placeholder: "N", help: FLAG_HELP.controlPort },
    },
    settings: [],
    load: async () => (await import("./simulate.ts")).run,
  },
  {
    words: "demo",
    params: "",
    summary: SUMMARY.demo,
    examples: ["demo", "demo --port 9000 --no-open"],
    options: {
      port: { placeholder: "N", help: FLAG_HELP.hubPort },
      "page-port": { placeholder: "N", help: FLAG_HELP.pagePort },
      "no-open": { placeholder: null, help: FLAG_HELP.noOpen },
    },
    settings: [],
    load: async () => (await import("./demo.ts")).run,
  },
];
