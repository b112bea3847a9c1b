/** A mail server on the loopback that takes mails in plain SMTP and keeps what it was told. */

export interface MailSink extends AsyncDisposable {
  readonly port: number;
  /** All that clients said, line by line; of the mails, too. */
  readonly said: string[];
}

/** `refuses` is the answer to the recipient, instead of yes. */
export function startMailSink(options: { readonly refuses?: string } = {}): MailSink {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const said: string[] = [];
  const open = new Set<Promise<void>>();

  async function serve(socket: Deno.TcpConn): Promise<void> {
    const answer = (line: string) => socket.write(new TextEncoder().encode(`${line}\r\n`));
    await answer("220 sink");
    let isMail = false;
    let rest = "";
    for await (const text of socket.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        said.push(line);
        if (isMail) {
          if (line !== ".") continue;
          isMail = false;
          await answer("250 kept");
        } else if (line.startsWith("EHLO")) await answer("250-sink\r\n250 AUTH PLAIN");
        else if (line.startsWith("AUTH")) await answer("235 welcome");
        else if (line.startsWith("RCPT")) await answer(options.refuses ?? "250 yes");
        else if (line === "DATA") {
          isMail = true;
          await answer("354 go on");
        } else if (line === "QUIT") {
          await answer("221 bye");
        } else await answer("250 yes");
      }
    }
  }

  const listening = (async () => {
    for await (const socket of listener) {
      const served = serve(socket).catch(() => {}).finally(() => open.delete(served));
      open.add(served);
    }
  })();
  return {
    port: listener.addr.port,
    said,
    async [Symbol.asyncDispose]() {
      listener.close();
      await listening;
      await Promise.all(open);
    },
  };
}
