/** `getuploadurl`: asked of WeChat for a person this client was given; the ciphertext itself goes another way. */
import type { Live } from "../core/live.ts";
import { type JsonObject, textMember } from "../lib/json.ts";
import { errorText, type Log } from "../lib/log.ts";
import type { ClientSideSteps } from "../store/store.ts";
import { completeUploadAnswer } from "../wire/media.ts";
import { RET_FAILED, RET_NO_CONTEXT, writeOk } from "../wire/ret.ts";
import type { CdnRelay } from "./cdn.ts";
import { type Endpoint, fail, succeed } from "./call.ts";
import { repairObject } from "./repair.ts";

export interface UploadPorts {
  readonly store: Pick<ClientSideSteps, "conversationFor">;
  readonly live: Pick<Live, "uploadUrl">;
  readonly log: Log;
  /** No trailing slash. */
  readonly cdnBaseUrl: string;
  /** Media go through the hub; `null`: they do not. */
  readonly cdn: Pick<CdnRelay, "urlFor"> | null;
}

export function createGetUploadUrl(ports: UploadPorts): Endpoint {
  const { store, live, log, cdnBaseUrl, cdn } = ports;
  return async ({ client, body }) => {
    try {
      const to = textMember(body, "to_user_id");
      const found = to === "" ? null : await store.conversationFor(client.id, to);
      if (found === null) {
        return fail(RET_NO_CONTEXT, "no message of this person was delivered to this client yet");
      }
      const { base_info: _client, ...request } = body;
      const asked = await live.uploadUrl({ account: found.account, request });
      if (asked.kind === "failed") return fail(RET_FAILED, asked.text);
      const filekey = textMember(body, "filekey");
      const answer: JsonObject = completeUploadAnswer(asked.body, { filekey, cdnBaseUrl });
      return succeed(repairObject({ ...answer, ...writeOk() }, {
        errcode: () => undefined,
        upload_full_url: (url) =>
          cdn === null || typeof url !== "string" ? url : cdn.urlFor(client.id, url),
      }));
    } catch (error) {
      log.warn("upload_url_failed", { client: client.id, error: errorText(error) });
      return fail(RET_FAILED, "the hub cannot ask WeChat for an upload address now, try again");
    }
  };
}
