/**
 * The whole of OpenClaw: its gateway as a process of its own, the plugin loaded by path as `plugins install --link` leaves
 * it, the exported files, and a scripted model as its provider. What would ask hosts outside is turned off, and no name
 * of theirs is looked up.
 */
import { type ScriptedModel, startScriptedModel } from "../../fake/scripted_model.ts";
import { TextLineStream } from "../../fake/text_line_stream.ts";
import {
  type ClientFromNpm,
  type Given,
  OPENCLAW_WEIXIN,
  writeOpenclawState,
} from "./clients_from_npm.ts";
import type { ClientEvent, NpmClient } from "./npm_client.ts";
import { installPackages } from "./npm_packages.ts";
import { waitFor } from "./wait.ts";

export const MODEL_ANSWER = "答案 from the model 🦞";

const GUARD = new URL("drivers/loopback_only.mjs", import.meta.url).href;
const PLUGIN = "openclaw-weixin";
const READY_LIMIT_MS = 30_000;
const END_LIMIT_MS = 3_000;

export const OPENCLAW_GATEWAY: ClientFromNpm = {
  ...OPENCLAW_WEIXIN,
  name: "openclaw 2026.8.1 with @tencent-weixin/openclaw-weixin 2.4.9",
  async install() {
    await installNode();
    return await OPENCLAW_WEIXIN.install();
  },
  async start(given) {
    await writeOpenclawState(given);
    const packages = await this.install();
    const model = startScriptedModel(MODEL_ANSWER);
    const config = gatewayConfig(given, { packages, model });
    await Deno.writeTextFile(`${given.stateFolder}/openclaw.json`, JSON.stringify(config));
    const command = new Deno.Command(await installNode(), {
      args: ["--import", GUARD, `${packages}/node_modules/openclaw/openclaw.mjs`, "gateway", "run"],
      cwd: given.stateFolder,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: given.stateFolder,
        OPENCLAW_STATE_DIR: given.stateFolder,
        // One process, so that its id is all that there is to end.
        OPENCLAW_NO_RESPAWN: "1",
        NODE_DISABLE_COMPILE_CACHE: "1",
        OPENCLAW_OFFLINE: "1",
        OPENCLAW_DISABLE_BONJOUR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    });
    return await startGateway(command, model);
  },
};

/** Resolves once the gateway says that it is ready; rejects with what it said when it ends before. */
async function startGateway(command: Deno.Command, model: ScriptedModel): Promise<NpmClient> {
  const child = command.spawn();
  const said: string[] = [];
  const reading = Promise.all([child.stdout, child.stderr].map(async (stream) => {
    const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
    for await (const line of lines) said.push(line);
  }));
  let isOver = false;
  const over = child.status.then(() => {
    isOver = true;
  });
  let ending: Promise<void> | null = null;

  async function end(): Promise<void> {
    if (!isOver) child.kill("SIGTERM");
    const limit = setTimeout(() => child.kill("SIGKILL"), END_LIMIT_MS);
    await over;
    clearTimeout(limit);
    await reading;
    await model[Symbol.asyncDispose]();
  }
  const kill = () => ending ??= end();

  const isReady = () => said.some((line) => line.includes("[gateway] ready"));
  try {
    await waitFor(() => isReady() || isOver, { what: "the gateway", limitMs: READY_LIMIT_MS });
    if (isOver) throw new Error("The gateway ended before it was ready");
  } catch (cause) {
    await kill();
    throw new Error(`The gateway did not start: ${said.join("\n")}`, { cause });
  }
  return {
    get events() {
      return model.asked.map((text): ClientEvent => ({ kind: "received", text, quoted: null }));
    },
    freeze: () => child.kill("SIGSTOP"),
    kill,
  };
}

function gatewayConfig(
  { stateFolder }: Given,
  { packages, model }: { readonly packages: string; readonly model: ScriptedModel },
): object {
  return {
    gateway: {
      mode: "local",
      bind: "loopback",
      port: freePort(),
      auth: { mode: "token", token: "token-of-a-test-gateway" },
      controlUi: { enabled: false },
    },
    discovery: { mdns: { mode: "off" } },
    update: { checkOnStart: false },
    logging: { file: `${stateFolder}/gateway.log` },
    plugins: {
      load: { paths: [`${packages}/node_modules/@tencent-weixin/openclaw-weixin`] },
      allow: [PLUGIN],
      entries: { [PLUGIN]: { enabled: true } },
    },
    channels: { [PLUGIN]: { enabled: true } },
    models: {
      mode: "replace",
      catalogRefresh: { enabled: false },
      providers: { scripted: providerOf(model) },
    },
    agents: {
      defaults: {
        workspace: `${stateFolder}/workspace`,
        skipBootstrap: true,
        model: { primary: "scripted/model" },
      },
    },
  };
}

function providerOf({ baseUrl }: ScriptedModel): object {
  const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const sizes = { contextWindow: 120_000, maxTokens: 8_192 };
  const model = { id: "model", name: "Model", reasoning: false, input: ["text"], cost, ...sizes };
  return { baseUrl, apiKey: "none", api: "openai-completions", models: [model] };
}

/** A port that is free for the moment. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A Node that the gateway's launcher accepts, whatever the machine has; gives its program. Deno lacks what it imports. */
async function installNode(): Promise<string> {
  const name = `node-${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  const folder = await installPackages([`${name}@26.10.0`]);
  return `${folder}/node_modules/${name}/bin/node`;
}
