/**
 * The demo as a newcomer meets it: the real command in a process of its own, and a real browser. Waits on real time, since
 * both are other processes.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { TEST_PROGRAMS } from "../../tools/packages.ts";
import { TextLineStream } from "../fake/text_line_stream.ts";

interface Introduction {
  readonly page_url: string;
  readonly hub_url: string;
  readonly simulator_url: string;
  readonly data_directory: string;
  readonly agents: readonly string[];
}

interface DemoProcess extends Introduction {
  /** Sends Ctrl-C as it comes through `deno task`, several times; resolves with the exit code and what was written to standard error. */
  interrupt(): Promise<{ readonly code: number; readonly notes: string }>;
}

const MAIN = new URL("../../main.ts", import.meta.url).pathname;
const SIMPLEST_AGENT = new URL("../../src/cli/demo/simplest_agent.ts", import.meta.url).pathname;

async function startDemoProcess(args: readonly string[]): Promise<DemoProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", "--no-prompt", MAIN, "demo", "--no-open", "--json", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const notes = new Response(child.stderr).text();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const reader = lines.getReader();
  const first = await reader.read();
  if (first.done) {
    const { code } = await child.status;
    throw new Error(`The demo ended with ${code} before it was ready: ${await notes}`);
  }
  const introduction: Introduction = JSON.parse(first.value);
  return {
    ...introduction,
    async interrupt() {
      child.kill("SIGINT");
      child.kill("SIGINT");
      const { code } = await child.status;
      while (!(await reader.read()).done);
      return { code, notes: await notes };
    },
  };
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // gone
  }
}

/** Starts the demo and opens its page; afterwards the demo must have ended well and the page without an error. */
async function withPage(
  act: (page: Page, demo: DemoProcess) => Promise<void>,
  options: { readonly locale?: string } = {},
): Promise<void> {
  const demo = await startDemoProcess(["--port", "0", "--page-port", "0", "--lang", "en"]);
  const browser = await launchBrowser();
  const faults: string[] = [];
  try {
    const page = await browser.newPage({ locale: options.locale ?? "en-US" });
    page.setDefaultTimeout(15_000);
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(demo.page_url);
    await agent(page, "echo").waitFor();
    await act(page, demo);
    assertEquals(faults, []);
  } finally {
    await browser.close();
    const { code } = await demo.interrupt();
    assertEquals(code, 0);
    assertEquals(isThere(demo.data_directory), false);
  }
}

function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** The first of the browsers that the test command looks for or installs. */
function browserPath(): string {
  const names = TEST_PROGRAMS.find(({ packageName }) => packageName === "chromium")?.names ?? [];
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const paths = names.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  return paths.find(isThere) ?? "chromium";
}

async function write(page: Page, text: string): Promise<void> {
  await page.fill("#text", text);
  await page.press("#text", "Enter");
}

/** The newest bubble of the bot with this text. */
function botBubble(page: Page, text: string | RegExp): Locator {
  return page.locator(".turn.bot").filter({ hasText: text }).last();
}

/** The card of the message with this text. */
function card(page: Page, text: string): Locator {
  return page.locator(".life").filter({ has: page.locator(".what", { hasText: text }) }).first();
}

async function hasState(life: Locator, state: string): Promise<void> {
  await life.locator("summary .pill", { hasText: state }).waitFor();
}

function agent(page: Page, name: string): Locator {
  return page.locator(".agent").filter({ has: page.locator("strong", { hasText: name }) });
}

/** Runs a command on the demo's hub and gives what it printed. */
async function runCommand(demo: DemoProcess, words: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", MAIN, ...words, "--json", "--data", demo.data_directory],
    stdin: "null",
  }).output();
  return new TextDecoder().decode(stdout);
}

async function register(demo: DemoProcess, name: string) {
  const printed = await runCommand(demo, ["register", "--name", name]);
  const { base_url, token }: { base_url: string; token: string } = JSON.parse(printed);
  return { base_url, token };
}

