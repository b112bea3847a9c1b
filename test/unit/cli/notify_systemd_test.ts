import { assertEquals } from "@std/assert";
import { createNotifier } from "../../../src/cli/notify_systemd.ts";
import { silentLog } from "../../../src/lib/log.ts";
import { createFakeClock } from "../../fake/fake_clock.ts";

Deno.test("createNotifier() tells systemd that it is ready, alive and stopping", async () => {
  const folder = await Deno.makeTempDir();
  const systemd = Deno.listenDatagram({ transport: "unixpacket", path: `${folder}/notify` });
  const clock = createFakeClock();
  const heard = async () => new TextDecoder().decode((await systemd.receive())[0]);
  const env: Readonly<Record<string, string>> = {
    NOTIFY_SOCKET: `${folder}/notify`,
    RUNTIME_DIRECTORY: folder,
    WATCHDOG_USEC: "30000000",
  };
  const notifier = createNotifier({ env: (name) => env[name], clock, log: silentLog });
  notifier.ready();
  assertEquals(await heard(), "READY=1");
  assertEquals(await heard(), "WATCHDOG=1");
  await clock.advance(10_000);
  assertEquals(await heard(), "WATCHDOG=1");
  notifier.stopping();
  assertEquals(await heard(), "STOPPING=1");
  await notifier.close();
  assertEquals(clock.pending, 0, "nobody feeds the watchdog of a hub that has ended");
  systemd.close();
  await Deno.remove(folder, { recursive: true });
});

Deno.test("createNotifier() does nothing without systemd, and says when systemd is not there", async () => {
  const clock = createFakeClock();
  const quiet = createNotifier({ env: () => undefined, clock, log: silentLog });
  quiet.ready();
  await quiet.close();
  const warned: string[] = [];
  const env: Readonly<Record<string, string>> = {
    NOTIFY_SOCKET: "/run/x",
    RUNTIME_DIRECTORY: "/no/such/folder",
  };
  const lost = createNotifier({
    env: (name) => env[name],
    clock,
    log: { ...silentLog, warn: (event) => void warned.push(event) },
  });
  lost.ready();
  await lost.close();
  assertEquals(warned, ["systemd_unreachable"]);
});
