/** Every client that can be exported for, by the word of `--for`. */
import { exportRecursive, exportWechatbot } from "./credentials_file.ts";
import { exportCcConnect, exportEdgecrab, exportEnv, exportHermes } from "./environment.ts";
import { exportOpenclaw, exportWeixinAgentSdk } from "./openclaw.ts";
import type { Exporter, ExportKind } from "./plan.ts";

export const EXPORTERS: Readonly<Record<ExportKind, Exporter>> = {
  openclaw: exportOpenclaw,
  "weixin-agent-sdk": exportWeixinAgentSdk,
  wechatbot: exportWechatbot,
  hermes: exportHermes,
  "cc-connect": exportCcConnect,
  recursive: exportRecursive,
  edgecrab: exportEdgecrab,
  env: exportEnv,
};
