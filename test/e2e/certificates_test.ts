/** A network with a certificate authority of its own, as companies have: the program as a person runs it reaches WeChat there. */
import { assert, assertEquals } from "@std/assert";
import { startHubCommand } from "../fake/hub_command.ts";

/** A key and a certificate for `localhost` that vouches for itself. */
async function makeCertificate(folder: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [`${folder}/key.pem`, `${folder}/cert.pem`];
  const { success, stderr } = await new Deno.Command("openssl", {
    args: ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
      .concat(["-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=localhost"])
      .concat(["-addext", "subjectAltName=DNS:localhost"]),
    stdin: "null",
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return { key, cert };
}

Deno.test("serve trusts the authorities of NODE_EXTRA_CA_CERTS", async () => {
  const folder = await Deno.makeTempDir();
  const { key, cert } = await makeCertificate(folder);
  const asked = Promise.withResolvers<string>();
  const weChat = Deno.serve({
    ...{ hostname: "127.0.0.1", port: 0, onListen() {} },
    ...{ key: await Deno.readTextFile(key), cert: await Deno.readTextFile(cert) },
  }, (request) => {
    asked.resolve(new URL(request.url).pathname);
    return new Response("{}");
  });
  const serving = startHubCommand(
    ["serve", "--data", `${folder}/data`, "--addr", "127.0.0.1:0"]
      .concat(["--ilink-base-url", `https://localhost:${weChat.addr.port}`]),
    { NODE_EXTRA_CA_CERTS: cert },
  );
  const outcome = await Promise.race([asked.promise, serving.said("Requires"), serving.ended]);
  assertEquals(outcome, "/ilink/bot/get_bot_qrcode", serving.text());
  serving.kill("SIGTERM");
  assertEquals((await serving.ended).code, 0);
  await weChat.shutdown();
  await Deno.remove(folder, { recursive: true });
});
