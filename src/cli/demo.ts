/** `demo`: a simulated WeChat, the hub, two sample agents and a page that shows each message's life, in one process. */
import { number } from "../config/kinds.ts";
import { DEMO_TEXT } from "../text/demo.ts";
import { WRONG } from "../text/errors.ts";
import { say } from "../text/say.ts";
import { type Call, OK, show, textOption } from "./command.ts";
import { openBrowser } from "./demo/browser.ts";
import { type Demo, startDemo } from "./demo/start.ts";
import { usageError } from "./fail.ts";
import { nextStopSignal } from "./signals.ts";
import { columns } from "./table.ts";

const HUB_PORT = 8765;
const PAGE_PORT = 8766;
const PORT = number({ min: 0, max: 65_535, isWhole: true });

/** Runs until Ctrl-C. */
export async function run(call: Call): Promise<number> {
  const { terminal, lang, clock, random, version } = call;
  const hubPort = portOption(call, "port") ?? HUB_PORT;
  const pagePort = portOption(call, "page-port") ?? PAGE_PORT;
  const data = Deno.makeTempDirSync({ prefix: "ilink-hub-demo-" });
  const told = nextStopSignal();
  try {
    const demo = await startDemo({ data, hubPort, pagePort, lang, version, clock, random });
    try {
      for (const { port, other } of demo.taken) {
        terminal.note(say(lang, DEMO_TEXT.portTaken, { port, other }));
      }
      show(call, {
        page_url: demo.pageUrl,
        hub_url: demo.hubUrl,
        simulator_url: demo.simulatorUrl,
        data_directory: data,
        agents: demo.agents,
      }, introduction(call, { ...demo, data }));
      if (!call.options["no-open"]) openBrowser(demo.pageUrl, terminal.env);
      await told;
    } finally {
      await demo.stop();
    }
  } finally {
    Deno.removeSync(data, { recursive: true });
  }
  if (!call.isJson) terminal.print(say(lang, DEMO_TEXT.ended));
  return OK;
}

function introduction({ lang }: Call, demo: Demo & { readonly data: string }): string[] {
  const [first = "", second = ""] = demo.agents;
  return [
    say(lang, DEMO_TEXT.ready),
    "",
    ...columns([
      [`  ${say(lang, DEMO_TEXT.page)}`, demo.pageUrl],
      [`  ${say(lang, DEMO_TEXT.hub)}`, demo.hubUrl],
      [`  ${say(lang, DEMO_TEXT.simulator)}`, demo.simulatorUrl],
    ]),
    "",
    say(lang, DEMO_TEXT.tryHeading),
    "",
    ...columns([
      [`  ${say(lang, DEMO_TEXT.hello)}`, say(lang, DEMO_TEXT.tryHello, { first })],
      ["  /list", say(lang, DEMO_TEXT.tryList)],
      [`  /use ${second}`, say(lang, DEMO_TEXT.tryUse, { second })],
      [`  ${say(lang, DEMO_TEXT.at, { first })}`, say(lang, DEMO_TEXT.tryAt, { first })],
      [`  ${say(lang, DEMO_TEXT.tapBubble)}`, say(lang, DEMO_TEXT.tryQuote)],
      ["  /why", say(lang, DEMO_TEXT.tryWhy)],
    ]),
    "",
    say(lang, DEMO_TEXT.tryOff),
    "",
    say(lang, DEMO_TEXT.connectHeading),
    "",
    `  ${program()} register --name mine --data ${demo.data}`,
    "",
    say(lang, DEMO_TEXT.ending),
  ];
}

/** How this program is called here. */
function program(): string {
  return Deno.build.standalone ? "ilink-hub" : "deno task hub";
}

function portOption(call: Call, name: string): number | null {
  const text = textOption(call, name);
  if (text === null) return null;
  const port = PORT.read(text, { directory: "", home: null });
  if (port !== undefined) return port;
  const seen = { name: `--${name}`, seen: text, wanted: PORT.wanted };
  throw usageError(say(call.lang, WRONG.value, seen), null);
}