Deno.test("the demo answers what is typed, and the message's card shows every step until it is sent", async () => {
  await withPage(async (page) => {
    await write(page, "hello hub");
    await page.locator(".is-typing").waitFor();
    await botBubble(page, "You said: hello hub").waitFor();
    const life = card(page, "hello hub");
    await hasState(life, "sent ✓");
    await life.locator(".track li[data-done=true]", { hasText: "acknowledged" }).waitFor();
    const steps = await life.locator(".step h3").allTextContents();
    assertEquals(steps, [
      "Received",
      "Plugins asked",
      "Decided: to echo",
      "Queue of echo",
      "Reply of echo",
    ]);
    const asked = await life.locator(".asked code").allTextContents();
    assertEquals(asked.slice(0, 2), ["commands", "quote"]);
    const wireId = await life.locator(".sends code").textContent();
    assertMatch(wireId ?? "", /^\d{15,20}$/);
    assertEquals(await page.locator(`.turn[data-key="${wireId}"] .author`).textContent(), "echo");
  });
});

Deno.test("the demo's page lets commands, a name and a quote choose the agent", async () => {
  await withPage(async (page) => {
    await write(page, "/list");
    await botBubble(page, /echo[^]*xiaolan/).waitFor();
    const list = card(page, "/list");
    await hasState(list, "sent ✓");
    assertMatch(await list.locator("blockquote").textContent() ?? "", /^1\. echo/);
    assertEquals(await list.locator(".step h3").last().textContent(), "The hub's own words");
    await write(page, "/use xiaolan");
    await hasState(card(page, "/use xiaolan"), "sent ✓");
    await write(page, "one two three");
    await botBubble(page, "13 characters: 3 words").waitFor();
    await write(page, "@echo just once");
    await botBubble(page, "You said: just once").waitFor();
    await botBubble(page, "13 characters: 3 words").locator(".bubble").click();
    await page.locator("#quoting").waitFor();
    await write(page, "four five");
    await botBubble(page, "9 characters: 2 words").waitFor();
    const quoting = card(page, "four five");
    const asked = await quoting.locator(".asked li").last().textContent();
    assertMatch(asked ?? "", /^quoteto xiaolan/);
    assertEquals(
      await page.locator(".turn.person .original").textContent(),
      "13 characters: 3 words, 0 Chinese characters.",
    );
    await write(page, "/why");
    await botBubble(page, "quote").waitFor();
  });
});

Deno.test("in the demo a message to an agent that is off waits until it is on", async () => {
  await withPage(async (page) => {
    const echo = agent(page, "echo");
    await echo.getByRole("switch").click();
    await echo.locator(".state", { hasText: "switched off" }).waitFor();
    await write(page, "are you there");
    const life = card(page, "are you there");
    await hasState(life, "waiting for echo");
    await echo.locator(".waiting", { hasText: "1 waiting" }).waitFor();
    await write(page, "/list");
    await botBubble(page, /echo.*away/).waitFor();
    await echo.getByRole("switch").click();
    await botBubble(page, "You said: are you there").waitFor();
    await hasState(life, "sent ✓");
    await echo.locator('.waiting[data-none="true"]').waitFor({ state: "attached" });
  });
});

Deno.test("the demo's page sends pictures, voice messages and files, and speaks the browser's language", async () => {
  await withPage(async (page) => {
    assertEquals(await page.locator("h2").textContent(), "消息的一生");
    await page.locator("[data-send=image]").click();
    await botBubble(page, "A picture arrived.").waitFor();
    await page.locator("[data-send=voice]").click();
    await botBubble(page, "你说：这是一段语音").waitFor();
    await page.locator("[data-send=file]").click();
    await botBubble(page, "The file 报告.pdf arrived.").waitFor();
    await hasState(card(page, "[文件] 报告.pdf"), "已发送 ✓");
    await page.locator("#language").click();
    await hasState(card(page, "[File] 报告.pdf"), "sent ✓");
    assertEquals(await page.locator("html").getAttribute("lang"), "en");
  }, { locale: "zh-CN" });
});

Deno.test("the demo's page can be used with the keyboard and on a narrow screen", async () => {
  await withPage(async (page) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator("#text").focus();
    await page.keyboard.type("hello");
    await page.keyboard.press("Enter");
    const answer = botBubble(page, "You said: hello").locator(".bubble");
    await answer.waitFor();
    await answer.focus();
    await page.keyboard.press("Enter");
    assertEquals(await page.locator("#quoting-text").textContent(), "You said: hello");
    await page.keyboard.press("Escape");
    assertEquals(await page.locator("#quoting").isHidden(), true);
    const width = await page.evaluate("document.documentElement.scrollWidth");
    assertEquals(width, 360);
  });
});

