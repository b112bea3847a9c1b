/**
 * An echo bot as a user of `weixin-bot-sdk` writes it. The package polls, parses, downloads, uploads, types and sends; this file
 * only says what to answer, and tells on standard output what happened, one JSON object a line.
 */
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";

// Written so that only the copy of this file which runs looks for the package: it stands beside it.
const load = (name) => import(name);
const { WeixinBot } = await load("weixin-bot-sdk");

const { CLIENT_URL, CLIENT_TOKEN, CLIENT_CDN_URL } = process.env;
const THINKING_MS = 1_000;

const bot = new WeixinBot({ baseUrl: CLIENT_URL, token: CLIENT_TOKEN, cdnUrl: CLIENT_CDN_URL });
let work = Promise.resolve();
bot.on("error", (error) => tell({ kind: "poll_failed", text: String(error) }));
bot.on("session:expired", (code) => tell({ kind: "failed", text: `expired: ${code}` }));
bot.on("message", (message) => {
  tell({ kind: "received", text: message.text, quoted: message.quotedMessage?.text ?? null });
  work = work.then(() => answer(message)).catch((error) =>
    tell({ kind: "failed", text: String(error) })
  );
});
bot.start();
tell({ kind: "ready" });

async function answer(message) {
  if (message.type === "image") {
    return await bot.sendImage(message.from, await bot.downloadImage(message.image));
  }
  if (message.type === "file") {
    const bytes = await bot.downloadFile(message.file);
    return await bot.sendFile(message.from, bytes, message.file.file_name);
  }
  if (message.text.startsWith("think")) {
    await bot.sendTyping(message.from);
    await pause(THINKING_MS);
    await bot.cancelTyping(message.from);
  }
  await bot.reply(message, `echo: ${message.text}`);
}

function tell(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
