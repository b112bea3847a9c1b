/**
 * A user of `weixin-bot-sdk` who logs in by QR code at the host of the settings, then echoes. What would be drawn as a QR code is
 * told on standard output, one JSON object a line.
 */
import process from "node:process";

// Written so that only the copy of this file which runs looks for the package: it stands beside it.
const load = (name) => import(name);
const { WeixinBot } = await load("weixin-bot-sdk");

const { CLIENT_URL, CLIENT_CREDENTIALS } = process.env;
const bot = new WeixinBot({ baseUrl: CLIENT_URL, credentialsPath: CLIENT_CREDENTIALS });
bot.on("error", (error) => tell({ kind: "poll_failed", text: String(error) }));
bot.on("message", (message) => {
  tell({ kind: "received", text: message.text, quoted: null });
  bot.reply(message, `echo: ${message.text}`).catch((error) =>
    tell({ kind: "failed", text: String(error) })
  );
});
const given = await bot.login({
  onQrCode: (text) => tell({ kind: "qr", text }),
  onStatus: (status) => tell({ kind: "status", text: status }),
});
tell({ kind: "logged_in", ...given });
bot.start();
tell({ kind: "ready" });

function tell(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