Deno.test("the demo's card says which send took a text along, and that a short answer was awaited", async () => {
  await withPage(async (page, demo) => {
    const { base_url, token } = await register(demo, "asker");
    await runCommand(demo, ["client", "set", "asker", "--extensions", "on"]);
    const call = async (path: string, body: unknown) => {
      const response = await fetch(`${base_url}/ilink/bot/${path}`, {
        method: "POST",
        headers: { "authorization": `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      return await response.json();
    };
    const polled = call("getupdates", { get_updates_buf: "" });
    await agent(page, "asker").waitFor();
    await write(page, "@asker clean up");
    const [message] = (await polled).msgs;
    const answer = (text: string) =>
      call("sendmessage", {
        msg: {
          to_user_id: message.from_user_id,
          context_token: message.context_token,
          client_id: text,
          item_list: [{ type: 1, text_item: { text } }],
          ...(text.endsWith("?") ? { ilink_hub_ext: { expects_answer: true } } : {}),
        },
      });
    await Promise.all(["one", "two", "three"].map(answer));
    await answer("delete it?");
    await botBubble(page, "delete it?").waitFor();
    const told = card(page, "@asker clean up").locator(".sends .reason");
    await told.filter({ hasText: /^went with send \d+$/ }).first().waitFor();
    await write(page, "yes");
    const verdict = card(page, "yes").locator(".asked li", { hasText: "an answer is awaited" });
    await verdict.waitFor();
    assertMatch(await verdict.textContent() ?? "", /asker/);
  });
});

Deno.test("an agent of one's own joins the demo as the demo says: registered, with the two variables set", async () => {
  await withPage(async (page, demo) => {
    const { base_url, token } = await register(demo, "mine");
    const own = new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-net", "--allow-env", "--frozen", SIMPLEST_AGENT],
      env: { WEIXIN_BASE_URL: base_url, WEIXIN_TOKEN: token, NO_PROXY: "127.0.0.1" },
      stdin: "null",
    }).spawn();
    try {
      await agent(page, "mine").locator(".dot[data-state=polling]").waitFor();
      assertEquals(await agent(page, "mine").getByRole("switch").count(), 0);
      await write(page, "@mine hello");
      await botBubble(page, "You said: hello").waitFor();
      await hasState(card(page, "@mine hello"), "sent ✓");
    } finally {
      own.kill("SIGTERM");
      await own.status;
    }
  });
});

Deno.test("the demo says which ports are taken, uses others, and Ctrl-C leaves nothing behind", async () => {
  const first = await startDemoProcess(["--port", "0", "--page-port", "0", "--lang", "en"]);
  const ports = [first.hub_url, first.page_url].map((url) => new URL(url).port);
  const [hubPort = "", pagePort = ""] = ports;
  const second = await startDemoProcess([
    "--port",
    hubPort,
    "--page-port",
    pagePort,
    "--lang",
    "en",
  ]);
  assert(isThere(second.data_directory));
  const page = await fetch(second.page_url);
  assertMatch(await page.text(), /<!DOCTYPE html>/i);
  const ended = await second.interrupt();
  assertEquals(ended.code, 0);
  assertEquals(isThere(second.data_directory), false);
  for (const port of ports) {
    assertMatch(ended.notes, new RegExp(`Port ${port} is taken, using \\d+ instead`));
  }
  const { code, notes } = await first.interrupt();
  assertEquals({ code, notes }, { code: 0, notes: "" });
  assertEquals(isThere(first.data_directory), false);
});

Deno.test("the demo refuses a port that is none, with words and exit code 2", async () => {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--frozen", MAIN, "demo", "--no-open", "--port", "eight", "--lang", "en"],
    stdin: "null",
  }).output();
  assertEquals(code, 2);
  assertMatch(new TextDecoder().decode(stderr), /--port: saw eight, want 0\.\.65535/);
});
