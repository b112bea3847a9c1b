/** What plugins are told besides the message or the reply. */
import type { Facts } from "../plugin/host.ts";
import type { ReplyInput } from "../store/store.ts";
import { lastDecisionOf } from "./explain.ts";
import { nameOf, type Scene, viewBinding, viewClients, viewHub } from "./views.ts";

/** `input` is what the store knows of the conversation. */
export function factsFor(input: Omit<ReplyInput, "memories">, scene: Scene): Facts {
  const { clients, lang, nowMs } = scene;
  return {
    clients: viewClients(scene),
    binding: viewBinding(input.binding, clients),
    defaultClient: nameOf(clients, input.account.defaultClient),
    hub: viewHub(input, scene),
    lastDecision: lastDecisionOf(input.last, lang),
    lang,
    nowMs,
  };
}
