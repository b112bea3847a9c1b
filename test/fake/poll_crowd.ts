/**
 * Many clients in a process of their own, each with one connection: every line on stdin is a round in which all of them poll;
 * a line of JSON on stdout says when all polls are written and when all are answered.
 *
 *     deno run -A poll_crowd.ts PORT COUNT
 */
// deno-lint-ignore-file no-console
import { TextLineStream } from "./text_line_stream.ts";

/** The token of one of the crowd. */
export function crowdToken(at: number): string {
  return `vhub_crowd_${at}`;
}

/** What a round brought. */
export interface CrowdRound {
  readonly answered: number;
  readonly messages: number;
  readonly refused: number;
}

/** Connections opened at the same time; more would only fill the server's backlog. */
const OPENED_AT_ONCE = 100;

if (import.meta.main) await main(Number(Deno.args[0]), Number(Deno.args[1]));

async function main(port: number, count: number): Promise<void> {
  const members: Member[] = [];
  while (members.length < count) {
    const batch = Array.from({ length: Math.min(OPENED_AT_ONCE, count - members.length) });
    const opened = batch.map(async (_, at): Promise<Member> => {
      const connection = await Deno.connect({ hostname: "127.0.0.1", port });
      return { connection, token: crowdToken(members.length + at), cursor: "" };
    });
    members.push(...await Promise.all(opened));
  }
  say({ kind: "connected" });
  const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream());
  for await (const _line of lines) {
    const answers: Promise<string>[] = [];
    for (const member of members) {
      await member.connection.write(request(member));
      answers.push(readAnswer(member));
    }
    say({ kind: "polled" });
    const texts = await Promise.all(answers);
    say({
      kind: "answered",
      answered: texts.filter((text) => text.startsWith("HTTP/1.1 200")).length,
      messages: texts.filter((text) => text.includes('"from_user_id"')).length,
      refused: texts.filter((text) => !text.startsWith("HTTP/1.1 200")).length,
    });
  }
}

interface Member {
  readonly connection: Deno.TcpConn;
  readonly token: string;
  cursor: string;
}

function request({ token, cursor }: Member): Uint8Array {
  const body = JSON.stringify({ get_updates_buf: cursor });
  return new TextEncoder().encode(
    "POST /ilink/bot/getupdates HTTP/1.1\r\nHost: hub\r\nContent-Type: application/json\r\n" +
      `Authorization: Bearer ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

async function readAnswer(member: Member): Promise<string> {
  const buffer = new Uint8Array(8_192);
  let text = "";
  while (!/\}$/.test(text)) {
    const count = await member.connection.read(buffer);
    if (count === null) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  member.cursor = /"get_updates_buf":"([^"]*)"/.exec(text)?.[1] ?? "";
  return text;
}

function say(line: Readonly<Record<string, string | number>>): void {
  console.log(JSON.stringify(line));
}
