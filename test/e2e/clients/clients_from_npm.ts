/** The clients that are tested: what to install, and how a user points each at the hub (docs/CLIENTS.md). */
import { runHub } from "../../fake/hub_command.ts";
import { installPackages } from "./npm_packages.ts";
import { type NpmClient, startNpmClient } from "./npm_client.ts";

export interface ClientFromNpm {
  readonly name: string;
  /** The quote that this client understands: the quoted item itself, or its id alone. */
  readonly quoteStyle: "embedded" | "id";
  /** Whether it tells WeChat of tool calls, in messages of their own. */
  readonly sendsProgress: boolean;
  /** Installs it where that has not happened yet; gives the folder. */
  install(): Promise<string>;
  start(given: Given): Promise<NpmClient>;
}

export interface Given {
  readonly hubUrl: string;
  readonly token: string;
  /** As whom the hub knows it, with the token it gave. */
  readonly owner: { readonly name: string; readonly token: string; readonly adminToken: string };
  /** Where the simulated CDN answers. */
  readonly cdnUrl: string;
  /** Keeps what the client writes; the same over its restarts. */
  readonly stateFolder: string;
  /** Ids of everybody who may write to it. */
  readonly people: readonly string[];
}

export const WEIXIN_BOT_SDK: ClientFromNpm = {
  name: "weixin-bot-sdk 1.1.0",
  quoteStyle: "embedded",
  sendsProgress: false,
  install: () => installWith("weixin_bot_sdk.mjs", ["weixin-bot-sdk@1.1.0"]),
  async start({ hubUrl, token, cdnUrl }) {
    return await startNpmClient("node", {
      args: ["weixin_bot_sdk.mjs"],
      cwd: await this.install(),
      env: { CLIENT_URL: hubUrl, CLIENT_TOKEN: token, CLIENT_CDN_URL: cdnUrl },
    });
  },
};

/** Its CDN needs no setting: it takes the full addresses that come with media. */
export const OPENCLAW_WEIXIN: ClientFromNpm = {
  name: "@tencent-weixin/openclaw-weixin 2.4.9",
  quoteStyle: "id",
  sendsProgress: true,
  install: () =>
    installWith("openclaw_weixin.mjs", [
      "@tencent-weixin/openclaw-weixin@2.4.9",
      // The peer dependency, in the version that the plugin is built and tested with.
      "openclaw@2026.8.1",
    ]),
  async start(given) {
    await writeOpenclawState(given);
    const folder = await this.install();
    const { program, args } = await hostRuntime();
    return await startNpmClient(program, {
      args: [...args, "openclaw_weixin.mjs"],
      cwd: folder,
      env: {
        OPENCLAW_STATE_DIR: given.stateFolder,
        OPENCLAW_LOG_LEVEL: "fatal",
        HOME: folder,
      },
    });
  },
};

/** The drivers lie beside the packages, so that they import them by name as any program does. */
export async function installWith(driver: string, packages: readonly string[]): Promise<string> {
  const folder = await installPackages(packages);
  await Deno.copyFile(new URL(`drivers/${driver}`, import.meta.url), `${folder}/${driver}`);
  return folder;
}

/** What a user runs for this client; a token that is nobody's is then put in by hand. */
export async function writeOpenclawState(given: Given): Promise<void> {
  const { stateFolder, people, owner } = given;
  const said = await runHub([
    ...["client", "export", owner.name, "--for", "openclaw", "--dir", stateFolder],
    ...["--people", people.join(","), "--token", owner.token, "--json"],
    ...["--hub-url", given.hubUrl, "--admin-token", owner.adminToken],
  ]);
  if (said.code !== 0) throw new Error(`The client was not exported: ${said.err}`);
  const { files }: { files: readonly { readonly path: string }[] } = JSON.parse(said.out);
  for (const { path } of files) {
    const text = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, text.replaceAll(owner.token, given.token));
  }
}

/** Node where the host takes it, else Deno, which it takes for a Node that is new enough. */
async function hostRuntime(): Promise<{ program: string; args: readonly string[] }> {
  const { stdout } = await new Deno.Command("node", { args: ["--version"] }).output();
  const [major = 0, minor = 0] = new TextDecoder().decode(stdout).slice(1).split(".").map(Number);
  const isNewEnough = major === 24 ? minor >= 15 : major > 25;
  return isNewEnough
    ? { program: "node", args: [] }
    : { program: Deno.execPath(), args: ["run", "-A", "--node-modules-dir=manual"] };
}
