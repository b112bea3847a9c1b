/**
 * The official plugin `@tencent-weixin/openclaw-weixin` under its own host's SDK (`openclaw`, the version it is built with).
 *
 * Run as it is, from the package: the registration in `dist/index.js`; `channel.js` with its account list, its account
 * resolution from the state files and `gateway.startAccount`, which calls `notifystart` and then the monitor's poll loop;
 * the cursor file; the authorisation of senders; the config cache with its typing ticket; media download, upload and
 * encryption; the quote cache; `sendmessage`. Run as they are, from the host: the routing, the session record, the media
 * store, the command authorisation, the reply dispatcher with its typing keep-alive.
 *
 * Ours: what a gateway does around one account (read the config, start it, keep it running), and in place of a language
 * model the function `answer`. It tells on standard output what happened, one JSON object a line.
 */
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

// Written so that only the copy of this file which runs looks for the packages: they stand beside it.
const load = (name) => import(name);
const { default: entry } = await load("@tencent-weixin/openclaw-weixin/dist/index.js");
const { resolveHumanDelayConfig } = await load("openclaw/plugin-sdk/agent-runtime");
const {
  isControlCommandMessage,
  resolveCommandAuthorizedFromAuthorizers,
  shouldComputeCommandAuthorized,
  shouldHandleTextCommands,
} = await load("openclaw/plugin-sdk/command-auth");
const { recordInboundSession } = await load("openclaw/plugin-sdk/conversation-runtime");
const { saveMediaBuffer } = await load("openclaw/plugin-sdk/media-store");
const { createReplyDispatcherWithTyping, finalizeInboundContext, settleReplyDispatcher } =
  await load("openclaw/plugin-sdk/reply-runtime");
const { resolveAgentRoute } = await load("openclaw/plugin-sdk/routing");
const { resolveStorePath } = await load("openclaw/plugin-sdk/session-store-paths");

const THINKING_MS = 1_000;
const cfg = {};

/** The parts of the host's `channelRuntime` that the plugin calls. */
const channelRuntime = {
  commands: {
    isControlCommandMessage,
    resolveCommandAuthorizedFromAuthorizers,
    shouldComputeCommandAuthorized,
    shouldHandleTextCommands,
  },
  media: { saveMediaBuffer },
  reply: {
    createReplyDispatcherWithTyping,
    finalizeInboundContext,
    resolveHumanDelayConfig,
    withReplyDispatcher: ({ run, dispatcher }) =>
      run().finally(() => settleReplyDispatcher({ dispatcher })),
    dispatchReplyFromConfig: answer,
  },
  routing: { resolveAgentRoute },
  session: { recordInboundSession, resolveStorePath },
};

let plugin;
entry.register({ registerChannel: (given) => plugin = given.plugin });
const running = plugin.config.listAccountIds(cfg).map((accountId) =>
  plugin.gateway.startAccount({
    account: plugin.config.resolveAccount(cfg, accountId),
    cfg,
    channelRuntime,
    abortSignal: new AbortController().signal,
    runtime: {
      log: () => {},
      error: (text) => tell({ kind: text.includes("getUpdates") ? "poll_failed" : "failed", text }),
    },
    log: { info: () => {}, error: (text) => tell({ kind: "failed", text }) },
    setStatus: () => {},
  })
);
tell({ kind: "ready" });
await Promise.all(running);

/** One turn of the agent. */
async function answer({ ctx, dispatcher, replyOptions }) {
  const text = ctx.Body;
  tell({ kind: "received", text, quoted: ctx.ReplyToBody ?? null });
  if (text.startsWith("think")) {
    await replyOptions.onReplyStart();
    await pause(THINKING_MS);
  }
  if (text.startsWith("look up")) {
    replyOptions.onItemEvent({ kind: "tool", phase: "start", itemId: "call-1", name: "search" });
    replyOptions.onItemEvent({
      kind: "tool",
      phase: "end",
      itemId: "call-1",
      name: "search",
      status: "completed",
    });
  }
  dispatcher.sendFinalReply(
    ctx.MediaPath ? { mediaUrl: ctx.MediaPath } : { text: `echo: ${text}` },
  );
}

function tell(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
